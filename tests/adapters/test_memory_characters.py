import asyncio
from collections import Counter
from collections.abc import Sequence
from re import fullmatch
from statistics import fmean
from typing import Any

import pytest
from attrs import evolve

from reasonforge.adapters.memory.characters import Bluffer, Malformed, Plagiarist, Silent, TimeLiar, guess
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.faults import seeded
from reasonforge.adapters.memory.transport import MemoryNetwork
from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.adapters.tasks.solver import SolverReasoner
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.application.ports.transport import Refusal, Request
from reasonforge.domain.answer import exactly
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.similarity.containment import containments
from reasonforge.domain.similarity.fingerprint import fingerprints
from reasonforge.domain.similarity.normalise import fold
from reasonforge.domain.similarity.rules import DEFAULT_RULES
from reasonforge.domain.submission import Submission, WireFields
from reasonforge.domain.task import Question
from tests.adapters.test_solver_reasoner import chain_of, posed_by
from tests.contracts.reasoner import ReasonerContract, think
from tests.contracts.transport import HONEST, VALIDATOR, neuron

CALLER = Hotkey("validator")
EVERY_FAMILY = pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)


def some_questions() -> list[Question]:
    return [posed_by(family, family.difficulties[3])[1] for family in ANYWHERE]


def made_by(reasoner: Reasoner, question: Question, clock: Clock) -> tuple[Solution, float]:
    found, seconds = think(reasoner, question, 270.0, clock)
    assert isinstance(found, Solution)
    return found, seconds


class TestPlagiarist(ReasonerContract):
    def reasoner(self, clock: Clock) -> Plagiarist:
        return Plagiarist(SolverReasoner(0.9, "victim", clock), clock)

    def questions(self) -> Sequence[Question]:
        return some_questions()


class TestBluffer(ReasonerContract):
    def reasoner(self, clock: Clock) -> Bluffer:
        return Bluffer(clock)

    def questions(self) -> Sequence[Question]:
        return some_questions()


@pytest.mark.parametrize("character", [Plagiarist, Bluffer, TimeLiar, Silent, Malformed])
def test_each_says_what_it_does(character: type[Plagiarist | Bluffer | TimeLiar | Silent | Malformed]) -> None:
    """A character has a name and one sentence."""
    assert character.name
    assert character.does.endswith(".")
    assert character.does.count(".") == 1


@EVERY_FAMILY
def test_a_plagiarist_hands_in_the_victims_answer_later(family: AnyFamily) -> None:
    """The same answer, every claim and every confidence of the victim, in more steps, seconds after it."""
    _, question = posed_by(family, 5)
    clock = MemoryClock()
    victim = SolverReasoner(0.9, "victim", clock)
    original, seconds = made_by(victim, question, clock)
    copied, later = made_by(Plagiarist(victim, clock), question, clock)
    assert copied.final_answer == original.final_answer
    assert later >= seconds + 1
    assert len(copied.steps) == len(original.steps) + 1
    assert Counter(step.claims for step in copied.steps[1:]) == Counter(step.claims for step in original.steps)


@EVERY_FAMILY
def test_a_plagiarist_is_found_out(family: AnyFamily) -> None:
    """Reordered and reworded, its chain is still above a threshold of likeness with the victim's."""
    for difficulty in family.difficulties[::3]:
        _, question = posed_by(family, difficulty)
        clock = MemoryClock()
        victim = SolverReasoner(0.9, "victim", clock)
        original, _ = made_by(victim, question, clock)
        copied, _ = made_by(Plagiarist(victim, clock, "seed"), question, clock)
        assert chain_of(copied) != chain_of(original)
        one, other = fingerprints(fold(question.problem), [fold(chain_of(text)) for text in (original, copied)])
        words = containments([one.words], [other.words])[0, 0]
        skeleton = containments([one.skeleton], [other.skeleton])[0, 0]
        assert words > DEFAULT_RULES.words_threshold or skeleton > DEFAULT_RULES.skeleton_threshold


def test_a_plagiarist_has_nothing_where_the_victim_has_nothing() -> None:
    """It cannot copy an answer that was not given."""
    clock = MemoryClock()
    question = evolve(some_questions()[0], problem="Is it?")
    found, _ = think(Plagiarist(SolverReasoner(1.0, "victim", clock), clock), question, 270.0, clock)
    assert isinstance(found, NoAnswer)


@EVERY_FAMILY
def test_a_bluffer_is_long_sure_and_unfounded(family: AnyFamily) -> None:
    """Ten or more steps, confidence of 0.97 and more, evidence that the problem does not hold, no claim to check."""
    _, question = posed_by(family, 5)
    clock = MemoryClock()
    bluff, seconds = made_by(Bluffer(clock), question, clock)
    assert len(bluff.steps) >= 10
    assert fmean(step.confidence for step in bluff.steps) > 0.97
    assert all(step.evidence and step.evidence not in question.problem for step in bluff.steps)
    assert not any(step.claims for step in bluff.steps)
    assert len(chain_of(bluff).split()) > 400
    assert seconds > 0.5 * question.difficulty


def test_a_bluffer_is_almost_never_right() -> None:
    """Over all families its guesses are right no more often than guessing at a few letters can be."""
    outcomes = []
    for family in ANYWHERE:
        for difficulty in family.difficulties[::2]:
            posed, question = posed_by(family, difficulty)
            clock = MemoryClock()
            bluff, _ = made_by(Bluffer(clock, "seed"), question, clock)
            outcomes.append(exactly(family.answer(posed.instance)).check(bluff.final_answer).grade)
    assert fmean(outcomes) < 0.3


@pytest.mark.parametrize(
    ("answer_format", "pattern"),
    [
        ({"format": "integer"}, r"\d+"),
        ({"format": "fraction"}, r"\d+/\d+"),
        ({"format": "decimal", "digits": 4}, r"\d+\.\d{4}"),
        ({"format": "choice", "options": ["x", "y", "z"]}, r"[ABC]"),
        ({"format": "text", "case": False}, r"alpha|beta"),
        ({"format": "list", "of": {"format": "integer"}}, r"\[\d+(, \d+)+\]"),
        ({"format": "list", "of": {"format": "list", "of": {"format": "integer"}}}, r"\[(\[\d+(, \d+)+\](, )?)+\]"),
        ({"format": "unheard of"}, r"\d+"),
        ({}, r"\d+"),
    ],
)
def test_guesses_keep_the_format(answer_format: dict[str, Any], pattern: str) -> None:
    """A guess is written as the format asks; of an unknown one it is a number."""
    assert all(fullmatch(pattern, guess(answer_format, "alpha beta", seeded(number))) for number in range(20))


def test_a_guess_is_bounded() -> None:
    """A format that nests without end gets a short guess all the same."""
    answer_format: dict[str, Any] = {"format": "integer"}
    for _ in range(30):
        answer_format = {"format": "list", "of": answer_format}
    assert len(guess(answer_format, "alpha beta", seeded(1))) < 2_000


def test_a_time_liar_keeps_its_hash() -> None:
    """Its reply is received as its solver made it, but for the milliseconds it claims."""

    async def go() -> tuple[WireFields | Refusal, WireFields | Refusal]:
        clock = MemoryClock()
        honest = SolveTask(SolverReasoner(0.3, "weak", clock), clock)
        question = some_questions()[0]
        return await honest(CALLER, question), await TimeLiar(honest)(CALLER, question)

    true, lie = (receive(fields, QueryId("q")) for fields in asyncio.run(go()) if not isinstance(fields, Refusal))
    assert isinstance(true, Submission)
    assert isinstance(lie, Submission)
    assert lie.claimed_ms is not None
    assert true.claimed_ms is not None
    assert lie.claimed_ms < 10
    assert true.claimed_ms > 1_000
    assert evolve(lie, claimed_ms=true.claimed_ms) == true


def test_a_time_liar_refuses_as_its_solver_does() -> None:
    """A refusal has no time to lie about."""

    async def refuse(_caller: Hotkey, _question: Question) -> Refusal:
        return Refusal("full")

    assert asyncio.run(TimeLiar(refuse)(CALLER, some_questions()[0])) == Refusal("full")


def asked_over_the_network(solve: Any, clock: MemoryClock, query_ids: Sequence[str]) -> list[Reply]:
    async def go() -> list[Reply]:
        network, one = MemoryNetwork(clock), neuron(0)
        assert one.endpoint is not None
        await network.miner(one.hotkey, one.endpoint).serve(one.uid, evolve(HONEST, solve=solve))
        question = some_questions()[0]
        requests = [Request(one, evolve(question, query_id=QueryId(query_id))) for query_id in query_ids]
        return list(await network.validator(VALIDATOR).ask(requests))

    return asyncio.run(go())


def test_silence_lasts_to_the_deadline() -> None:
    """A silent miner is a timeout, after exactly the time it was given."""
    clock = MemoryClock()
    assert [
        (reply.reason, reply.elapsed_seconds)
        for reply in asked_over_the_network(Silent(clock), clock, ["a", "b"])
        if isinstance(reply, Silence)
    ] == [(SilenceReason.TIMEOUT, 300.0)] * 2


def test_malformed_replies_are_all_silences() -> None:
    """Whatever it sends is a silence with a reason, and over many questions it tries everything it knows."""
    query_ids = [f"{number:032x}" for number in range(40)]
    replies = asked_over_the_network(Malformed(), MemoryClock(), query_ids)
    reasons = []
    for query_id, reply in zip(query_ids, replies, strict=True):
        found = receive(reply.fields, QueryId(query_id)) if isinstance(reply, Answer) else reply
        assert isinstance(found, Silence)
        reasons.append(found.reason)
    assert set(reasons) == {SilenceReason.MALFORMED, SilenceReason.HASH_MISMATCH, SilenceReason.TOO_LARGE}
