"""What holds of the thirteen equations for every input (1-mechanism §1.2)."""

import math
from random import Random
from typing import TypeVar

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.verdict import Outcome, Unavailable

EXAMPLES = settings(max_examples=200, deadline=None)
PART = 1e-12
"""To what part emission is conserved."""

Item = TypeVar("Item")

units = st.floats(0.0, 1.0)
pools = st.floats(1e-9, 1e300) | st.just(0.0)
stakes = st.floats(0.0, 1e300)
seeds = st.integers(0, 2**32)
dimensions = st.builds(DimensionScores, units, units, units, units)
outcomes = units | st.builds(Unavailable, st.just("no tool"))


@frozen
class Miner:
    s_epoch: float
    peb: float


@frozen
class Validator:
    vas: float
    stake: float
    reputation_multiplier: float


miners = st.builds(Miner, s_epoch=st.floats(0.0, 4.0), peb=st.floats(0.0, 1.0))
validators = st.builds(Validator, vas=units, stake=stakes, reputation_multiplier=st.floats(1.0, 1.5))


def shuffled(items: list[Item], seed: int) -> list[Item]:
    return Random(seed).sample(items, len(items))


@EXAMPLES
@given(total=pools)
def test_the_two_pools_add_up_to_the_emission(total: float) -> None:
    """Eq. 1 loses nothing: both pools together are the emission, 90 and 10 parts of it."""
    miner_pool, validator_pool = ScoringEngine.split_emission(total)
    assert miner_pool + validator_pool == pytest.approx(total, rel=PART, abs=0.0)
    assert miner_pool == pytest.approx(9 * validator_pool, rel=1e-9, abs=0.0)


@EXAMPLES
@given(scores=dimensions)
def test_cms_is_the_weighted_sum_and_stays_in_its_range(scores: DimensionScores) -> None:
    """Eq. 2 gives 0.40·quality + 0.30·accuracy + 0.15·novelty + 0.15·efficiency, in [0, 1]."""
    cms = ScoringEngine.compute_cms(scores)
    assert 0.0 <= cms <= 1.0
    expected = 0.40 * scores.quality + 0.30 * scores.accuracy + 0.15 * scores.novelty + 0.15 * scores.efficiency
    assert cms == pytest.approx(expected, abs=1e-15)


@EXAMPLES
@given(scores=dimensions, better=units, name=st.sampled_from(["quality", "accuracy", "novelty", "efficiency"]))
def test_cms_never_falls_when_a_dimension_rises(scores: DimensionScores, better: float, name: str) -> None:
    """Eq. 2 is monotone in every dimension."""
    raised = evolve(scores, **{name: max(better, getattr(scores, name))})
    assert ScoringEngine.compute_cms(raised) >= ScoringEngine.compute_cms(scores)


asked = st.lists(st.tuples(st.floats(0.0, 2.0), st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0])), max_size=30)


@EXAMPLES
@given(tasks=asked, penalty=units, seed=seeds)
def test_s_epoch_is_in_its_range_and_blind_to_the_order_of_tasks(
    tasks: list[tuple[float, float]], penalty: float, seed: int
) -> None:
    """Eq. 3 stays in [0, 4], and the order of the tasks does not change it by a bit."""
    cms, multipliers = [c for c, _ in tasks], [d for _, d in tasks]
    score = ScoringEngine.compute_s_epoch(cms, multipliers, penalty)
    other = shuffled(tasks, seed)
    assert 0.0 <= score <= 4.0
    assert score == ScoringEngine.compute_s_epoch([c for c, _ in other], [d for _, d in other], penalty)


@EXAMPLES
@given(tasks=asked, penalty=units, multiplier=st.floats(0.0, 2.0))
def test_an_unanswered_task_stays_in_the_mean(
    tasks: list[tuple[float, float]], penalty: float, multiplier: float
) -> None:
    """Eq. 3 divides by every task the miner was asked: one more with a CMS of 0 can only lower S_epoch."""
    cms, multipliers = [c for c, _ in tasks], [d for _, d in tasks]
    before = ScoringEngine.compute_s_epoch(cms, multipliers, penalty)
    after = ScoringEngine.compute_s_epoch([*cms, 0.0], [*multipliers, multiplier], penalty)
    assert after == pytest.approx(before * len(tasks) / (len(tasks) + 1), abs=1e-12)


def test_no_tasks_are_worth_nothing() -> None:
    """Eq. 3 of a miner that was asked nothing is 0."""
    assert ScoringEngine.compute_s_epoch([], [], 1.0) == 0.0


@EXAMPLES
@given(rank=st.integers(-3, 30), streak=st.integers(-3, 30))
def test_peb_is_paid_for_ranks_one_to_ten_with_a_streak(rank: int, streak: int) -> None:
    """Eq. 4 is 0.2 · (1/rank) · √min(streak, 10) for 1 ≤ rank ≤ 10 and streak ≥ 1, and 0 for any other."""
    earns = 1 <= rank <= 10 and streak >= 1
    expected = 0.2 / rank * math.sqrt(min(streak, 10)) if earns else 0.0
    assert ScoringEngine.compute_peb(rank, streak) == pytest.approx(expected, rel=1e-15, abs=0.0)


@EXAMPLES
@given(rank=st.integers(1, 30), streak=st.integers(0, 30))
def test_peb_falls_with_rank_and_rises_with_streak_up_to_the_cap(rank: int, streak: int) -> None:
    """Eq. 4 strictly falls from rank to rank within ten, and rises with the streak until ten and no further."""
    peb = ScoringEngine.compute_peb(rank, streak)
    worse, longer = ScoringEngine.compute_peb(rank + 1, streak), ScoringEngine.compute_peb(rank, streak + 1)
    assert worse < peb or peb == worse == 0.0
    assert longer == peb if streak >= 10 or rank > 10 else longer > peb


@EXAMPLES
@given(roster=st.lists(miners, max_size=30), pool=pools)
def test_what_miners_are_paid_and_the_unallocated_are_the_pool(roster: list[Miner], pool: float) -> None:
    """Eq. 5 conserves emission to 1 part in 10¹²; when nobody earned anything, all of it stays unallocated."""
    shares = ScoringEngine.distribute_miner_emissions(roster, pool)
    unallocated = 0.0 if any(miner.s_epoch > 0 for miner in roster) else pool
    assert len(shares) == len(roster)
    assert math.fsum([*shares, unallocated]) == pytest.approx(pool, rel=PART, abs=0.0)
    assert all(share == 0.0 for miner, share in zip(roster, shares, strict=True) if miner.s_epoch == 0.0)


@EXAMPLES
@given(roster=st.lists(miners, min_size=1, max_size=30), pool=pools, better=st.floats(0.0, 4.0), seed=seeds)
def test_a_higher_s_epoch_never_pays_less(roster: list[Miner], pool: float, better: float, seed: int) -> None:
    """Eq. 5: who raises its S_epoch, others and its PEB unchanged, is paid no less."""
    index = seed % len(roster)
    raised = list(roster)
    raised[index] = evolve(roster[index], s_epoch=max(better, roster[index].s_epoch))
    before = ScoringEngine.distribute_miner_emissions(roster, pool)[index]
    after = ScoringEngine.distribute_miner_emissions(raised, pool)[index]
    assert after >= before * (1.0 - PART)


@EXAMPLES
@given(roster=st.lists(miners, max_size=30), pool=pools, seed=seeds)
def test_the_order_of_miners_changes_no_share(roster: list[Miner], pool: float, seed: int) -> None:
    """Eq. 5 pays each miner the same to the last bit, whatever the order."""
    shares = dict(enumerate(ScoringEngine.distribute_miner_emissions(roster, pool)))
    order = shuffled(list(range(len(roster))), seed)
    again = ScoringEngine.distribute_miner_emissions([roster[index] for index in order], pool)
    assert [shares[index] for index in order] == again


@EXAMPLES
@given(cms=st.floats(0.0, 1.0), unsolved=st.booleans())
def test_a_breakthrough_doubles_only_above_the_threshold(cms: float, unsolved: bool) -> None:
    """Eq. 6 doubles a CMS strictly above 0.8 on a previously unsolved task, without a cap, and leaves any other."""
    expected = 2 * cms if unsolved and cms > 0.8 else cms
    assert ScoringEngine.apply_breakthrough(cms, unsolved) == expected


@EXAMPLES
@given(pairs=st.lists(st.tuples(units, units), min_size=1, max_size=60), seed=seeds)
def test_vas_is_in_its_range_and_blind_to_order(pairs: list[tuple[float, float]], seed: int) -> None:
    """Eq. 7 is 1 − mean absolute deviation, in [0, 1], the same for every order of the evaluations."""
    other = shuffled(pairs, seed)
    vas = ScoringEngine.compute_vas([own for own, _ in pairs], [consensus for _, consensus in pairs])
    assert 0.0 <= vas <= 1.0
    assert vas == ScoringEngine.compute_vas([own for own, _ in other], [consensus for _, consensus in other])
    assert vas == pytest.approx(1 - sum(abs(own - consensus) for own, consensus in pairs) / len(pairs), abs=1e-12)


@EXAMPLES
@given(roster=st.lists(validators, max_size=30), pool=pools, seed=seeds)
def test_what_validators_are_paid_and_the_unallocated_are_the_pool(
    roster: list[Validator], pool: float, seed: int
) -> None:
    """Eq. 8 conserves emission to 1 part in 10¹², whatever the order, and shares nothing without a measure."""
    shares = ScoringEngine.distribute_validator_emissions(roster, pool)
    order = shuffled(list(range(len(roster))), seed)
    largest = max((one.stake for one in roster), default=0.0) or 1.0
    unallocated = 0.0 if any(one.vas * (one.stake / largest) > 0 for one in roster) else pool
    assert math.fsum([*shares, unallocated]) == pytest.approx(pool, rel=PART, abs=0.0)
    assert ScoringEngine.distribute_validator_emissions([roster[i] for i in order], pool) == [shares[i] for i in order]


@EXAMPLES
@given(
    roster=st.lists(st.builds(Validator, units, st.floats(1e-3, 1e9), st.floats(1.0, 1.5)), max_size=20),
    factor=st.floats(1e-6, 1e6),
)
def test_scaling_all_stakes_changes_no_validators_share(roster: list[Validator], factor: float) -> None:
    """Eq. 8 reads stakes by their ratio only."""
    scaled = [evolve(one, stake=one.stake * factor) for one in roster]
    before = ScoringEngine.distribute_validator_emissions(roster, 10.0)
    assert ScoringEngine.distribute_validator_emissions(scaled, 10.0) == pytest.approx(before, rel=1e-12, abs=1e-300)


@EXAMPLES
@given(scores=st.lists(units, max_size=30), seed=seeds)
def test_the_trap_penalty_is_the_mean_over_theta_below_theta(scores: list[float], seed: int) -> None:
    """Eq. 9 is mean/0.30 below 0.30, otherwise 1, in [0, 1], the same for every order of the traps."""
    penalty = ScoringEngine.compute_trap_penalty(scores)
    average = math.fsum(scores) / len(scores) if scores else 1.0
    assert penalty == pytest.approx(min(1.0, average / 0.30), abs=1e-15)
    assert 0.0 <= penalty <= 1.0
    assert penalty == ScoringEngine.compute_trap_penalty(shuffled(scores, seed))


@EXAMPLES
@given(step=st.floats(0.0, 0.3))
def test_the_trap_penalty_is_continuous_at_theta(step: float) -> None:
    """Eq. 9 comes from below to its value at θ = 0.30, which is 1."""
    assert ScoringEngine.compute_trap_penalty([0.30]) == 1.0
    assert 1.0 - ScoringEngine.compute_trap_penalty([0.30 - step]) <= step / 0.30 + 1e-15


@EXAMPLES
@given(stake=stakes, vas=units, worse=units)
def test_a_slash_is_within_the_stake_and_never_falls_with_a_worse_vas(stake: float, vas: float, worse: float) -> None:
    """Eq. 10 is γ · stake · max(0, 0.60 − VAS)², in [0, stake], and monotone."""
    slash = ScoringEngine.compute_slash(stake, vas)
    assert slash == pytest.approx(0.05 * max(0.0, 0.60 - vas) ** 2 * stake, rel=1e-12)
    assert 0.0 <= slash <= stake
    assert ScoringEngine.compute_slash(stake, min(vas, worse)) >= slash


@EXAMPLES
@given(stake=st.floats(0.0, 1e12), step=st.floats(0.0, 0.6))
def test_a_slash_is_continuous_at_its_threshold(stake: float, step: float) -> None:
    """Eq. 10 comes to 0 at a VAS of 0.60, and faster than linearly."""
    assert ScoringEngine.compute_slash(stake, 0.60) == 0.0
    assert ScoringEngine.compute_slash(stake, 0.60 - step) <= 0.05 * stake * step**2 * (1 + 1e-9) + 1e-12


checks_and_weights = st.dictionaries(
    st.sampled_from(["proof", "steps", "numerical", "tests", "formal"]), st.tuples(outcomes, units), max_size=5
)


@EXAMPLES
@given(table=checks_and_weights)
def test_the_objective_score_is_the_weighted_mean_of_what_could_be_checked(
    table: dict[str, tuple[Outcome, float]],
) -> None:
    """Eq. 11 lies between the least and greatest check that was made, and is None when none with weight was."""
    checks = {name: outcome for name, (outcome, _) in table.items()}
    weights = {name: weight for name, (_, weight) in table.items()}
    made = [o for o, w in table.values() if not isinstance(o, Unavailable) and w > 0]
    score = ScoringEngine.compute_objective_score(checks, weights)
    backwards = ScoringEngine.compute_objective_score(checks, dict(reversed(weights.items())))
    assert score == backwards
    if made:
        assert score is not None
        assert min(made) - 1e-12 <= score <= max(made) + 1e-12
        assert 0.0 <= score <= 1.0
    else:
        assert score is None


@EXAMPLES
@given(table=checks_and_weights, missing=st.sampled_from(["proof", "steps", "numerical", "tests", "formal"]))
def test_an_unavailable_check_leaves_the_sum_as_if_the_task_did_not_use_it(
    table: dict[str, tuple[Outcome, float]], missing: str
) -> None:
    """Eq. 11: a validator's fault costs a miner nothing and gives it nothing; the other ω are renormalised."""
    checks: dict[str, Outcome] = {name: outcome for name, (outcome, _) in table.items()}
    weights = {name: weight for name, (_, weight) in table.items()}
    without = {name: weight for name, weight in weights.items() if name != missing}
    unavailable = {**checks, missing: Unavailable("engine down")}
    expected = ScoringEngine.compute_objective_score(checks, without)
    assert ScoringEngine.compute_objective_score(unavailable, {**weights, missing: 0.3}) == expected


@EXAMPLES
@given(objective=units, consensus=units)
def test_the_final_score_is_in_its_range(objective: float, consensus: float) -> None:
    """Eq. 13 is 0.60·O + 0.40·C, in [0, 1], between the two."""
    final = ScoringEngine.compute_final_score(objective, consensus)
    assert 0.0 <= final <= 1.0
    assert min(objective, consensus) - 1e-12 <= final <= max(objective, consensus) + 1e-12
    assert final == pytest.approx(0.6 * objective + 0.4 * consensus, abs=1e-15)


@EXAMPLES
@given(vas=units, better=units)
def test_reputation_is_in_its_range_and_rises_with_vas(vas: float, better: float) -> None:
    """The multiplier is 1 up to a VAS of 0.80, 1.5 at 1, and never falls between."""
    multiplier = ScoringEngine.compute_reputation_multiplier(vas)
    assert multiplier == pytest.approx(1 + 0.5 * max(0.0, vas - 0.8) / 0.2, abs=1e-12)
    assert 1.0 <= multiplier <= DEFAULT_PARAMETERS.vas_rep_max_multiplier
    assert ScoringEngine.compute_reputation_multiplier(max(vas, better)) >= multiplier
