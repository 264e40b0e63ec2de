"""Eq. 12, the stake-weighted trimmed median, against an exact reference in fractions."""

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.engine import ScoringEngine

EXAMPLES = settings(max_examples=300, deadline=None)

scores = st.floats(0.0, 1.0) | st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])
whole_stakes = st.integers(0, 10**9) | st.integers(0, 3)  # small ones make cumulative stakes of exactly half
votes = st.lists(st.tuples(scores, whole_stakes), min_size=1, max_size=40).filter(
    lambda pairs: any(stake > 0 for _, stake in pairs)
)
deltas = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.39])


def remaining(pairs: list[tuple[float, int]], delta: float) -> list[tuple[Fraction, Fraction]]:
    """What is left after dropping the stakeless and, of five or more, both ends."""
    exact = sorted((Fraction(score), Fraction(stake)) for score, stake in pairs if stake > 0)
    if len(exact) < 5:
        return exact
    ends = max(1, math.floor(Fraction(str(delta)) * len(exact)))
    return exact[ends : len(exact) - ends]


def reference(pairs: list[tuple[float, int]], delta: float) -> Fraction:
    """The definition, word by word: score by score, the stake at or below it against half of what remains."""
    left = remaining(pairs, delta)
    half = sum((stake for _, stake in left), Fraction(0)) / 2
    distinct = sorted({score for score, _ in left})
    for score, following in zip(distinct, [*distinct[1:], None], strict=True):
        cumulative = sum((stake for other, stake in left if other <= score), Fraction(0))
        if cumulative > half:
            return score
        if cumulative == half and following is not None:
            return (score + following) / 2
    raise AssertionError("half of the stake lies somewhere")


def floats(pairs: list[tuple[float, int]], factor: float = 1.0) -> list[tuple[float, float]]:
    return [(score, stake * factor) for score, stake in pairs]


@EXAMPLES
@given(pairs=votes, delta=deltas)
def test_consensus_is_the_median_of_the_exact_reference(pairs: list[tuple[float, int]], delta: float) -> None:
    """Eq. 12 equals the definition computed in fractions."""
    assert ScoringEngine.compute_consensus_score(floats(pairs), delta) == pytest.approx(
        float(reference(pairs, delta)), abs=1e-15
    )


@EXAMPLES
@given(pairs=votes, delta=deltas)
def test_consensus_lies_among_the_scores_that_remain(pairs: list[tuple[float, int]], delta: float) -> None:
    """Eq. 12 is never below the least nor above the greatest score left after trimming."""
    left = [float(score) for score, _ in remaining(pairs, delta)]
    assert min(left) <= ScoringEngine.compute_consensus_score(floats(pairs), delta) <= max(left)


@EXAMPLES
@given(pairs=votes, seed=st.integers(0, 2**32))
def test_consensus_is_blind_to_the_order_of_votes(pairs: list[tuple[float, int]], seed: int) -> None:
    """Eq. 12 is the same to the last bit whatever the order of the validators."""
    other = Random(seed).sample(pairs, len(pairs))
    assert ScoringEngine.compute_consensus_score(floats(pairs)) == ScoringEngine.compute_consensus_score(floats(other))


@EXAMPLES
@given(pairs=votes, factor=st.floats(1e-12, 1e290))
def test_scaling_all_stakes_changes_no_consensus(pairs: list[tuple[float, int]], factor: float) -> None:
    """Eq. 12 reads stakes by their ratio only, up to stakes near the greatest float."""
    assert ScoringEngine.compute_consensus_score(floats(pairs, factor)) == ScoringEngine.compute_consensus_score(
        floats(pairs)
    )


@EXAMPLES
@given(
    honest=st.lists(st.floats(0.4, 0.6), min_size=4, max_size=20),
    stake=st.floats(1.0, 1e300),
    lie=st.sampled_from([0.0, 1.0]),
)
def test_a_majority_stake_at_an_end_is_trimmed(honest: list[float], stake: float, lie: float) -> None:
    """Trimming is by head count: of five or more, one voice at an end decides nothing, whatever its stake."""
    pairs = [*((score, 1.0) for score in honest), (lie, stake)]
    assert 0.4 <= ScoringEngine.compute_consensus_score(pairs) <= 0.6


@pytest.mark.parametrize(
    ("pairs", "consensus"),
    [
        ([(0.9, 1.0), (0.9, 1.0), (0.9, 1.0)], 0.9),
        ([(0.2, 1.0), (0.8, 1.0)], 0.5),
        ([(0.2, 1.0), (0.8, 1.0 + 1e-9)], 0.8),
        ([(0.2, 0.1), (0.4, 0.2), (0.8, 0.3)], 0.6),
        ([(0.2, 5e-324), (0.8, 5e-324)], 0.5),
        ([(0.2, 1e300), (0.8, 1e300), (0.9, 1e300)], 0.8),
        ([(0.1, 1.0), (0.2, 1.0), (0.3, 1.0), (0.4, 1.0), (1.0, 9.0)], 0.3),
        ([(0.1, 1.0), (0.2, 1.0), (0.3, 1.0), (0.4, 9.0)], 0.4),
        ([(0.1, 0.0), (0.7, 2.0)], 0.7),
    ],
)
def test_consensus_in_worked_cases(pairs: list[tuple[float, float]], consensus: float) -> None:
    """Equal scores, exact halves (also of stakes that floats add inexactly), extreme stakes, trimming from five."""
    assert ScoringEngine.compute_consensus_score(pairs) == pytest.approx(consensus, abs=1e-15)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(0.5, 0.0)],
        [(0.5, -1.0)],
        [(0.5, 1.0), (0.5, -1e-9)],
        [(1.1, 1.0)],
        [(-0.1, 1.0)],
        [(math.nan, 1.0)],
        [(0.5, math.nan)],
        [(0.5, math.inf)],
        [(math.nan, 0.0), (0.5, 1.0)],
    ],
)
def test_no_consensus_without_stake_or_over_what_is_no_score(pairs: list[tuple[float, float]]) -> None:
    """No pair, no stake, a negative or endless stake, NaN or a score outside [0, 1] is a ValueError."""
    with pytest.raises(ValueError):
        ScoringEngine.compute_consensus_score(pairs)


@pytest.mark.parametrize("delta", [-0.1, 0.5, 1.0, math.nan])
def test_a_trimmed_share_that_leaves_nobody_is_refused(delta: float) -> None:
    """δ outside [0, 1], or so great that nothing would be left, is a ValueError."""
    with pytest.raises(ValueError):
        ScoringEngine.compute_consensus_score([(0.5, 1.0)] * 6, delta)
