"""One epoch of the mechanism among statistical miners and validators (1-mechanism §1.9), over whole arrays.

The figures are those of `ScoringEngine` to within rounding; what it says of a formula holds here too.
"""

import math

import numpy as np

from reasonforge.application.simulation.draw_epoch import EpochDraws, Floats, Indices
from reasonforge.application.simulation.outcome import EpochResult, SimulationState
from reasonforge.application.simulation.population import Population
from reasonforge.application.simulation.reach_consensus import reach_consensus
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters

SLASH_WINDOW = 7
"""Epochs (of 24 hours) whose mean VAS decides a slash, Eq. 10."""
REPUTATION_WINDOW = 30
"""Epochs whose mean VAS makes a validator's reputation."""
DIFFICULTY_SLOPE = 0.015
TYPICAL_DIFFICULTY = 5
TRAP_NOISE_SD = 0.05
"""How far a trap's score strays from the reply's true accuracy: a ground truth too is compared with some error."""
_BLOCK = 1 << 15
"""Judgements worked on at a time: as many as stay in a core's cache."""


def simulate_epoch(
    state: SimulationState,
    draws: EpochDraws,
    population: Population,
    emission: float,
    parameters: MechanismParameters = DEFAULT_PARAMETERS,
) -> tuple[SimulationState, EpochResult]:
    """One epoch after `state` with the chance of `draws`, sharing `emission` TAO ≥ 0.

    A reply none of whose judges has stake has no consensus: its final score is O, and it enters nobody's VAS. One
    whose O is 0 earns nothing, whatever its judges say: there is no dimension to scale. A validator that judged
    nothing earns nothing, is not slashed, and keeps its history. Stakes weigh as they were before the epoch's slash;
    reputation is of the window that ends with this epoch.
    """
    dimensions = _true_dimensions(draws, population)
    objective = _cms(dimensions, parameters)
    consensus, vas = _judge(objective, state.stakes, draws, population, parameters)
    final = np.minimum(1.0, parameters.objective_weight * objective + parameters.consensus_weight * consensus)
    final = np.where(np.isnan(consensus), objective, final)
    scale = np.divide(final, objective, out=np.zeros_like(final), where=objective > 0)
    cms = _cms(np.minimum(1.0, dimensions * scale), parameters)
    breakthroughs = (cms > parameters.breakthrough_threshold) & draws.unsolved[:, None]
    cms = np.where(breakthroughs, cms * parameters.breakthrough_multiplier, cms)

    trap_scores = np.clip(dimensions[1, draws.traps] + TRAP_NOISE_SD * draws.trap_noise[draws.traps], 0.0, 1.0)
    trap_penalties = _trap_penalties(trap_scores, parameters)
    multipliers = np.array([parameters.multiplier(int(difficulty)) for difficulty in draws.difficulties])
    s_epoch = (cms * multipliers[:, None]).sum(axis=0) / len(cms) * trap_penalties
    ranks = _ranks(s_epoch, state.streaks)
    streaks = np.where((ranks <= parameters.peb_k) & (s_epoch > 0), state.streaks + 1, 0)
    peb = _peb(ranks, streaks, parameters)
    miner_pool, validator_pool = ScoringEngine.split_emission(emission, parameters)
    miner_earnings = _in_proportion(s_epoch * (1.0 + peb), miner_pool)

    window = np.concatenate((state.vas_window, vas[None, :]))[-REPUTATION_WINDOW:]
    vas_7d, vas_30d = _window_mean(window[-SLASH_WINDOW:]), _window_mean(window)
    reputation = _reputation(vas_30d, parameters)
    relative = state.stakes / (state.stakes.max() or 1.0)  # as Eq. 8: only the ratio of stakes matters
    validator_earnings = _in_proportion(np.nan_to_num(vas) * relative * reputation, validator_pool)
    slashed = np.where(np.isnan(vas), 0.0, _slash(state.stakes, vas_7d, parameters))

    after = SimulationState(
        epoch=state.epoch + 1,
        streaks=streaks,
        miner_totals=state.miner_totals + miner_earnings,
        stakes=state.stakes - slashed,
        validator_totals=state.validator_totals + validator_earnings,
        slashed_totals=state.slashed_totals + slashed,
        vas_window=window,
    )
    return after, EpochResult(
        epoch=after.epoch,
        draws=draws,
        objective=objective,
        consensus=consensus,
        final=final,
        cms=cms,
        breakthroughs=breakthroughs,
        trap_scores=trap_scores,
        trap_penalties=trap_penalties,
        s_epoch=s_epoch,
        ranks=ranks,
        streaks=streaks,
        peb=peb,
        miner_earnings=miner_earnings,
        miner_totals=after.miner_totals,
        vas=vas,
        vas_7d=vas_7d,
        vas_30d=vas_30d,
        reputation=reputation,
        validator_earnings=validator_earnings,
        validator_totals=after.validator_totals,
        slashed=slashed,
        stakes=after.stakes,
        miner_pool=miner_pool,
        validator_pool=validator_pool,
        unallocated=(0.0 if miner_earnings.any() else miner_pool)
        + (0.0 if validator_earnings.any() else validator_pool),
    )


def _true_dimensions(draws: EpochDraws, population: Population) -> Floats:
    """(4, T, M): base + bonus − 0.015·(difficulty − 5) + noise, clamped."""
    level = population.bonuses[:, draws.disciplines].T
    level = level - DIFFICULTY_SLOPE * (draws.difficulties - TYPICAL_DIFFICULTY)[:, None]
    dimensions = draws.skill_noise * population.sd
    dimensions += population.base[:, None, :]
    dimensions += level
    np.clip(dimensions, 0.0, 1.0, out=dimensions)
    return dimensions


def _cms(dimensions: Floats, parameters: MechanismParameters) -> Floats:
    """Eq. 2 over (4, …)."""
    total: Floats = parameters.w_quality * dimensions[0]
    total += parameters.w_accuracy * dimensions[1]
    total += parameters.w_novelty * dimensions[2]
    total += parameters.w_efficiency * dimensions[3]
    np.minimum(1.0, total, out=total)
    return total


def _judge(
    objective: Floats, stakes: Floats, draws: EpochDraws, population: Population, parameters: MechanismParameters
) -> tuple[Floats, Floats]:
    """Every judge's score of every reply, and from them C (T, M) of Eq. 12 and the validators' VAS (V,) of Eq. 7."""
    tasks, miners, judges = draws.judge_noise.shape
    consensus = np.empty((tasks, miners))
    deviations, judged = np.zeros(len(stakes)), np.zeros(len(stakes))
    step = max(1, _BLOCK // (miners * judges))
    for first in range(0, tasks, step):
        block = slice(first, first + step)
        who = slice(None) if draws.judges is None else draws.judges[block].reshape(-1, judges)
        own = draws.judge_noise[block].reshape(-1, judges) * population.noise_sd[who]
        own += population.bias[who]
        own += objective[block].reshape(-1, 1) * population.slope[who]
        np.clip(own, 0.0, 1.0, out=own)
        agreed = reach_consensus(own, stakes[who], parameters.consensus_trim_delta)
        consensus[block] = agreed.reshape(-1, miners)
        own -= agreed[:, None]
        np.abs(own, out=own)
        heard = ~np.isnan(agreed)
        if not heard.all():
            own = own[heard]
            who = who if isinstance(who, slice) else who[heard]
        if isinstance(who, slice):
            deviations += own.sum(axis=0)
            judged += len(own)
        else:
            deviations += np.bincount(who.ravel(), weights=own.ravel(), minlength=len(stakes))
            judged += np.bincount(who.ravel(), minlength=len(stakes))
    vas = np.full(len(stakes), np.nan)
    np.divide(deviations, judged, out=vas, where=judged > 0)
    return consensus, np.clip(1.0 - vas, 0.0, 1.0)


def _trap_penalties(trap_scores: Floats, parameters: MechanismParameters) -> Floats:
    """Eq. 9 of each column of (traps, M)."""
    traps, miners = trap_scores.shape
    if traps == 0:
        return np.ones(miners)
    average = trap_scores.mean(axis=0)
    penalties = np.ones(miners)
    np.divide(average, parameters.trap_threshold, out=penalties, where=average < parameters.trap_threshold)
    return penalties


def _ranks(s_epoch: Floats, streaks: Indices) -> Indices:
    """(M,) from 1: by S_epoch, equal ones by the longer streak, then by the lower index."""
    order = np.lexsort((-streaks, -s_epoch))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def _peb(ranks: Indices, streaks: Indices, parameters: MechanismParameters) -> Floats:
    """Eq. 4."""
    bonus = parameters.peb_alpha * (1 / ranks) * np.sqrt(np.minimum(streaks, parameters.peb_streak_cap))
    return np.where((ranks <= parameters.peb_k) & (streaks >= 1), bonus, 0.0)


def _in_proportion(weights: Floats, pool: float) -> Floats:
    """Eq. 5 and 8: `pool` in proportion to `weights` ≥ 0; nothing to share by: all 0."""
    largest = weights.max()
    if largest == 0.0:
        return np.zeros(len(weights))
    ratios = weights / largest
    shares: Floats = pool * (ratios / math.fsum(ratios.tolist()))
    return shares


def _window_mean(window: Floats) -> Floats:
    """(V,): the mean VAS of the epochs in which a validator judged; NaN for none."""
    known = ~np.isnan(window)
    counts = known.sum(axis=0)
    means: Floats = np.full(len(counts), np.nan)
    np.divide(np.where(known, window, 0.0).sum(axis=0), counts, out=means, where=counts > 0)
    np.clip(means, 0.0, 1.0, out=means)
    return means


def _reputation(vas_30d: Floats, parameters: MechanismParameters) -> Floats:
    """The reputation multiplier, in [1, 1.5]; 1 without a history."""
    room = 1.0 - parameters.vas_rep_threshold
    if room <= 0:
        return np.ones(len(vas_30d))
    excess = np.maximum(0.0, np.nan_to_num(vas_30d) - parameters.vas_rep_threshold)
    multiplier: Floats = 1.0 + (parameters.vas_rep_max_multiplier - 1.0) * excess / room
    return np.minimum(parameters.vas_rep_max_multiplier, multiplier)


def _slash(stakes: Floats, vas_7d: Floats, parameters: MechanismParameters) -> Floats:
    """Eq. 10."""
    shortfall = np.maximum(0.0, parameters.vas_slash_threshold - vas_7d)
    slashed: Floats = np.minimum(1.0, parameters.vas_slash_gamma * shortfall**2) * stakes
    return slashed
