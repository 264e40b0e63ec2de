"""What the thirteen equations refuse: NaN and infinities everywhere, and each ValueError of 1-mechanism §1.2."""

import math
from collections.abc import Callable

import pytest
from attrs import frozen

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.verdict import Verdict

Call = Callable[[float], object]


@frozen
class Miner:
    s_epoch: float = 1.0
    peb: float = 0.0


@frozen
class Validator:
    vas: float = 1.0
    stake: float = 1.0
    reputation_multiplier: float = 1.0


def slot(name: str, call: Call) -> object:
    return pytest.param(call, id=name)


NUMBERS = [
    slot("Eq. 1 total", ScoringEngine.split_emission),
    slot("Eq. 2 quality", lambda bad: ScoringEngine.compute_cms(DimensionScores(bad, 0.5, 0.5, 0.5))),
    slot("Eq. 2 accuracy", lambda bad: ScoringEngine.compute_cms(DimensionScores(0.5, bad, 0.5, 0.5))),
    slot("Eq. 2 novelty", lambda bad: ScoringEngine.compute_cms(DimensionScores(0.5, 0.5, bad, 0.5))),
    slot("Eq. 2 efficiency", lambda bad: ScoringEngine.compute_cms(DimensionScores(0.5, 0.5, 0.5, bad))),
    slot("Eq. 3 CMS", lambda bad: ScoringEngine.compute_s_epoch([0.5, bad], [1.0, 1.0], 1.0)),
    slot("Eq. 3 D", lambda bad: ScoringEngine.compute_s_epoch([0.5, 0.5], [1.0, bad], 1.0)),
    slot("Eq. 3 penalty", lambda bad: ScoringEngine.compute_s_epoch([0.5], [1.0], bad)),
    slot("Eq. 3 penalty of no tasks", lambda bad: ScoringEngine.compute_s_epoch([], [], bad)),
    slot("Eq. 5 S_epoch", lambda bad: ScoringEngine.distribute_miner_emissions([Miner(), Miner(s_epoch=bad)], 90.0)),
    slot("Eq. 5 PEB", lambda bad: ScoringEngine.distribute_miner_emissions([Miner(peb=bad)], 90.0)),
    slot("Eq. 5 pool", lambda bad: ScoringEngine.distribute_miner_emissions([Miner()], bad)),
    slot("Eq. 5 pool for nobody", lambda bad: ScoringEngine.distribute_miner_emissions([], bad)),
    slot("Eq. 6 CMS", lambda bad: ScoringEngine.apply_breakthrough(bad, is_breakthrough=True)),
    slot("Eq. 6 CMS, solved before", lambda bad: ScoringEngine.apply_breakthrough(bad, is_breakthrough=False)),
    slot("Eq. 7 own", lambda bad: ScoringEngine.compute_vas([0.5, bad], [0.5, 0.5])),
    slot("Eq. 7 consensus", lambda bad: ScoringEngine.compute_vas([0.5, 0.5], [0.5, bad])),
    slot("Eq. 8 VAS", lambda bad: ScoringEngine.distribute_validator_emissions([Validator(vas=bad)], 10.0)),
    slot("Eq. 8 stake", lambda bad: ScoringEngine.distribute_validator_emissions([Validator(stake=bad)], 10.0)),
    slot(
        "Eq. 8 reputation",
        lambda bad: ScoringEngine.distribute_validator_emissions([Validator(reputation_multiplier=bad)], 10.0),
    ),
    slot("Eq. 8 pool", lambda bad: ScoringEngine.distribute_validator_emissions([Validator()], bad)),
    slot("Eq. 9 trap score", lambda bad: ScoringEngine.compute_trap_penalty([0.5, bad])),
    slot("Eq. 10 stake", lambda bad: ScoringEngine.compute_slash(bad, 0.9)),
    slot("Eq. 10 VAS", lambda bad: ScoringEngine.compute_slash(1.0, bad)),
    slot("Eq. 11 check", lambda bad: ScoringEngine.compute_objective_score({"steps": bad}, {"steps": 0.25})),
    slot("Eq. 11 weight", lambda bad: ScoringEngine.compute_objective_score({"steps": 0.5}, {"steps": bad})),
    slot("Eq. 12 score", lambda bad: ScoringEngine.compute_consensus_score([(bad, 1.0), (0.5, 1.0)])),
    slot("Eq. 12 stake", lambda bad: ScoringEngine.compute_consensus_score([(0.5, bad), (0.5, 1.0)])),
    slot("Eq. 12 δ", lambda bad: ScoringEngine.compute_consensus_score([(0.5, 1.0)], bad)),
    slot("Eq. 13 O", lambda bad: ScoringEngine.compute_final_score(bad, 0.5)),
    slot("Eq. 13 C", lambda bad: ScoringEngine.compute_final_score(0.5, bad)),
    slot("reputation VAS", ScoringEngine.compute_reputation_multiplier),
    slot("a verdict", lambda bad: Verdict(bad, "because", "tool")),
]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -0.5, 10**400, True])
@pytest.mark.parametrize("call", NUMBERS)
def test_what_is_no_finite_number_from_zero_up_is_refused(call: Call, bad: float) -> None:
    """NaN, infinities, negative numbers, integers beyond any float and booleans are a ValueError, never passed on."""
    with pytest.raises(ValueError):
        call(bad)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "call",
    [
        slot("rank", lambda bad: ScoringEngine.compute_peb(bad, 3)),  # type: ignore[arg-type]  # what a caller must not
        slot("streak", lambda bad: ScoringEngine.compute_peb(1, bad)),  # type: ignore[arg-type]  # hand in, does
    ],
)
def test_peb_refuses_what_is_no_finite_number(call: Call, bad: float) -> None:
    """Eq. 4 takes any whole rank and streak, but neither NaN nor an infinity."""
    with pytest.raises(ValueError):
        call(bad)


def test_lists_of_different_length_are_refused() -> None:
    """Eq. 3 needs a multiplier for every CMS, Eq. 7 a consensus for every score."""
    with pytest.raises(ValueError, match="one multiplier"):
        ScoringEngine.compute_s_epoch([0.5], [1.0, 1.0], 1.0)
    with pytest.raises(ValueError, match="its consensus"):
        ScoringEngine.compute_vas([0.5, 0.6], [0.5])


def test_a_validator_that_judged_nothing_has_no_accuracy() -> None:
    """Eq. 7 without evaluations is a ValueError."""
    with pytest.raises(ValueError, match="judged nothing"):
        ScoringEngine.compute_vas([], [])


def test_a_weight_without_an_outcome_is_refused() -> None:
    """Eq. 11: a name in the weights without an entry in the checks is a ValueError that names it."""
    with pytest.raises(ValueError, match="'proof'"):
        ScoringEngine.compute_objective_score({"steps": 1.0}, {"steps": 0.25, "proof": 0.60})


@pytest.mark.parametrize("bad", [1.0 + 1e-9, 2.0])
@pytest.mark.parametrize(
    "call",
    [
        slot("Eq. 2", lambda bad: ScoringEngine.compute_cms(DimensionScores(bad, 0.0, 0.0, 0.0))),
        slot("Eq. 3 penalty", lambda bad: ScoringEngine.compute_s_epoch([1.0], [1.0], bad)),
        slot("Eq. 7", lambda bad: ScoringEngine.compute_vas([bad], [1.0])),
        slot("Eq. 8", lambda bad: ScoringEngine.distribute_validator_emissions([Validator(vas=bad)], 10.0)),
        slot("Eq. 9", lambda bad: ScoringEngine.compute_trap_penalty([bad])),
        slot("Eq. 10", lambda bad: ScoringEngine.compute_slash(1.0, bad)),
        slot("Eq. 11", lambda bad: ScoringEngine.compute_objective_score({"steps": bad}, {"steps": 1.0})),
        slot("Eq. 13", lambda bad: ScoringEngine.compute_final_score(bad, 0.0)),
    ],
)
def test_a_score_above_one_is_refused(call: Call, bad: float) -> None:
    """What lies in [0, 1] by its definition is a ValueError above 1."""
    with pytest.raises(ValueError):
        call(bad)


def test_sums_beyond_the_greatest_float_are_refused() -> None:
    """What would add up to infinity is a ValueError, not an infinite score or share."""
    with pytest.raises(ValueError):
        ScoringEngine.compute_s_epoch([1e308, 1e308], [1.0, 1.0], 1.0)
    with pytest.raises(ValueError):
        ScoringEngine.compute_s_epoch([1e300], [1e300], 1.0)
    with pytest.raises(ValueError):
        ScoringEngine.distribute_miner_emissions([Miner(s_epoch=1e308, peb=1.0)], 1.0)


def test_extreme_magnitudes_keep_their_ratios() -> None:
    """Stakes of 1e300 and of the least float share out as ordinary ones do, and so do earnings and ω."""
    for stake in (5e-324, 1.0, 1e300, 1.7e308):
        pair = [Validator(stake=stake), Validator(stake=stake)]
        assert ScoringEngine.distribute_validator_emissions(pair, 10.0) == [5.0, 5.0]
    for s_epoch in (5e-324, 1.0, 1e300):
        assert ScoringEngine.distribute_miner_emissions([Miner(s_epoch), Miner(s_epoch)], 90.0) == [45.0, 45.0]
    for weight in (5e-324, 1.0, 1.7e308):
        assert ScoringEngine.compute_objective_score({"a": 1.0, "b": 0.5}, {"a": weight, "b": weight}) == 0.75
    assert ScoringEngine.compute_slash(1e300, 0.0) == pytest.approx(0.05 * 0.36 * 1e300)
