"""What the offline simulator must show of the mechanism, over whole runs."""

import math
import tracemalloc

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.simulation.draw_epoch import DISCIPLINES, draw_bonuses, draw_epoch
from reasonforge.application.simulation.observe import Tally, closing_observations
from reasonforge.application.simulation.outcome import EpochResult, SimulationState
from reasonforge.application.simulation.population import Population
from reasonforge.application.simulation.roster import (
    LARGEST_ROSTER,
    PROFILES,
    TIERS,
    Roster,
    SimulatedMiner,
    SimulatedValidator,
    roster,
)
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.application.simulation.simulate_epoch import simulate_epoch
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters

EPOCHS = 200


@pytest.fixture(scope="module")
def published() -> list[EpochResult]:
    return list(Simulation().run(EPOCHS))


def slashed_of(members: Roster, epochs: int = EPOCHS, seed: int = 42) -> dict[str, float]:
    tally = Tally.empty(members)
    for result in Simulation(roster=members, seed=seed).run(epochs):
        tally = tally.plus(result)
    return {v.profile.name: float(tally.slashed[i]) for i, v in enumerate(members.validators)}


def test_the_default_roster_is_the_published_one() -> None:
    """Twelve miners and six validators, under their names, with their tiers, stakes and profiles."""
    members = roster()
    assert [(m.id, m.name, m.tier.name) for m in members.miners] == [
        ("m-001", "DeepReason-v3", "elite"),
        ("m-002", "LogicForge-7B", "elite"),
        ("m-003", "ProofMaster", "strong"),
        ("m-004", "ReasonSwarm", "strong"),
        ("m-005", "CausalNet", "strong"),
        ("m-006", "ThinkChain", "mid"),
        ("m-007", "InferBot", "mid"),
        ("m-008", "NovaMind", "mid"),
        ("m-009", "BasicReasoner", "weak"),
        ("m-010", "CheapInference", "weak"),
        ("m-011", "SpamBot-X", "adversarial"),
        ("m-012", "CopyCat-3", "adversarial"),
    ]
    assert [(v.id, v.name, v.stake, v.profile) for v in members.validators] == [
        ("v-001", "TruthGuard", 5000.0, PROFILES["honest"]),
        ("v-002", "AccuScore", 3000.0, PROFILES["honest"]),
        ("v-003", "FairCheck", 4000.0, PROFILES["good"]),
        ("v-004", "QuickVal", 2000.0, PROFILES["good"]),
        ("v-005", "LazyNode", 1500.0, PROFILES["lazy"]),
        ("v-006", "BadActor", 1000.0, PROFILES["malicious"]),
    ]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400), st.integers(1, 150), st.booleans())
def test_a_roster_of_any_size_has_the_published_mix(miners: int, validators: int, adversaries: bool) -> None:
    """Ids and names differ, the mix repeats every twelve miners and six validators, adversaries come last."""
    members = roster(miners, validators, adversaries=adversaries)
    assert (len(members.miners), len(members.validators)) == (miners, validators + 2 * adversaries)
    for group in (members.miners, members.validators):
        assert len({member.id for member in group}) == len({member.name for member in group}) == len(group)
    assert all(m.tier == members.miners[i % 12].tier for i, m in enumerate(members.miners))
    ordinary = members.validators[:validators]
    assert all((v.stake, v.profile) == (ordinary[i % 6].stake, ordinary[i % 6].profile) for i, v in enumerate(ordinary))
    assert [v.profile.name for v in members.validators[validators:]] == ["inverting", "constant"] * adversaries


def test_tiers_and_profiles_can_be_chosen() -> None:
    """Given names replace those of the first participants; the rest keep theirs."""
    members = roster(3, 3, miner_tiers=("weak",), validator_profiles=("constant", "inverting"))
    assert [m.tier.name for m in members.miners] == ["weak", "elite", "strong"]
    assert [v.profile.name for v in members.validators] == ["constant", "inverting", "good"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"miners": 0}, "from 1 to 65,536 miners, and 0"),
        ({"miners": LARGEST_ROSTER + 1}, "65,537 were asked for"),
        ({"validators": -1}, "validators, and -1"),
        ({"validator_profiles": ["saintly"]}, "'saintly' is no validator profile: choose from honest"),
        ({"validators": 1, "validator_profiles": ["good", "good"]}, "2 validator profiles were given for 1"),
        ({"miner_tiers": ["super"]}, "'super' is no miner tier: choose from elite"),
    ],
)
def test_an_impossible_roster_is_refused(arguments: dict[str, int], complaint: str) -> None:
    """A roster that cannot be is refused with what is wrong."""
    with pytest.raises(ValueError, match=complaint):
        roster(**arguments)  # type: ignore[arg-type]  # the table mixes counts and names


def test_a_roster_needs_everybody_once() -> None:
    """Nobody at all, and two of one id, are refused."""
    miner = SimulatedMiner("m-001", "A", TIERS["mid"])
    validator = SimulatedValidator("v-001", "B", 1.0, PROFILES["good"])
    with pytest.raises(ValueError, match="each miner needs an id of its own"):
        Roster((miner, miner), (validator,))
    with pytest.raises(ValueError, match="1 to 65,536 validators, and 0"):
        Roster((miner,), ())
    with pytest.raises(ValueError, match="must not be negative"):
        evolve(validator, stake=-1.0)


@pytest.mark.parametrize(
    ("settings_", "complaint"),
    [
        ({"emission": -1.0}, "the emission must not be negative"),
        ({"emission": math.nan}, "the emission must be a finite number"),
        ({"emission": math.inf}, "the emission must be a finite number"),
        ({"emission": 1e16}, "at most 1e"),
        ({"seed": -1}, "the seed must not be negative"),
        ({"judges_per_reply": 0}, "from 1 to 6 judges here, and 0"),
        ({"judges_per_reply": 7}, "from 1 to 6 judges here, and 7"),
        ({"roster": roster(LARGEST_ROSTER, 100), "judges_per_reply": 100}, "fewer judges a reply or fewer miners"),
    ],
)
def test_a_simulation_that_cannot_run_is_refused(settings_: dict[str, float], complaint: str) -> None:
    """What cannot run is refused when it is made."""
    with pytest.raises(ValueError, match=complaint):
        Simulation(**settings_)  # type: ignore[arg-type]  # the table mixes the fields' types


def test_fewer_validators_than_judges_all_judge() -> None:
    """With two validators and three judges a reply by default, both judge."""
    assert Simulation(roster=roster(3, 2)).judges == 2


def test_draws_follow_the_published_rates() -> None:
    """Difficulty 2 to 9, each discipline twice in twelve tasks, 5 % unsolved and 15 % traps, standard normal noise."""
    rng = np.random.Generator(np.random.PCG64(0))
    epochs = [draw_epoch(rng, miners=3, validators=5, judges_per_reply=2) for _ in range(2000)]
    difficulties = np.concatenate([e.difficulties for e in epochs])
    counts = np.unique_counts(difficulties)
    assert counts.values.tolist() == list(range(2, 10))
    assert np.abs(counts.counts / len(difficulties) - 1 / 8).max() < 0.01
    assert all(np.bincount(e.disciplines, minlength=6).tolist() == [2] * len(DISCIPLINES) for e in epochs)
    assert np.mean([e.unsolved for e in epochs]) == pytest.approx(0.05, abs=0.006)
    assert np.mean([e.traps for e in epochs]) == pytest.approx(0.15, abs=0.01)
    for noise in ([e.skill_noise for e in epochs], [e.judge_noise for e in epochs], [e.trap_noise for e in epochs]):
        assert np.mean(noise) == pytest.approx(0, abs=0.02)
        assert np.std(noise) == pytest.approx(1, abs=0.02)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 9), st.data())
def test_a_replys_judges_are_different_validators(seed: int, validators: int, data: st.DataObject) -> None:
    """Judges lie in range and none judges a reply twice; with all of them there is nothing to draw."""
    judges = data.draw(st.integers(1, validators))
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = draw_epoch(rng, miners=4, validators=validators, judges_per_reply=judges).judges
    if judges == validators:
        assert drawn is None
        return
    assert drawn is not None
    assert drawn.shape == (12, 4, judges)
    assert all(len(set(reply)) == judges for task in drawn.tolist() for reply in task)
    assert 0 <= drawn.min() <= drawn.max() < validators


def test_every_set_of_judges_is_equally_likely() -> None:
    """Three of five validators: each of the ten sets is drawn a tenth of the time."""
    rng = np.random.Generator(np.random.PCG64(1))
    drawn = draw_epoch(rng, miners=5000, validators=5, judges_per_reply=3).judges
    assert drawn is not None
    sets = np.sort(drawn.reshape(-1, 3), axis=1) @ np.array([25, 5, 1])
    counts = np.unique(sets, return_counts=True)[1]
    assert len(counts) == 10
    assert np.abs(counts / len(sets) - 0.1).max() < 0.006


def test_bonuses_are_drawn_between_their_limits() -> None:
    """A miner's bonus for a discipline lies in [−0.05, 0.10], evenly."""
    bonuses = draw_bonuses(np.random.Generator(np.random.PCG64(3)), roster(2000, 1))
    assert bonuses.shape == (2000, 6)
    assert -0.05 <= bonuses.min() < -0.049
    assert 0.099 < bonuses.max() <= 0.10
    assert bonuses.mean() == pytest.approx(0.025, abs=0.002)


def test_difficulty_costs_what_is_published() -> None:
    """Without noise and bonus a dimension falls by 0.015 for each step of difficulty above 5."""
    members = roster(1, 1)
    population = evolve(Population.of(members, np.zeros((1, 6))), sd=np.zeros(1))
    rng = np.random.Generator(np.random.PCG64(0))
    draws = evolve(draw_epoch(rng, miners=1, validators=1, judges_per_reply=1), difficulties=np.array([2, 5, 9] * 4))
    _, result = simulate_epoch(SimulationState.initial(members), draws, population, 1.0)
    base = ScoringEngine.compute_cms(members.miners[0].tier.base)
    np.testing.assert_allclose(result.objective[:3, 0], [base + 0.045, base, base - 0.06])


def test_elite_miners_end_on_top_and_adversarial_at_the_bottom(published: list[EpochResult]) -> None:
    """After 200 epochs the totals order the tiers: elite, strong, mid, weak, adversarial."""
    totals = published[-1].miner_totals
    tiers = [roster().miners[index].tier.name for index in np.argsort(-totals)]
    assert tiers == ["elite"] * 2 + ["strong"] * 3 + ["mid"] * 3 + ["weak"] * 2 + ["adversarial"] * 2


def test_streaks_raise_the_bonus(published: list[EpochResult]) -> None:
    """The first of epoch 200 has a long streak and the capped PEB of its rank, α·√10; the last has none."""
    last = published[-1]
    first = int(np.flatnonzero(last.ranks == 1)[0])
    assert last.streaks[first] >= 100
    assert last.peb[first] == pytest.approx(0.2 * math.sqrt(10))
    assert published[0].peb[np.flatnonzero(published[0].ranks == 1)[0]] == pytest.approx(0.2)
    assert last.peb[last.ranks > 10].tolist() == [0.0, 0.0]


def test_emission_is_conserved(published: list[EpochResult]) -> None:
    """In each epoch what is paid and what stays unallocated are the emission, to a part in 10¹²."""
    for result in published:
        paid = math.fsum([*result.miner_earnings.tolist(), *result.validator_earnings.tolist()])
        assert paid + result.unallocated == pytest.approx(100.0, rel=1e-12)
        assert result.miner_pool + result.validator_pool == 100.0
    everything = math.fsum([*published[-1].miner_totals.tolist(), *published[-1].validator_totals.tolist()])
    assert everything == pytest.approx(100.0 * EPOCHS, rel=1e-12)


def test_adversarial_miners_fall_into_traps(published: list[EpochResult]) -> None:
    """Over 200 epochs the adversarial miners are trap-penalised in most, the strong and elite in none."""
    penalised = np.sum([result.trap_penalties < 1 for result in published], axis=0)
    assert (penalised[10:] > EPOCHS / 2).all()
    assert (penalised[:5] == 0).all()


def test_the_published_malicious_validator_is_never_slashed(published: list[EpochResult]) -> None:
    """Its mean deviation is below 0.26, so its VAS stays above 0.74 and Eq. 10 never reaches it."""
    assert not any(result.slashed.any() for result in published)
    malicious = np.array([result.vas_7d[5] for result in published])
    assert 0.74 < malicious.min() < malicious.max() < 0.86


def test_an_inverting_validator_is_slashed() -> None:
    """Beside the published validators, who reports 1 − score loses stake, and nobody else does."""
    slashed = slashed_of(roster(adversaries=True))
    assert slashed["inverting"] > 0
    assert sum(slashed.values()) == slashed["inverting"]


def test_a_constant_validator_is_slashed_where_miners_are_poor() -> None:
    """Always saying 1.0 costs stake when the miners' mean consensus is below 0.60; the malicious profile still none."""
    poorer = ("mid", "mid", "mid", "weak", "weak", "weak", "mid", "mid", "weak", "weak", "adversarial", "adversarial")
    slashed = slashed_of(roster(miner_tiers=poorer, adversaries=True))
    assert slashed["constant"] > 0
    assert slashed["malicious"] == 0


def test_a_constant_validators_vas_is_the_mean_consensus() -> None:
    """Why the published miners never cost it stake: 1 − mean |1 − C| is the mean of C, and theirs is above 0.60."""
    members = roster(adversaries=True)
    simulation = Simulation(roster=members, judges_per_reply=len(members.validators))
    results = list(simulation.run(50))
    for result in results:
        assert result.vas[-1] == pytest.approx(result.consensus.mean(), abs=1e-12)
    assert min(result.vas_7d[-1] for result in results) > DEFAULT_PARAMETERS.vas_slash_threshold


def test_a_slash_leaves_the_stake() -> None:
    """What is slashed leaves the stake, epoch by epoch, and the rest weighs in the next epoch."""
    members = roster(adversaries=True)
    before = np.array([v.stake for v in members.validators])
    for result in Simulation(roster=members).run(20):
        np.testing.assert_array_equal(result.stakes, before - result.slashed)
        before = result.stakes
    assert before[6] < members.validators[6].stake


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**63), st.integers(1, 20), st.integers(1, 9), st.floats(0.0, 1e12))
def test_any_run_keeps_its_figures_in_range(seed: int, miners: int, validators: int, emission: float) -> None:
    """Scores, penalties, VAS and reputation in range, ranks a permutation, emission conserved, stakes never rising."""
    simulation = Simulation(roster=roster(miners, validators), seed=seed, emission=emission)
    for result in simulation.run(3):
        for figures in (result.objective, result.consensus, result.final, result.trap_scores, result.trap_penalties):
            assert ((figures >= 0) & (figures <= 1)).all()
        assert ((result.cms >= 0) & (result.cms <= 2)).all()
        assert sorted(result.ranks.tolist()) == list(range(1, miners + 1))
        known = result.vas[~np.isnan(result.vas)]
        assert ((known >= 0) & (known <= 1)).all()
        assert ((result.reputation >= 1) & (result.reputation <= 1.5)).all()
        assert (result.slashed >= 0).all()
        paid = math.fsum([*result.miner_earnings.tolist(), *result.validator_earnings.tolist(), result.unallocated])
        assert paid == pytest.approx(emission, rel=1e-12)


def test_the_same_seed_gives_the_same_run() -> None:
    """Two runs of one seed agree in every figure; another seed does not."""

    def figures(seed: int) -> list[float]:
        last = list(Simulation(roster=roster(30, 9), seed=seed).run(5))[-1]
        return [*last.miner_totals.tolist(), *last.validator_totals.tolist(), *last.vas.tolist()]

    assert figures(7) == figures(7)
    assert figures(7) != figures(8)


def test_a_validator_that_judges_nothing_keeps_its_history() -> None:
    """Not drawn in an epoch: no VAS, no pay, no slash however low its history was."""
    members = roster(1, 6, validator_profiles=("honest", *["inverting"] * 5))
    simulation = Simulation(
        roster=members, judges_per_reply=2, parameters=MechanismParameters(tasks_per_epoch=2), seed=11
    )
    stakes, spared = np.array([v.stake for v in members.validators]), 0
    for result in simulation.run(40):
        silent = np.isnan(result.vas)
        assert not result.validator_earnings[silent].any()
        np.testing.assert_array_equal(result.stakes[silent], stakes[silent])
        stakes = result.stakes
        spared += int((silent & (result.vas_7d < DEFAULT_PARAMETERS.vas_slash_threshold)).sum())
    assert spared > 0


def test_memory_does_not_grow_with_epochs() -> None:
    """The peak over 1,500 epochs is not surpassed by the 1,500 after them."""
    simulation = Simulation(roster=roster(6, 3))
    tally = Tally.empty(simulation.roster)
    peaks = []
    tracemalloc.start()
    try:
        for result in simulation.run(3000):
            tally = tally.plus(result)
            if tally.epochs % 1500 == 0:
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def test_observations_say_what_happened(published: list[EpochResult]) -> None:
    """Leader, concentration, bonus, breakthroughs, traps, the lowest VAS, and why the malicious one keeps its stake."""
    simulation = Simulation()
    tally = Tally.empty(simulation.roster)
    for result in published:
        tally = tally.plus(result)
    notes = closing_observations(simulation, tally)
    leader = simulation.roster.miners[int(published[-1].miner_totals.argmax())].name
    assert notes[0].startswith(f"{leader} (elite) leads with")
    breakthroughs = sum(int(result.breakthroughs.sum()) for result in published)
    text = "\n".join(notes)
    for said in (
        "The first 3 of 12 miners earned",
        "PEB accounts for",
        f"{breakthroughs} breakthroughs",
        "Trap-penalised, of 200 epochs: CopyCat-3 in",
        "BadActor (malicious) has the lowest mean VAS",
        "Nobody was slashed.",
        "Why BadActor (malicious) is not slashed",
    ):
        assert said in text
    bonus = sum(math.fsum((r.miner_earnings - r.miner_earnings / (1 + r.peb)).tolist()) for r in published)
    assert tally.bonus_paid == pytest.approx(bonus)


def test_observations_of_a_run_without_pay() -> None:
    """An emission of 0: nobody leads, nothing is divided by zero."""
    simulation = Simulation(emission=0.0)
    tally = Tally.empty(simulation.roster)
    assert closing_observations(simulation, tally) == ()
    for result in simulation.run(2):
        tally = tally.plus(result)
    assert not any("leads" in note for note in closing_observations(simulation, tally))
    assert (tally.paid, tally.unallocated) == (0.0, 0.0)
