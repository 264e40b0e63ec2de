"""Which cause takes which share of full marks, worked out by hand."""

import pytest
from attrs import evolve

from reasonforge.application.miner.explain_earnings import Cause, Earnings, explain
from reasonforge.application.ports.score_book import AskedQuestion, ToldScores
from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.score import NO_SCORE, DimensionScores

ALICE, BOB = Hotkey("5Alice"), Hotkey("5Bob")
FULL = DimensionScores(1.0, 1.0, 1.0, 1.0)


def score(number: int, dimensions: DimensionScores = FULL, **checks: str) -> TaskScore:
    cms = ScoringEngine.compute_cms(dimensions, DEFAULT_PARAMETERS)
    return TaskScore(QueryId(f"q{number}"), cms, 1, dimensions, checks)


def asked(number: int, difficulty: int, validator: Hotkey = ALICE) -> AskedQuestion:
    return AskedQuestion(validator, QueryId(f"q{number}"), Discipline.MATHEMATICS, difficulty, 300.0, 0.0)


def told(*scores: TaskScore, s_epoch: float | None = None, rank: int = 1) -> ToldScores:
    """An epoch of Alice's; by default with the S_epoch that follows at difficulty 1 without traps."""
    mean = ScoringEngine.compute_s_epoch([one.cms for one in scores], [multiplier(1)] * len(scores), 1.0)
    given = mean if s_epoch is None else s_epoch
    return ToldScores(ALICE, EpochNumber(1), Uid(1), given, rank, 0.0, 0.0, Rao(0), 0.0, scores)


def multiplier(difficulty: int) -> float:
    return DEFAULT_PARAMETERS.multiplier(difficulty)


def shares(earnings: Earnings) -> dict[Cause, float]:
    return {loss.cause: loss.share for loss in earnings.losses}


@pytest.mark.parametrize(
    ("one", "cause"),
    [
        (score(1, NO_SCORE, silence="timeout: nothing within 300 s"), Cause.TIMEOUT),
        (score(1, NO_SCORE, silence="unreachable: connection refused"), Cause.UNREACHABLE),
        (score(1, NO_SCORE, silence="refused: busy"), Cause.REFUSED),
        (score(1, NO_SCORE, silence="refused: says it does not serve causal"), Cause.NOT_SERVED),
        (score(1, NO_SCORE, silence="no_answer: "), Cause.NO_ANSWER),
        (score(1, NO_SCORE, silence="hash_mismatch: another hash"), Cause.BROKEN_REPLY),
        (score(1, NO_SCORE, silence="malformed: no JSON"), Cause.BROKEN_REPLY),
        (score(1, NO_SCORE, numerical="0", steps="0"), Cause.WRONG),
        (score(1, NO_SCORE, proof="0"), Cause.WRONG),
        (score(1, NO_SCORE, numerical="1", flags="too_fast, plagiarism"), Cause.COPIED),
        (score(1, NO_SCORE, numerical="0", flags="plagiarism"), Cause.COPIED),
    ],
    ids=lambda one: one.name if isinstance(one, Cause) else "",
)
def test_each_way_to_lose_a_task_has_its_cause(one: TaskScore, cause: Cause) -> None:
    """One task of four, as hard as the others, is a quarter of full marks."""
    earnings = explain([told(one, score(2), score(3), score(4))], [asked(number, 1) for number in range(1, 5)])
    assert shares(earnings) == pytest.approx({cause: 0.25})
    assert earnings.share == pytest.approx(0.75)
    assert f"25.0% {cause} (1 task)" in earnings.sentence


def test_the_largest_loss_comes_first() -> None:
    """Two late answers cost more than one wrong one."""
    late = [score(number, NO_SCORE, silence="timeout: ") for number in (1, 2)]
    earnings = explain([told(*late, score(3, NO_SCORE, numerical="0"), score(4))], [])
    assert [loss.cause for loss in earnings.losses] == [Cause.TIMEOUT, Cause.WRONG]
    assert earnings.sentence.index(Cause.TIMEOUT) < earnings.sentence.index(Cause.WRONG)


def test_a_hard_task_costs_more_than_an_easy_one() -> None:
    """Shares are weighted by the difficulty's multiplier, as Eq. 3 weighs."""
    scores = (score(1, NO_SCORE, numerical="0", steps="0"), score(2))
    s_epoch = multiplier(1) / 2
    earnings = explain([told(*scores, s_epoch=s_epoch)], [asked(1, 10), asked(2, 1)])
    assert shares(earnings) == pytest.approx({Cause.WRONG: multiplier(10) / (multiplier(10) + multiplier(1))})


def test_a_right_answer_short_of_full_marks_loses_by_dimension() -> None:
    """What the dimensions lack, by their weights: here 0.4·0.5 of quality and 0.15·0.2 of efficiency."""
    short = score(1, DimensionScores(0.5, 1.0, 1.0, 0.8), numerical="1", steps="0.5")
    earnings = explain([told(short)], [asked(1, 1)])
    assert shares(earnings) == pytest.approx({Cause.QUALITY: 0.2, Cause.EFFICIENCY: 0.03})


def test_failed_traps_show_by_what_they_took() -> None:
    """An S_epoch below the mean of its tasks was cut by Eq. 9: all right but for a penalty of 0.4."""
    earnings = explain([told(score(1), score(2), s_epoch=0.4 * multiplier(1))], [asked(1, 1), asked(2, 1)])
    assert shares(earnings) == pytest.approx({Cause.TRAPS: 0.6})


def test_traps_are_not_guessed_at() -> None:
    """With a question that is not known, or an epoch that ranked us nowhere, nothing is said of traps."""
    cut = told(score(1), score(2), s_epoch=0.1)
    assert shares(explain([cut], [asked(1, 1)])) == {}
    assert shares(explain([evolve(cut, rank=0)], [asked(1, 1), asked(2, 1)])) == {}


def test_checks_that_could_not_be_made_cost_nothing() -> None:
    """A task of which nothing could be checked is left out; a missing check beside others is counted and told."""
    void = score(1, NO_SCORE, tests="not checked", steps="not checked")
    earnings = explain([told(void, score(2, numerical="1", proof="not checked"), s_epoch=multiplier(1))], [asked(2, 1)])
    assert (earnings.share, earnings.losses, earnings.tasks, earnings.not_checked) == (1.0, (), 1, 3)
    assert "3 checks could not be made by the validators; that cost nothing" in earnings.sentence


def test_who_asked_and_told_nothing_is_named() -> None:
    """A validator whose questions came and whose scores did not."""
    earnings = explain([told(score(1))], [asked(1, 1), asked(1, 1, BOB), asked(2, 1, BOB)])
    assert earnings.silent_validators == (BOB,)


def test_without_scores_the_sentence_says_what_to_look_at() -> None:
    """Nobody asked; or somebody did, and the epoch is not over."""
    assert "no validator has asked it anything" in explain([], []).sentence
    assert "It was asked 1 question" in explain([], [asked(1, 1)]).sentence
