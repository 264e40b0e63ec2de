import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.score_book import MemoryScoreBook
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.application.miner.remember_questions import RememberQuestions
from reasonforge.application.miner.remember_scores import MOST_CHECKS, MOST_TASKS, RememberScores
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.ports.reasoner import NoAnswer
from reasonforge.application.ports.score_book import AnswerState, AskedQuestion, ScoreBook, ToldScores
from reasonforge.application.ports.transport import Health, Refusal, ScoreNotice, TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import CallerError, StoreFault
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.receive import no_answer_fields, wire_fields
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question
from tests.application.thinker import Thinker
from tests.contracts.transport import neuron, notice_for, question

OWN = neuron(0)
ALICE = Hotkey("alice")
NOTICE = notice_for(OWN)
(SCORE,) = NOTICE.scores


def scored(**changes: Any) -> TaskScore:
    return evolve(SCORE, **changes)


def known_as(**changes: Any) -> Neuron:
    return evolve(OWN, **changes)


def told_of(*notices: ScoreNotice) -> Sequence[ToldScores]:
    async def go() -> Sequence[ToldScores]:
        book = MemoryScoreBook()
        remember = RememberScores(book, OWN.hotkey, MemoryClock(), MemoryNotifier(), MemoryTelemetry())
        for notice in notices:
            await remember(ALICE, notice)
        return await book.told(10)

    return asyncio.run(go())


def test_what_a_validator_told_is_kept_under_its_name() -> None:
    """Epoch, figures and each task's score stay as told; the same epoch again changes nothing."""
    (kept,) = told_of(NOTICE, evolve(NOTICE, s_epoch=0.0))
    assert (kept.validator, kept.epoch, kept.uid) == (ALICE, NOTICE.epoch, OWN.uid)
    assert (kept.s_epoch, kept.rank, kept.total_tao) == (0.25, 2, 1.5)
    assert kept.scores == NOTICE.scores


def test_scores_of_another_miner_are_refused() -> None:
    """A notice that names another hotkey is not ours, whoever sends it."""
    with pytest.raises(CallerError, match="another miner"):
        told_of(notice_for(neuron(1)))


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": -1},
        {"epoch": 2**70},
        {"epoch": True},
        {"epoch": "4"},
        {"rank": -1},
        {"s_epoch": float("nan")},
        {"s_epoch": 10**400},
        {"s_epoch": -0.1},
        {"total_tao": float("inf")},
        {"scores": (SCORE, SCORE)},
        {"scores": tuple(scored(query_id=str(number)) for number in range(MOST_TASKS + 1))},
        {"scores": (scored(query_id=7),)},
        {"scores": (evolve(SCORE, cms=float("nan")),)},
        {"scores": (evolve(SCORE, cms=2.5),)},
        {"scores": (scored(dimensions=None),)},
        {"scores": (scored(checks={"numerical": 1}),)},
        {"scores": (scored(checks=None),)},
        {"scores": (evolve(SCORE, checks={str(number): "1" for number in range(MOST_CHECKS + 1)}),)},
        {"neuron": known_as(uid=-1)},
        {"neuron": known_as(incentive=2.0)},
        {"neuron": known_as(emission=2**80)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_nonsense_of_an_admitted_validator_is_refused(change: dict[str, Any]) -> None:
    """Figures that no epoch can have, too much of anything, and other types than told scores have."""
    with pytest.raises(CallerError):
        told_of(evolve(NOTICE, **change))


def test_words_are_cut_to_one_legible_line() -> None:
    """Control characters and line ends of a stranger do not reach the operator's terminal."""
    score = evolve(SCORE, checks={"silence": "refused:\x1b[2J\nbusy " + "x" * 1000})
    ((word,),) = (list(one.checks.values()) for one in told_of(evolve(NOTICE, scores=(score,)))[0].scores)
    assert word.startswith("refused:�[2J busy xxx")
    assert len(word) <= 240


class BrokenBook(MemoryScoreBook):
    """A book on a disk that is full."""

    async def learn(self, told: ToldScores) -> bool:
        raise StoreFault(f"no room for epoch {told.epoch}")

    async def ask(self, question: AskedQuestion) -> None:
        raise StoreFault(f"no room for {question.query_id}")

    async def settle(self, question: AskedQuestion) -> None:
        raise StoreFault(f"no room for {question.query_id}")


def test_a_book_that_cannot_be_written_is_told_and_costs_nothing() -> None:
    """The validator is thanked, the question answered, and the operator warned."""
    notifier = MemoryNotifier()
    fields = wire_fields(question(1).query_id, steps=(), final_answer="2")

    async def go() -> WireFields | Refusal:
        await RememberScores(BrokenBook(), OWN.hotkey, MemoryClock(), notifier, MemoryTelemetry())(ALICE, NOTICE)
        return await remembering(BrokenBook(), fields, notifier)(ALICE, question(1))

    assert asyncio.run(go()) == fields
    assert [notice.what for notice in notifier.notices] == [
        "the scores of epoch 4 were not kept: no room for epoch 4",
        *[f"a question was not kept: no room for {question(1).query_id}"] * 2,
    ]


def remembering(
    book: ScoreBook, found: WireFields | Refusal, notifier: MemoryNotifier, clock: MemoryClock | None = None
) -> RememberQuestions:
    own_clock = clock or MemoryClock()

    async def solve(_caller: Hotkey, _question: Question) -> WireFields | Refusal:
        await own_clock.sleep(2.5)
        return found

    return RememberQuestions(solve, book, own_clock, notifier)


@pytest.mark.parametrize(
    ("found", "state", "detail"),
    [
        (wire_fields(question(1).query_id, steps=(), final_answer="2"), AnswerState.ANSWERED, ""),
        (no_answer_fields(question(1).query_id, "too hard for us"), AnswerState.DECLINED, "too hard for us"),
        (Refusal("busy: no place is free"), AnswerState.DECLINED, "busy: no place is free"),
    ],
    ids=["answered", "no answer", "refused"],
)
def test_a_question_is_kept_with_what_became_of_it(
    found: WireFields | Refusal, state: AnswerState, detail: str
) -> None:
    """Who asked what, how hard, and whether and how fast we answered."""
    clock, book = MemoryClock(), MemoryScoreBook()

    async def go() -> Sequence[AskedQuestion]:
        working = asyncio.create_task(as_coroutine(remembering(book, found, MemoryNotifier(), clock)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.advance(2.5)
        assert await working == found
        return await book.asked()

    (kept,) = asyncio.run(go())
    assert (kept.validator, kept.query_id) == (ALICE, question(1).query_id)
    assert (kept.discipline, kept.difficulty) == (Discipline.MATHEMATICS, 3)
    assert (kept.state, kept.detail, kept.seconds) == (state, detail, 2.5)


async def as_coroutine(remember: RememberQuestions) -> WireFields | Refusal:
    return await remember(ALICE, question(1))


def test_a_question_cut_off_stays_open() -> None:
    """Work that is cancelled at its deadline leaves the question in the book as never settled."""
    book = MemoryScoreBook()

    async def go() -> Sequence[AskedQuestion]:
        async def solve(_caller: Hotkey, _question: Question) -> WireFields | Refusal:
            await asyncio.Event().wait()
            raise AssertionError

        working = asyncio.create_task(as_coroutine(RememberQuestions(solve, book, MemoryClock(), MemoryNotifier())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        working.cancel()
        await asyncio.wait({working})
        return await book.asked()

    (kept,) = asyncio.run(go())
    assert (kept.state, kept.seconds) == (AnswerState.OPEN, None)


def test_health_says_what_we_think_with() -> None:
    """The disciplines we take, the reasoner's name, our version."""
    thinker = Thinker(MemoryClock(), NoAnswer("busy"))
    report = ReportHealth(thinker, frozenset({Discipline.CAUSAL}), "1.2.3")
    assert asyncio.run(report()) == Health("ready", frozenset({Discipline.CAUSAL}), "thinker", "1.2.3")
