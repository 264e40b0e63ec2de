"""The verified policy over values: what it pays for, and what it does not, whatever was found."""

from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring.verified import calibration, confirmed, evidence
from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.verdict import Outcome, StepReview, Unavailable
from tests.domain.scoring.cases import EXAMPLES, Case, cases, counts, reasoning_steps, task_of, texts, units

TOLERANCE = 1e-12
RIGHT = Case(task_of(Discipline.CODE, ("tests",)), {"tests": 1.0}, correctness=1.0)
SURE, UNSURE = ReasoningStep(1, "6 · 7 = 42", confidence=1.0), ReasoningStep(1, "6 · 7 = 42", confidence=0.0)


def test_a_right_confirmed_calibrated_fast_and_own_answer_earns_nearly_everything() -> None:
    """The best in every part gives every dimension but efficiency in full."""
    review = StepReview(confirmed=3, reaches_answer=True, evidence_resolved=1)
    best = RIGHT.but(review=review, steps=(SURE,), seconds=3.0)
    assert best.dimensions() == DimensionScores(1.0, 1.0, 1.0, 0.995)


@pytest.mark.parametrize(
    ("review", "parts"),
    [
        (StepReview(), (0.0, 0.0)),
        (StepReview(confirmed=4, reaches_answer=False, evidence_unresolved=2), (0.0, 0.0)),
        (StepReview(confirmed=0, reaches_answer=True), (0.0, 0.0)),
        (StepReview(confirmed=1, reaches_answer=True, evidence_resolved=1), (1.0, 1.0)),
        (StepReview(confirmed=9, refuted=1, reaches_answer=True, evidence_resolved=5), (0.5, 1.0)),
        (StepReview(1, refuted=3, reaches_answer=True, evidence_resolved=1, evidence_unresolved=1), (0.25, 0.5)),
    ],
)  # fmt: skip
def test_what_checkers_found_is_what_counts(review: StepReview, parts: tuple[float, float]) -> None:
    """A confirmed chain to the answer counts once, less for each refuted claim; resolved evidence likewise."""
    assert (confirmed(review), evidence(review)) == parts


@EXAMPLES
@given(belief=units, stated=units, count=st.integers(1, 5))
def test_calibration_is_a_proper_scoring_rule(belief: float, stated: float, count: int) -> None:
    """Who thinks itself right with probability q expects most from stating q, in however many steps."""

    def expected(confidence: float) -> float:
        chain = [ReasoningStep(1, "", confidence=confidence)] * count
        return belief * calibration(chain, 1.0) + (1 - belief) * calibration(chain, 0.0)

    assert expected(stated) <= expected(belief) + TOLERANCE
    assert expected(belief) - expected(stated) == pytest.approx((belief - stated) ** 2, abs=1e-9)


@EXAMPLES
@given(case=cases(), known=st.booleans())
def test_no_accuracy_no_score(case: Case, known: bool) -> None:
    """Accuracy 0 gives a CMS of exactly 0, whatever else was found or said."""
    nothing = case.but(checks=dict.fromkeys(case.checks, 0.0), correctness=0.0 if known else None)
    assert nothing.cms() == 0.0


@EXAMPLES
@given(case=cases(), better=units, data=st.data())
def test_cms_never_falls_when_a_check_improves(case: Case, better: float, data: st.DataObject) -> None:
    """Raise any check that was made, everything else as it was, and CMS is no lower."""
    made = {name: outcome for name, outcome in case.checks.items() if not isinstance(outcome, Unavailable)}
    name = data.draw(st.sampled_from(sorted(made)))
    improved = case.but(checks={**case.checks, name: max(better, made[name])})
    assert improved.cms() >= case.cms() - TOLERANCE


@EXAMPLES
@given(case=cases(), discipline=st.sampled_from(Discipline), others=st.lists(units, min_size=3, max_size=3))
def test_cms_never_falls_when_a_wrong_answer_becomes_right(
    case: Case, discipline: Discipline, others: list[float]
) -> None:
    """The answer's check and the correctness rise together, and even who denied its own answer loses nothing by it."""
    names = tuple(DEFAULT_PARAMETERS.check_weights[discipline])
    checks: dict[str, Outcome] = dict(zip(names, others, strict=False))
    answer = ANSWER_CHECK[discipline]
    wrong = case.but(task=task_of(discipline, names), checks={**checks, answer: 0.0}, correctness=0.0)
    right = wrong.but(checks={**checks, answer: 1.0}, correctness=1.0)
    assert right.cms() >= wrong.cms() - TOLERANCE


@EXAMPLES
@given(one=cases(), other=cases())
def test_two_right_answers_with_the_same_checks_are_close(one: Case, other: Case) -> None:
    """Calibration and time, up to any lateness, are worth at most 0.2 CMS together."""
    claimed = one.review if one.steps and other.steps else StepReview()  # without steps there is nothing to review
    first = one.but(correctness=1.0, review=claimed)
    second = first.but(steps=other.steps, seconds=other.seconds, claimed_ms=other.claimed_ms)
    assert abs(first.cms() - second.cms()) <= 0.2


def test_the_widest_gap_between_two_right_answers_is_just_below_a_fifth() -> None:
    """0.40 · 0.125 for calibration and 0.15 · 0.995 for time make 0.19925."""
    best = RIGHT.but(steps=(SURE,), seconds=3.0).cms()
    assert best - RIGHT.but(steps=(UNSURE,), seconds=301.0).cms() == pytest.approx(0.19925)


@EXAMPLES
@given(case=cases(), seed=st.integers(0, 2**32))
def test_repeating_and_reordering_steps_change_nothing(case: Case, seed: int) -> None:
    """The same steps twice, in any order, score the same."""
    twice = (*case.steps, *case.steps)
    assert case.but(steps=tuple(Random(seed).sample(twice, len(twice)))).cms() == case.cms()


@EXAMPLES
@given(case=cases(), at=st.integers(0, 20))
def test_splitting_steps_changes_nothing(case: Case, at: int) -> None:
    """Each step cut in two, its confidence with both, scores the same."""
    halves = tuple(
        evolve(step, reasoning=part) for step in case.steps for part in (step.reasoning[:at], step.reasoning[at:])
    )
    assert case.but(steps=halves).cms() == case.cms()


@EXAMPLES
@given(case=cases().filter(lambda case: bool(case.steps)), padding=st.lists(reasoning_steps, max_size=5))
def test_padding_never_raises_cms(case: Case, padding: list[ReasoningStep]) -> None:
    """More steps, of whatever confidence, are worth nothing more."""
    assert case.but(steps=(*case.steps, *padding)).cms() <= case.cms()


@EXAMPLES
@given(case=cases(), more=texts, claimed=st.none() | st.floats(0.0, 1e6))
def test_words_evidence_fragments_and_claimed_times_are_not_read(case: Case, more: str, claimed: float | None) -> None:
    """More or rarer words, other evidence, a formal fragment and another self-reported time score the same."""
    dressed = tuple(
        evolve(step, reasoning=f"{step.reasoning} {more}", evidence=more, formal_proof_fragment=more)
        for step in case.steps
    )
    assert case.but(steps=dressed, claimed_ms=claimed).cms() == case.cms()


@EXAMPLES
@given(case=cases(), surer=units)
def test_higher_confidence_in_a_wrong_answer_never_raises_cms(case: Case, surer: float) -> None:
    """Also where other checks gave the wrong answer something: its confidence is held against its correctness."""
    wrong = case.but(correctness=0.0)
    bold = tuple(evolve(step, confidence=max(step.confidence, surer)) for step in case.steps)
    assert wrong.but(steps=bold).cms() <= wrong.cms()


@EXAMPLES
@given(case=cases(), more=counts, false=counts, unfounded=counts)
def test_the_count_of_claims_and_evidence_never_raises_cms(case: Case, more: int, false: int, unfounded: int) -> None:
    """Where something was confirmed or resolved, more of it adds nothing, and what is false or unfounded costs."""
    review = case.review
    longer = evolve(
        review,
        confirmed=review.confirmed + (more if review.confirmed else 0),
        refuted=review.refuted + false,
        evidence_resolved=review.evidence_resolved + (more if review.evidence_resolved else 0),
        evidence_unresolved=review.evidence_unresolved + unfounded,
    )
    assert case.but(review=longer).cms() <= case.cms()


@EXAMPLES
@given(case=cases(), nearer=units)
def test_likeness_to_earlier_reasoning_never_raises_cms(case: Case, nearer: float) -> None:
    """The further above what honest pairs reach, the less."""
    assert case.but(likeness=evolve(case.likeness, excess=max(nearer, case.likeness.excess))).cms() <= case.cms()
