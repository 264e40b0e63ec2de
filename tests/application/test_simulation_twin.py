"""The vectorised simulator against its plain-Python twin: every figure, several sizes, awkward rosters."""

from typing import Any

import numpy as np
import pytest
from attrs import asdict, evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reasonforge.application.simulation.draw_epoch import EpochDraws, draw_bonuses, draw_epoch
from reasonforge.application.simulation.outcome import EpochResult, SimulationState
from reasonforge.application.simulation.population import Population
from reasonforge.application.simulation.reach_consensus import reach_consensus
from reasonforge.application.simulation.roster import PROFILES, Roster, SimulatedValidator, ValidatorProfile, roster
from reasonforge.application.simulation.simulate_epoch import simulate_epoch
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from tests.application.simulation_twin import TwinResult, TwinState, simulate_epoch_in_loops

TOLERANCE = 1e-9


def assert_same(result: EpochResult, twin: TwinResult) -> None:
    for name, expected in asdict(twin, recurse=False).items():
        figures = np.array(expected, dtype=float)
        actual = np.asarray(getattr(result, name), dtype=float)
        np.testing.assert_allclose(
            actual.reshape(figures.shape) if actual.size == figures.size == 0 else actual,
            figures, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"epoch {result.epoch}: {name}",
        )  # fmt: skip


def run_both(
    members: Roster,
    *,
    seed: int,
    judges: int,
    epochs: int,
    emission: float = 100.0,
    parameters: MechanismParameters = DEFAULT_PARAMETERS,
    change: Any = lambda draws: draws,
) -> list[EpochResult]:
    rng = np.random.Generator(np.random.PCG64(seed))
    bonuses = draw_bonuses(rng, members)
    population = Population.of(members, bonuses)
    state, twin_state = SimulationState.initial(members), TwinState.initial(members)
    results = []
    for _ in range(epochs):
        draws = change(
            draw_epoch(
                rng,
                miners=len(members.miners),
                validators=len(members.validators),
                judges_per_reply=judges,
                parameters=parameters,
            )
        )
        state, result = simulate_epoch(state, draws, population, emission, parameters)
        twin_state, twin = simulate_epoch_in_loops(
            twin_state, draws, members, bonuses.tolist(), emission=emission, parameters=parameters
        )
        assert_same(result, twin)
        results.append(result)
    return results


def with_stakes(members: Roster, stakes: list[float]) -> Roster:
    validators = tuple(evolve(v, stake=stake) for v, stake in zip(members.validators, stakes, strict=True))
    return evolve(members, validators=validators)


def test_the_twin_names_every_figure_of_a_result() -> None:
    """What the twin compares is all of EpochResult but its number and its draws."""
    assert {a.name for a in fields(TwinResult)} == {a.name for a in fields(EpochResult)} - {"epoch", "draws"}


@pytest.mark.parametrize(
    ("miners", "validators", "judges"),
    [(12, 6, 3), (12, 6, 6), (1, 1, 1), (2, 2, 2), (30, 10, 5), (15, 9, 7), (40, 12, 12), (192, 64, 3)],
)
def test_the_vectorised_simulator_is_its_twin(miners: int, validators: int, judges: int) -> None:
    """Every figure agrees to 1e-9, epoch after epoch, at every size and number of judges."""
    run_both(roster(miners, validators), seed=miners, judges=judges, epochs=9 if miners < 100 else 2)


def test_the_windows_of_vas_slide_as_the_twin_has_it() -> None:
    """Past 30 epochs the oldest VAS leaves both windows."""
    members = roster(4, 3, validator_profiles=("honest", "inverting", "malicious"))
    results = run_both(members, seed=5, judges=2, epochs=40)
    assert results[-1].stakes[1] < members.validators[1].stake


@pytest.mark.parametrize("judges", [1, 3, 5, 8])
def test_validators_without_stake_are_judged_and_not_heard(judges: int) -> None:
    """Judges without stake change no consensus; a reply judged by none with stake keeps its objective score."""
    members = with_stakes(roster(10, 8), [0.0, 3000.0, 0.0, 2000.0, 0.0, 1000.0, 0.0, 0.0])
    results = run_both(members, seed=3, judges=judges, epochs=6)
    unheard = np.isnan(np.stack([r.consensus for r in results]))
    assert bool(unheard.any()) == (judges < 6)
    for result in results:
        alone = np.isnan(result.consensus)
        np.testing.assert_array_equal(result.final[alone], result.objective[alone])


def test_without_any_stake_no_validator_is_paid() -> None:
    """Nobody has stake: no consensus, no VAS, and the validators' pool stays unallocated."""
    members = with_stakes(roster(3, 3), [0.0, 0.0, 0.0])
    (result,) = run_both(members, seed=1, judges=3, epochs=1)
    assert np.isnan(result.vas).all()
    assert result.unallocated == result.validator_pool


def test_equal_miners_rank_by_streak_then_by_their_place() -> None:
    """Miners with the same chance throughout tie; the earlier place wins, and a streak keeps it."""

    def same_for_all(draws: EpochDraws) -> EpochDraws:
        def spread(table: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(table[:, :1], table.shape[1], axis=1)

        skill = np.repeat(draws.skill_noise[:, :, :1], draws.skill_noise.shape[2], axis=2)
        return evolve(
            draws,
            skill_noise=skill,
            trap_noise=spread(draws.trap_noise),
            judges=None if draws.judges is None else spread(draws.judges),
            judge_noise=spread(draws.judge_noise),
        )

    members = roster(15, 6, miner_tiers=("mid",) * 15)
    rng = np.random.Generator(np.random.PCG64(9))
    bonuses = np.repeat(draw_bonuses(rng, members)[:1], 15, axis=0)
    population = Population.of(members, bonuses)
    draws = same_for_all(draw_epoch(rng, miners=15, validators=6, judges_per_reply=3))
    state = evolve(SimulationState.initial(members), streaks=np.array([0] * 13 + [4, 9]))
    twin_state = evolve(TwinState.initial(members), streaks=[0] * 13 + [4, 9])
    _, result = simulate_epoch(state, draws, population, 100.0)
    _, twin = simulate_epoch_in_loops(twin_state, draws, members, bonuses.tolist(), emission=100.0)
    assert_same(result, twin)
    assert result.ranks.tolist() == [*range(3, 16), 2, 1]
    assert result.streaks.tolist() == [1] * 8 + [0] * 5 + [5, 10]


def test_nobody_earning_leaves_the_pool_unallocated() -> None:
    """Miners that score zero share nothing: the miners' pool is unallocated."""

    def hopeless(draws: EpochDraws) -> EpochDraws:
        return evolve(draws, skill_noise=np.full_like(draws.skill_noise, -100.0))

    members = roster(5, 4)
    (result,) = run_both(members, seed=2, judges=3, epochs=1, change=hopeless)
    assert result.miner_earnings.tolist() == [0.0] * 5
    assert result.streaks.tolist() == [0] * 5
    assert result.unallocated == result.miner_pool == 90.0


def test_judges_who_agree_exactly_are_trimmed_by_stake() -> None:
    """Constant judges all say 1.0: of equal scores the largest stake is the outermost, as in the engine."""
    members = roster(12, 12, validator_profiles=("constant",) * 8)
    run_both(members, seed=4, judges=12, epochs=4)
    run_both(members, seed=4, judges=7, epochs=4)


def test_other_parameters_are_obeyed() -> None:
    """Every constant comes from the parameters: nothing of the whitepaper's is written into the arrays."""
    other = MechanismParameters(
        w_quality=0.1, w_accuracy=0.6, w_novelty=0.1, w_efficiency=0.2, emission_miner_share=0.6,
        emission_validator_share=0.4, peb_alpha=0.5, peb_k=3, peb_streak_cap=2, breakthrough_multiplier=3.0,
        breakthrough_threshold=0.3, trap_rate=0.6, trap_threshold=0.7, vas_slash_threshold=0.99, vas_slash_gamma=0.9,
        vas_rep_threshold=0.5, vas_rep_max_multiplier=3.0, objective_weight=0.2, consensus_weight=0.8,
        consensus_trim_delta=0.3, tasks_per_epoch=7, difficulty_multipliers={d: d / 3 for d in range(1, 11)},
    )  # fmt: skip
    results = run_both(roster(9, 8), seed=6, judges=6, epochs=6, parameters=other)
    assert any(r.breakthroughs.any() for r in results)
    assert results[-1].slashed.any()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    miners=st.integers(1, 14),
    stakes=st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.5, 1000.0, 5000.0]), min_size=1, max_size=9),
    data=st.data(),
)
def test_any_roster_agrees_with_its_twin(seed: int, miners: int, stakes: list[float], data: st.DataObject) -> None:
    """Any mix of profiles and stakes, with any number of judges, gives the twin's figures."""
    profiles = data.draw(st.lists(st.sampled_from(list(PROFILES)), min_size=len(stakes), max_size=len(stakes)))
    judges = data.draw(st.integers(1, len(stakes)))
    members = with_stakes(roster(miners, len(stakes), validator_profiles=profiles), stakes)
    run_both(members, seed=seed, judges=judges, epochs=3)


SCORES = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.floats(0.0, 1.0))
# Whole multiples of 10⁻⁶ up to 10⁴: two halves are equal, or differ by more than the 10⁻¹² of the whole below which
# both count them as equal. At that very line the rounding of a sum may decide either way.
STAKES = st.one_of(st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.integers(1, 10**10).map(lambda units: units / 10**6))


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 24), st.sampled_from([0.0, 0.1, 0.3]))
def test_consensus_of_rows_is_the_engines(data: st.DataObject, judges: int, delta: float) -> None:
    """Eq. 12 over arrays is Eq. 12 of each row, with equal scores, equal halves and stakes of 0 among them."""
    rows = data.draw(
        st.lists(
            st.lists(st.tuples(SCORES, STAKES), min_size=judges, max_size=judges).filter(
                lambda pairs: all(a == b or abs(a - b) > 1e-12 for a, _ in pairs for b, _ in pairs)
            ),
            min_size=1,
            max_size=4,
        )
    )
    scores = np.array([[score for score, _ in row] for row in rows])
    stakes = np.array([[stake for _, stake in row] for row in rows])
    expected = [
        ScoringEngine.compute_consensus_score(row, delta) if any(stake for _, stake in row) else np.nan for row in rows
    ]
    np.testing.assert_allclose(reach_consensus(scores, stakes, delta), expected, rtol=0, atol=1e-12)
    first = [(score, stake) for row in rows[:1] for score, (_, stake) in zip(scores[-1].tolist(), row, strict=True)]
    one = ScoringEngine.compute_consensus_score(first, delta) if any(stake for _, stake in first) else np.nan
    np.testing.assert_allclose(reach_consensus(scores[-1:], stakes[0], delta), [one], rtol=0, atol=1e-12)


def test_a_profile_is_an_affine_report() -> None:
    """A profile of one's own: half the true score plus a quarter, without noise."""
    profile = ValidatorProfile("timid", sd=0.0, bias=0.25, slope=0.5)
    members = evolve(roster(4, 1), validators=(SimulatedValidator("v-001", "Timid", 1.0, profile),))
    (result,) = run_both(members, seed=8, judges=1, epochs=1)
    np.testing.assert_allclose(result.consensus, 0.5 * result.objective + 0.25)
