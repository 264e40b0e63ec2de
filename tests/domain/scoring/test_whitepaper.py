"""The whitepaper's own policy, to the letter, and what it lets through."""

import pytest
from hypothesis import given

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring import WHITEPAPER
from reasonforge.domain.submission import ReasoningStep
from tests.domain.scoring.cases import EXAMPLES, TIMEOUT, Case, cases, task_of

NONSENSE = Case(
    task=task_of(Discipline.MATHEMATICS, ("steps", "numerical")),
    checks={"steps": 0.0, "numerical": 0.0},
    correctness=0.0,
    steps=tuple(
        ReasoningStep(
            number,
            " ".join(f"quasi-eigenflux-{number:02}-{word:02}" for word in range(30)),
            evidence="as is well known",
            confidence=1.0,
        )
        for number in range(1, 11)
    ),
    seconds=3.0,
)
"""Ten long steps of words that never repeat, each with evidence and full confidence, and a wrong answer."""


def test_ten_steps_of_confident_nonsense_earn_seven_tenths() -> None:
    """With accuracy 0 the literal policy pays quality 1, novelty 1 and efficiency 0.995: a CMS of 0.70."""
    assert NONSENSE.dimensions(WHITEPAPER) == DimensionScores(1.0, 0.0, 1.0, 0.995)
    assert NONSENSE.cms(WHITEPAPER) == pytest.approx(0.70, abs=0.001)


def test_the_same_nonsense_earns_nothing_under_verified() -> None:
    """A wrong answer, however fast, long and sure of itself, has a CMS of 0."""
    assert NONSENSE.dimensions() == DimensionScores(0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("difficulty", "count", "quality"),
    [(1, 0, 0.0), (1, 1, 0.30), (1, 3, 0.50), (6, 3, 0.35), (6, 6, 0.50), (10, 5, 0.35), (10, 50, 0.50)],
)
def test_quality_counts_steps_up_to_the_difficulty(difficulty: int, count: int, quality: float) -> None:
    """0.3 · min(1, steps/max(3, difficulty)) beside the constant 0.2; nothing without steps."""
    task = task_of(Discipline.CODE, ("tests",), difficulty)
    case = Case(task, {"tests": 0.5}, None, steps=(ReasoningStep(1, "a"),) * count)
    assert case.dimensions(WHITEPAPER).quality == pytest.approx(quality)


@EXAMPLES
@given(case=cases())
def test_the_dimensions_are_the_formulas(case: Case) -> None:
    """Quality, accuracy, novelty and efficiency as 1-mechanism §1.5 writes them, computed here once more."""
    count = len(case.steps)
    quality = novelty = 0.0
    if count:
        confidence = sum(step.confidence for step in case.steps) / count
        evident = sum(bool(step.evidence) for step in case.steps) / count
        formal = any(step.formal_proof_fragment for step in case.steps)
        enough = min(1, count / max(3, case.task.difficulty))
        quality = min(1, 0.3 * enough + 0.3 * confidence + 0.2 * evident + 0.2 + 0.1 * formal)
        vocabulary = " ".join(step.reasoning for step in case.steps).split()
        length = sum(len(step.reasoning) for step in case.steps) / count
        distinct = len(set(vocabulary)) / len(vocabulary) if vocabulary else 0
        novelty = min(1, 0.5 * min(1, length / 500) + 0.5 * distinct)
    weights = {name: DEFAULT_PARAMETERS.check_weights[case.task.discipline][name] for name in case.checks}
    accuracy = ScoringEngine.compute_objective_score(case.checks, weights)
    ratio = case.seconds / TIMEOUT
    efficiency = 0.2 if ratio < 0.01 else 0.0 if ratio > 1 else 1 - ratio / 2
    penalty = 0.5 if case.likeness.penalised else 1.0
    scores = case.dimensions(WHITEPAPER)
    assert accuracy is not None
    assert (scores.quality, scores.accuracy, scores.novelty, scores.efficiency) == pytest.approx(
        (quality * penalty, accuracy * penalty, novelty * penalty, efficiency), abs=1e-12
    )
