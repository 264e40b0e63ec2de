"""From scores to the row that the chain takes."""

import math
from random import Random

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reasonforge.domain.identity import Uid
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.weights import U16_MAX, RefusalReason, WeightRow, WeightsRefused, normalise, weight_row

EXAMPLES = settings(max_examples=300, deadline=None)
CHAIN = Hyperparameters()

uids = st.integers(0, 65_535).map(Uid)
scores = st.floats(0.0, 4.0) | st.floats(0.0, 1e300) | st.just(0.0)
earnings = st.dictionaries(uids, scores, max_size=40)
somebody = earnings.filter(lambda earned: any(score > 0 for score in earned.values()))
limits = st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.25, 1 / 3, 0.5, 0.9]) | st.floats(0.005, 1.0)


def row_of(earned: dict[Uid, float], chain: Hyperparameters = CHAIN) -> WeightRow:
    row = weight_row(earned, chain)
    assert isinstance(row, WeightRow)
    return row


@EXAMPLES
@given(earned=earnings)
def test_shares_sum_to_one_or_there_are_none(earned: dict[Uid, float]) -> None:
    """Normalised weights sum to 1, hold no zero, keep every ratio, and are empty when nobody earned."""
    shares = normalise(earned)
    largest = max(earned.values(), default=0.0)
    if largest == 0:
        assert shares == {}
        return
    assert math.fsum(shares.values()) == pytest.approx(1.0, abs=1e-12)
    assert min(shares.values()) > 0
    top = max(shares.values())
    assert {uid: share / top for uid, share in shares.items()} == pytest.approx(
        {uid: score / largest for uid, score in earned.items() if uid in shares}, rel=1e-12
    )


@EXAMPLES
@given(earned=earnings, seed=st.integers(0, 2**32))
def test_the_order_of_scores_does_not_matter(earned: dict[Uid, float], seed: int) -> None:
    """The same scores in another order give the same shares and the same row, uids rising."""
    items = list(earned.items())
    other = dict(Random(seed).sample(items, len(items)))
    assert list(normalise(other).items()) == list(normalise(earned).items())
    assert weight_row(other, CHAIN) == weight_row(earned, CHAIN)


@EXAMPLES
@given(earned=somebody)
def test_a_row_has_its_largest_at_u16_max_and_no_zeros(earned: dict[Uid, float]) -> None:
    """Values are 1…65,535, the largest is 65,535, uids rise, and each is its share of the largest, rounded."""
    row = row_of(earned)
    largest = max(earned.values())
    assert max(row.values) == U16_MAX
    assert min(row.values) >= 1
    assert list(row.uids) == sorted(set(row.uids))
    for uid, score in earned.items():
        value = dict(zip(row.uids, row.values, strict=True)).get(uid, 0)
        assert abs(value - score / largest * U16_MAX) <= 0.5 + 1e-6


@EXAMPLES
@given(earned=somebody)
def test_a_row_never_ranks_a_lower_score_higher(earned: dict[Uid, float]) -> None:
    """Weights keep the order of the scores."""
    values = dict(zip(row_of(earned).uids, row_of(earned).values, strict=True))
    ranked = sorted(earned, key=lambda uid: earned[uid])
    in_order = [values.get(uid, 0) for uid in ranked]
    assert in_order == sorted(in_order)


@EXAMPLES
@given(earned=somebody, limit=limits)
@example(earned={Uid(0): 1.0, Uid(1): 1.0, Uid(2): 131_070.0}, limit=0.99999)  # the others round to zero
def test_no_weight_passes_the_limit_after_rounding(earned: dict[Uid, float], limit: float) -> None:
    """A row holds its largest at or below `max_weight_limit` of its sum; with too few earners there is no row."""
    chain = evolve(CHAIN, max_weight_limit=limit)
    row = weight_row(earned, chain)
    if isinstance(row, WeightsRefused):
        assert row.reason is RefusalReason.ABOVE_MAX_WEIGHT
        return
    assert max(row.values) == U16_MAX
    assert limit * sum(row.values) * (1 + 1e-9) >= U16_MAX
    assert min(row.values) >= 1


@EXAMPLES
@given(
    earned=st.dictionaries(uids, st.floats(0.01, 1.0), min_size=1, max_size=40),
    limit=limits,
)
def test_a_limit_that_the_earners_can_meet_gives_a_row_in_their_order(earned: dict[Uid, float], limit: float) -> None:
    """Enough earners above dust always get a row, and capping keeps their order."""
    row = weight_row(earned, evolve(CHAIN, max_weight_limit=limit))
    if len(earned) * limit < 1 - 1e-9:
        assert isinstance(row, WeightsRefused)
        return
    assert isinstance(row, WeightRow)
    values = dict(zip(row.uids, row.values, strict=True))
    in_order = [values.get(uid, 0) for uid in sorted(earned, key=lambda uid: (earned[uid], values.get(uid, 0)))]
    assert in_order == sorted(in_order)


@EXAMPLES
@given(earned=somebody, least=st.integers(0, 50))
def test_too_few_weights_are_refused_and_nobody_is_paid_to_fill_up(earned: dict[Uid, float], least: int) -> None:
    """Below `min_allowed_weights` there is no row; nobody who earned nothing ever has a weight."""
    row = weight_row(earned, evolve(CHAIN, min_allowed_weights=least))
    kept = row_of(earned)
    if len(kept.uids) < least:
        assert isinstance(row, WeightsRefused)
        assert row.reason is RefusalReason.TOO_FEW_WEIGHTS
    else:
        assert row == kept
    assert all(earned[uid] > 0 for uid in kept.uids)


@pytest.mark.parametrize("earned", [{}, {Uid(1): 0.0}, {Uid(1): 0.0, Uid(2): 0.0}])
def test_nobody_earned_means_no_weights(earned: dict[Uid, float]) -> None:
    """When nobody is above 0 no weights are set, and that is said."""
    assert weight_row(earned, CHAIN) == WeightsRefused(
        RefusalReason.NOBODY_EARNED, "nobody earned anything, so no weights are set"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1e-9])
def test_a_score_that_is_none_is_refused(bad: float) -> None:
    """NaN, infinities and negative scores are a ValueError."""
    with pytest.raises(ValueError):
        weight_row({Uid(1): 1.0, Uid(2): bad}, CHAIN)


def test_worked_rows() -> None:
    """Halves, thirds, dust that rounds away, and a limit that moves the leader's excess to the others."""
    assert row_of({Uid(2): 1.0, Uid(1): 0.5}) == WeightRow((Uid(1), Uid(2)), (32_768, 65_535))
    assert row_of({Uid(1): 1.0, Uid(2): 1e-9}) == WeightRow((Uid(1),), (65_535,))
    assert row_of({Uid(1): 8.0, Uid(2): 1.0, Uid(3): 1.0}, evolve(CHAIN, max_weight_limit=0.5)) == WeightRow(
        (Uid(1), Uid(2), Uid(3)), (65_535, 32_768, 32_768)
    )


@EXAMPLES
@given(earned=somebody)
def test_a_row_says_what_shares_it_stands_for(earned: dict[Uid, float]) -> None:
    """The shares of a row sum to 1 and follow its values."""
    row = row_of(earned)
    assert list(row.shares()) == list(row.uids)
    assert math.fsum(row.shares().values()) == pytest.approx(1.0, abs=1e-12)
