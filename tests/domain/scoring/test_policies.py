"""What both scoring policies keep to."""

import math

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring import DEFAULT_POLICY, POLICIES, VERIFIED, WHITEPAPER, ScoringPolicy, policy_named
from reasonforge.domain.scoring.efficiency import efficiency
from tests.domain.scoring.cases import COPIED, EXAMPLES, NO_TOOL, TIMEOUT, Case, cases

policies = st.sampled_from(POLICIES)


@EXAMPLES
@given(policy=policies, case=cases())
def test_every_dimension_is_in_its_range(policy: ScoringPolicy, case: Case) -> None:
    """Both policies give four dimensions and a CMS in [0, 1] for every input."""
    scores = case.dimensions(policy)
    assert all(0.0 <= value <= 1.0 for value in (scores.quality, scores.accuracy, scores.novelty, scores.efficiency))
    assert 0.0 <= ScoringEngine.compute_cms(scores) <= 1.0


@EXAMPLES
@given(policy=policies, case=cases())
def test_a_task_nothing_of_which_could_be_checked_is_void(policy: ScoringPolicy, case: Case) -> None:
    """When every check is unavailable there are no dimensions at all: it counts neither for nor against."""
    assert case.but(checks=dict.fromkeys(case.checks, NO_TOOL)).scored(policy) is None


@EXAMPLES
@given(policy=policies, case=cases())
def test_an_unavailable_check_costs_nothing(policy: ScoringPolicy, case: Case) -> None:
    """The score is the one that the task would have given without the checks that could not be made."""
    made = {name: outcome for name, outcome in case.checks.items() if outcome != NO_TOOL}
    without = case.but(checks=made, task=evolve(case.task, checks=tuple(made)))
    assert case.dimensions(policy) == without.dimensions(policy)


@EXAMPLES
@given(policy=policies, case=cases())
def test_a_copy_loses_half_of_quality_accuracy_and_novelty(policy: ScoringPolicy, case: Case) -> None:
    """Plagiarism halves three dimensions under both policies, and leaves efficiency."""
    honest = case.but(likeness=evolve(case.likeness, evidence=())).dimensions(policy)
    copy = case.but(likeness=evolve(case.likeness, evidence=(COPIED,))).dimensions(policy)
    assert copy == DimensionScores(honest.quality / 2, honest.accuracy / 2, honest.novelty / 2, honest.efficiency)


@pytest.mark.parametrize(
    ("seconds", "score"),
    [(0.0, 0.2), (2.999, 0.2), (3.0, 0.995), (150.0, 0.75), (300.0, 0.5), (300.001, 0.0), (1e300, 0.0)],
)
def test_efficiency_at_its_edges(seconds: float, score: float) -> None:
    """Below a hundredth of the timeout 0.2, past it 0, otherwise 1 − r/2."""
    assert efficiency(seconds, TIMEOUT) == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize(
    ("seconds", "timeout"), [(math.nan, 1.0), (-1.0, 1.0), (math.inf, 1.0), (1.0, 0.0), (1.0, -1.0), (1.0, math.nan)]
)
def test_a_time_that_is_none_is_refused(seconds: float, timeout: float) -> None:
    """The measured time is finite and not negative, the timeout above 0: a ValueError otherwise."""
    with pytest.raises(ValueError):
        efficiency(seconds, timeout)


def test_policies_are_chosen_by_name() -> None:
    """`verified` is the default; an unknown name is the operator's error and says what there is."""
    assert (policy_named("verified"), policy_named("whitepaper")) == (VERIFIED, WHITEPAPER)
    assert DEFAULT_POLICY is VERIFIED
    with pytest.raises(OperatorError, match="'strict' is no scoring policy: choose verified or whitepaper"):
        policy_named("strict")
