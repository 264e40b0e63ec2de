from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from attrs import fields, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reasonforge.domain.yuma import YumaOutcome, yuma_epoch

CLOSE = 1e-9
Row = list[Fraction]


@frozen
class Case:
    """The arguments of one epoch, all exact."""

    weights: tuple[tuple[int, ...], ...]
    stake: tuple[int, ...]
    bonds: tuple[tuple[float, ...], ...] | None
    permits: tuple[bool, ...] | None
    kappa_percent: int
    penalty_percent: int
    average_percent: int
    yuma3: bool
    owner: int | None

    def outcome(self, **changes: Any) -> YumaOutcome:
        size = len(self.stake)
        arguments: dict[str, Any] = {
            "weights": np.array(self.weights, dtype=np.float64).reshape(size, size),
            "stake": self.stake,
            "bonds": None if self.bonds is None else np.array(self.bonds, dtype=np.float64).reshape(size, size),
            "permits": self.permits,
            "kappa": self.kappa_percent / 100,
            "bonds_penalty": self.penalty_percent / 100,
            "bonds_moving_average": self.average_percent / 100,
            "yuma3": self.yuma3,
            "owner": self.owner,
        }
        return yuma_epoch(**(arguments | changes))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    size = draw(st.integers(0, 7))
    weight = st.one_of(st.integers(0, 3), st.integers(0, 65_535))
    stake = st.one_of(st.integers(0, 3), st.integers(0, 10**9))
    bond = st.integers(0, 20).map(lambda sixteenths: sixteenths / 16)
    percent = st.one_of(st.sampled_from([0, 50, 100]), st.integers(0, 100))

    def square(cell: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        row = st.lists(cell, min_size=size, max_size=size).map(tuple)
        return st.lists(row, min_size=size, max_size=size).map(tuple)

    return Case(
        weights=draw(square(weight)),
        stake=draw(st.lists(stake, min_size=size, max_size=size).map(tuple)),
        bonds=draw(st.none() | square(bond)),
        permits=draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size).map(tuple)),
        kappa_percent=draw(percent),
        penalty_percent=draw(percent),
        average_percent=draw(percent),
        yuma3=draw(st.booleans()),
        owner=draw(st.none() | st.integers(0, size - 1)) if size else None,
    )


def shares(values: Sequence[Fraction]) -> Row:
    total = sum(values)
    return [value / total if total else Fraction(0) for value in values]


def by_column(matrix: Sequence[Row]) -> list[Row]:
    columns = [shares(column) for column in zip(*matrix, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def plain_yuma(case: Case) -> dict[str, Any]:
    """3-protocol §3.4, step by step in exact fractions."""
    uids = range(len(case.stake))
    permits = case.permits or tuple(True for _ in uids)
    kappa, beta = Fraction(case.kappa_percent, 100), Fraction(case.penalty_percent, 100)
    alpha = 1 - Fraction(case.average_percent, 100)
    old = [[Fraction(case.bonds[i][j]) if case.bonds else Fraction(0) for j in uids] for i in uids]

    # 1. stake, active stake, weights
    stake = shares([Fraction(amount) for amount in case.stake])
    active = shares([stake[i] if permits[i] else Fraction(0) for i in uids])
    weights = []
    for i in uids:
        row = [Fraction(case.weights[i][j]) if permits[i] else Fraction(0) for j in uids]
        if i != case.owner:
            row[i] = Fraction(0)
        weights.append(shares(row))

    # 2. consensus
    consensus = []
    for j in uids:
        voted = sorted({weights[i][j] for i in uids if active[i] > 0})
        agreed = [w for w in voted if sum(active[i] for i in uids if weights[i][j] > w) < kappa]
        consensus.append(min(agreed) if agreed else max(voted, default=Fraction(0)))

    # 3. clipping
    clipped = [[min(weights[i][j], consensus[j]) for j in uids] for i in uids]
    incentive = shares([sum((stake[i] * clipped[i][j] for i in uids), Fraction(0)) for j in uids])

    # 4. bonds
    basis = [[(1 - beta) * weights[i][j] + beta * clipped[i][j] for j in uids] for i in uids]
    if case.yuma3:
        bonds = [[min(Fraction(1), alpha * basis[i][j] + (1 - alpha) * old[i][j]) for j in uids] for i in uids]
        held = by_column(bonds)
        dividends = shares([stake[i] * sum((held[i][j] * incentive[j] for j in uids), Fraction(0)) for i in uids])
    else:
        delta = by_column([[basis[i][j] * stake[i] for j in uids] for i in uids])
        kept = by_column(old)
        held = by_column([[alpha * delta[i][j] + (1 - alpha) * kept[i][j] for j in uids] for i in uids])
        dividends = shares([sum((held[i][j] * incentive[j] for j in uids), Fraction(0)) for i in uids])
        largest = [max((held[i][j] for i in uids), default=Fraction(0)) for j in uids]
        bonds = [[held[i][j] / largest[j] if largest[j] else Fraction(0) for j in uids] for i in uids]

    # 5. emission
    total = sum(incentive) + sum(dividends)
    if total:
        server, validator = [x / total for x in incentive], [x / total for x in dividends]
    else:
        server, validator = [Fraction(0) for _ in uids], active if any(active) else stake
    return {
        "consensus": consensus,
        "validator_trust": [sum(row, Fraction(0)) for row in clipped],
        "incentive": incentive,
        "dividends": dividends,
        "bonds": bonds,
        "server_emission": server,
        "validator_emission": validator,
    }


def as_dict(outcome: YumaOutcome) -> dict[str, Any]:
    return {attribute.name: getattr(outcome, attribute.name) for attribute in fields(YumaOutcome)}


def assert_close(outcome: YumaOutcome, expected: dict[str, Any]) -> None:
    found = as_dict(outcome)
    assert list(found) == list(expected)
    for name, values in expected.items():
        wanted = np.array(values, dtype=np.float64).reshape(found[name].shape)
        np.testing.assert_allclose(found[name], wanted, rtol=0, atol=CLOSE, err_msg=name)


@settings(max_examples=300, deadline=None)
@given(cases())
@example(Case(((0,),), (5,), None, None, 50, 100, 90, False, None))
@example(Case(((3,),), (5,), None, None, 50, 100, 90, True, 0))
@example(Case(((0, 1), (1, 0)), (0, 0), None, None, 0, 0, 0, False, None))
def test_equals_the_plain_reference(case: Case) -> None:
    """Both variants equal an exact, literal reading of the specification to 1e-9."""
    assert_close(case.outcome(), plain_yuma(case))


@settings(max_examples=120, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_uids_does_not_matter(case: Case, rng: Any) -> None:
    """Uids in another order have the same figures in that order."""
    size = len(case.stake)
    order = list(range(size))
    rng.shuffle(order)
    grid = np.ix_(order, order)
    permuted = case.outcome(
        weights=np.array(case.weights, dtype=np.float64).reshape(size, size)[grid],
        stake=[case.stake[i] for i in order],
        bonds=None if case.bonds is None else np.array(case.bonds, dtype=np.float64).reshape(size, size)[grid],
        permits=None if case.permits is None else [case.permits[i] for i in order],
        owner=None if case.owner is None else order.index(case.owner),
    )
    expected = as_dict(case.outcome())
    assert_close(permuted, {name: v[grid] if v.ndim == 2 else v[order] for name, v in expected.items()})


@settings(max_examples=120, deadline=None)
@given(cases(), st.sampled_from([1e-300, 1e-9, 0.3, 7.0, 1e9, 1e290]), st.sampled_from([1e-300, 0.1, 3.0, 1e290]))
def test_scaling_rows_and_stakes_changes_nothing(case: Case, by_row: float, by_stake: float) -> None:
    """Only proportions count: neither the scale of a row nor that of all stakes."""
    size = len(case.stake)
    scaled = case.outcome(
        weights=np.array(case.weights, dtype=np.float64).reshape(size, size) * by_row,
        stake=np.array(case.stake, dtype=np.float64) * by_stake,
    )
    assert_close(scaled, as_dict(case.outcome()))


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1.7e308])
@pytest.mark.parametrize("yuma3", [False, True])
def test_the_ends_of_the_floats(scale: float, yuma3: bool) -> None:
    """The least and the greatest numbers a float can be are as good as any: no sum overflows or loses them."""
    weights = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    stake, bonds = np.array([1, 1, 0, 0]), np.array([[0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    plain = yuma_epoch(weights, stake, bonds, yuma3=yuma3)
    assert yuma_epoch(weights * scale, stake * scale, bonds, yuma3=yuma3) == plain
    if not yuma3:
        assert yuma_epoch(weights, stake, bonds * scale) == plain


@settings(max_examples=120, deadline=None)
@given(cases())
def test_emission_is_conserved(case: Case) -> None:
    """The shares of the emission sum to 1, or to 0 without any stake; every figure lies in [0, 1]."""
    outcome = case.outcome()
    total = outcome.server_emission.sum() + outcome.validator_emission.sum()
    assert total == pytest.approx(1.0 if sum(case.stake) else 0.0, abs=CLOSE)
    for name, values in as_dict(outcome).items():
        assert (values >= 0.0).all(), name
        assert (values <= 1.0 + CLOSE).all(), name


@settings(max_examples=120, deadline=None)
@given(cases())
def test_incentive_and_dividends_sum_to_one_or_zero(case: Case) -> None:
    """Incentive sums to 1 when a weight counts and to 0 otherwise, and dividends likewise."""
    outcome = case.outcome()
    for values in (outcome.incentive, outcome.dividends):
        assert values.sum() == pytest.approx(1.0 if values.any() else 0.0, abs=CLOSE)


@settings(max_examples=120, deadline=None)
@given(cases(), st.data())
def test_a_uid_without_permit_changes_nothing(case: Case, data: st.DataObject) -> None:
    """Whatever a uid without permit sets, the outcome is the same to the bit."""
    size = len(case.stake)
    if size == 0:
        assert case.outcome() == yuma_epoch([], [])
        return
    mute = data.draw(st.integers(0, size - 1))
    permits = [False if i == mute else (case.permits is None or case.permits[i]) for i in range(size)]
    weights = np.array(case.weights, dtype=np.float64)
    weights[mute] = data.draw(st.lists(st.integers(0, 65_535), min_size=size, max_size=size))
    assert case.outcome(permits=permits, weights=weights) == case.outcome(permits=permits)


@settings(max_examples=120, deadline=None)
@given(cases())
def test_a_minority_cannot_lift_a_miner(case: Case) -> None:
    """Consensus never exceeds the weight that κ of the active stake gives at least."""
    size = len(case.stake)
    permits = case.permits or (True,) * size
    active = [amount if permit else 0 for amount, permit in zip(case.stake, permits, strict=True)]
    kappa = Fraction(case.kappa_percent, 100)
    weights = [
        shares([Fraction(case.weights[i][j]) if i != j or i == case.owner else Fraction(0) for j in range(size)])
        for i in range(size)
    ]
    consensus = case.outcome().consensus
    if not sum(active):
        assert not consensus.any()
        return
    for miner in range(size):
        above = sum(a for a, row in zip(active, weights, strict=True) if float(row[miner]) >= consensus[miner] - CLOSE)
        assert consensus[miner] == 0.0 or Fraction(above, sum(active)) >= kappa


def test_a_stake_minority_is_clipped_to_the_majority() -> None:
    """40 % of the stake cannot pay its own miner 1 when the other 60 % give it nothing."""
    weights = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    outcome = yuma_epoch(weights, [60, 40, 0, 0])
    assert outcome.consensus.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert outcome.incentive.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert outcome.validator_trust.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert outcome.dividends.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_at_exactly_kappa_the_larger_weight_wins() -> None:
    """A weight with exactly κ of the stake above it is no consensus: half of the stake carries a weight at κ = 0.5."""
    weights = [[0, 0, 4, 1], [0, 0, 1, 4], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert yuma_epoch(weights, [1, 1, 0, 0]).consensus.tolist() == [0.0, 0.0, 0.8, 0.8]
    assert yuma_epoch(weights, [1, 1, 0, 0], kappa=0.51).consensus.tolist() == [0.0, 0.0, 0.2, 0.2]


@pytest.mark.parametrize("voters", range(1, 40))
def test_a_tie_at_kappa_does_not_hang_on_rounding(voters: int) -> None:
    """With 2k equal stakes, k of them reach κ = 0.5 whatever the rounding of k · 1/2k."""
    size = 2 * voters + 2
    weights = np.zeros((size, size))
    weights[:voters, -1], weights[:voters, -2] = 4, 1
    weights[voters : 2 * voters, -1], weights[voters : 2 * voters, -2] = 1, 4
    stake = np.zeros(size)
    stake[: 2 * voters] = 0.1
    assert yuma_epoch(weights, stake).consensus[-2:].tolist() == [0.8, 0.8]


def test_kappa_extremes() -> None:
    """At κ = 1 the least weight is the consensus, at κ = 0 the greatest."""
    weights = np.zeros((5, 5))
    weights[:3, 3:] = [[1, 9], [5, 5], [9, 1]]
    stake = [1, 1, 1, 0, 0]
    assert yuma_epoch(weights, stake, kappa=1.0).consensus.tolist() == [0, 0, 0, 0.1, 0.1]
    assert yuma_epoch(weights, stake, kappa=0.0).consensus.tolist() == [0, 0, 0, 0.9, 0.9]


def test_validators_without_stake_have_no_say() -> None:
    """Any number of validators with stake 0 leave consensus and incentive where the one with stake puts them."""
    weights = [[0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    outcome = yuma_epoch(weights, [1, 0, 0, 0])
    assert outcome.consensus.tolist() == outcome.incentive.tolist() == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("yuma3", [False, True])
def test_nobody_set_weights(yuma3: bool) -> None:
    """Without weights, validators get the active stake's shares, and the stake's when nobody is active."""
    empty = np.zeros((3, 3))
    active = yuma_epoch(empty, [1, 2, 1], permits=[True, False, True], yuma3=yuma3)
    assert (active.server_emission.tolist(), active.validator_emission.tolist()) == ([0, 0, 0], [0.5, 0, 0.5])
    nobody = yuma_epoch(empty, [1, 2, 1], permits=[False] * 3, yuma3=yuma3)
    assert nobody.validator_emission.tolist() == [0.25, 0.5, 0.25]


@pytest.mark.parametrize("yuma3", [False, True])
def test_no_neurons(yuma3: bool) -> None:
    """An empty subnet has empty figures."""
    outcome = yuma_epoch([], [], yuma3=yuma3)
    assert {name: values.shape for name, values in as_dict(outcome).items()} == {
        name: (0, 0) if name == "bonds" else (0,) for name in as_dict(outcome)
    }


@settings(max_examples=100, deadline=None)
@given(cases())
def test_bonds_converge(case: Case) -> None:
    """With the same weights every epoch, bonds and dividends settle, wherever they started."""
    average = {"bonds_moving_average": 0.5}
    outcome, fresh = case.outcome(**average), case.outcome(bonds=None, **average)
    for _ in range(60):
        outcome = case.outcome(bonds=outcome.bonds, **average)
        fresh = case.outcome(bonds=fresh.bonds, **average)
    assert_close(case.outcome(bonds=outcome.bonds, **average), as_dict(outcome))
    if case.yuma3:  # the original rescales columns that no weight feeds, so those never fade
        assert_close(outcome, as_dict(fresh))


def test_a_bond_moves_by_alpha() -> None:
    """Under Yuma 3 a new bond gains α of its weight each epoch: 0.1, 0.19, 0.271 …"""
    weights, stake = [[0, 1], [0, 0]], [1, 0]
    bonds, seen = None, []
    for _ in range(3):
        bonds = yuma_epoch(weights, stake, bonds, yuma3=True).bonds
        seen.append(round(float(bonds[0, 1]), 12))
    assert seen == [0.1, 0.19, 0.271]


def test_inputs_stay_as_they_were_and_outputs_cannot_be_written() -> None:
    """Nothing given is mutated, and nothing handed back can be."""
    given_arrays = [np.full((3, 3), 2.0), np.array([1.0, 2.0, 3.0]), np.full((3, 3), 0.5)]
    copies = [values.copy() for values in given_arrays]
    outcome = yuma_epoch(*given_arrays)
    assert all(np.array_equal(one, other) for one, other in zip(given_arrays, copies, strict=True))
    assert not any(values.flags.writeable for values in as_dict(outcome).values())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"stake": [[1, 1]]}, "stake must be one number a uid, and has shape"),
        ({"weights": [[0, 1]]}, "weights must be 2 × 2"),
        ({"weights": [[0, 1], [1]]}, "weights must be an array of numbers"),
        ({"weights": [[0, float("nan")], [1, 0]]}, "weights must be finite"),
        ({"weights": [[0, -1], [1, 0]]}, "weights must not be negative, and its least is -1"),
        ({"stake": [1, float("inf")]}, "stake must be finite"),
        ({"stake": [1, -1]}, "stake must not be negative"),
        ({"stake": ["a", "b"]}, "stake must be an array of numbers"),
        ({"bonds": [1, 1]}, "bonds must be 2 × 2"),
        ({"bonds": [[0, 0], [0, -0.5]]}, "bonds must not be negative"),
        ({"permits": [True]}, "permits must be one truth value a uid"),
        ({"permits": [1, 2]}, "permits must be truth values"),
        ({"kappa": 1.1}, "kappa must lie in"),
        ({"bonds_penalty": -0.1}, "bonds_penalty must lie in"),
        ({"bonds_moving_average": float("nan")}, "bonds_moving_average must be a finite number"),
        ({"owner": 2}, "owner must be a uid below 2"),
    ],
)
def test_impossible_inputs_are_refused(arguments: dict[str, Any], sentence: str) -> None:
    """What no chain could hold is a ValueError that names it."""
    possible: dict[str, Any] = {"weights": [[0, 1], [1, 0]], "stake": [1, 1]}
    with pytest.raises(ValueError, match=sentence):
        yuma_epoch(**(possible | arguments))
