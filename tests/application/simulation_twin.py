"""The offline simulator in plain Python: loops, `ScoringEngine` and the same draws, one reply at a time.

It is the oracle of the vectorised simulator and the baseline of its benchmark, so it is written as one would write it:
arrays become lists once an epoch, nothing is computed twice.
"""

from attrs import field, frozen

from reasonforge.application.simulation.draw_epoch import EpochDraws
from reasonforge.application.simulation.roster import MinerTier, Roster, ValidatorProfile
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.numbers import mean
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores


@frozen
class TwinState:
    """What one epoch leaves to the next, in lists."""

    streaks: list[int]
    miner_totals: list[float]
    stakes: list[float]
    validator_totals: list[float]
    slashed_totals: list[float]
    vas_histories: list[list[float | None]]

    @classmethod
    def initial(cls, roster: Roster) -> "TwinState":
        miners, validators = len(roster.miners), len(roster.validators)
        return cls(
            [0] * miners,
            [0.0] * miners,
            [v.stake for v in roster.validators],
            [0.0] * validators,
            [0.0] * validators,
            [[] for _ in roster.validators],
        )


@frozen
class TwinResult:
    """The figures of `EpochResult` under the same names, in lists; None where that has NaN."""

    objective: list[list[float]]
    consensus: list[list[float | None]]
    final: list[list[float]]
    cms: list[list[float]]
    breakthroughs: list[list[bool]]
    trap_scores: list[list[float]]
    trap_penalties: list[float]
    s_epoch: list[float]
    ranks: list[int]
    streaks: list[int]
    peb: list[float]
    miner_earnings: list[float]
    miner_totals: list[float]
    vas: list[float | None]
    vas_7d: list[float | None]
    vas_30d: list[float | None]
    reputation: list[float]
    validator_earnings: list[float]
    validator_totals: list[float]
    slashed: list[float]
    stakes: list[float]
    miner_pool: float
    validator_pool: float
    unallocated: float


@frozen
class _Miner:
    s_epoch: float
    peb: float


@frozen
class _Validator:
    vas: float
    stake: float
    reputation_multiplier: float


@frozen
class _Heard:
    """What one validator said, and what was agreed, over an epoch."""

    own: list[float] = field(factory=list)
    agreed: list[float] = field(factory=list)


def simulate_epoch_in_loops(
    state: TwinState,
    draws: EpochDraws,
    roster: Roster,
    bonuses: list[list[float]],
    *,
    emission: float,
    parameters: MechanismParameters = DEFAULT_PARAMETERS,
) -> tuple[TwinState, TwinResult]:
    """As `simulate_epoch`, for a roster and the miners' bonuses by discipline."""
    miners, validators = roster.miners, roster.validators
    disciplines, difficulties = draws.disciplines.tolist(), draws.difficulties.tolist()
    unsolved, traps = draws.unsolved.tolist(), draws.traps.tolist()
    skill_noise, trap_noise, judge_noise = (
        draws.skill_noise.tolist(),
        draws.trap_noise.tolist(),
        draws.judge_noise.tolist(),
    )
    everybody = list(range(len(validators)))
    drawn = None if draws.judges is None else draws.judges.tolist()

    objective: list[list[float]] = [[] for _ in difficulties]
    consensus: list[list[float | None]] = [[] for _ in difficulties]
    final: list[list[float]] = [[] for _ in difficulties]
    cms: list[list[float]] = [[] for _ in difficulties]
    breakthroughs: list[list[bool]] = [[] for _ in difficulties]
    trap_scores: list[list[float]] = []
    heard = [_Heard() for _ in validators]
    for task, difficulty in enumerate(difficulties):
        if traps[task]:
            trap_scores.append([])
        for index, miner in enumerate(miners):
            level = bonuses[index][disciplines[task]] - 0.015 * (difficulty - 5)
            true = _dimensions(miner.tier, level, [noise[task][index] for noise in skill_noise])
            o_score = ScoringEngine.compute_cms(true, parameters)
            judges = everybody if drawn is None else drawn[task][index]
            said = [
                _judgement(validators[judge].profile, o_score, noise)
                for judge, noise in zip(judges, judge_noise[task][index], strict=True)
            ]
            stakes = [state.stakes[judge] for judge in judges]
            if any(stakes):
                pairs = list(zip(said, stakes, strict=True))
                c_score = ScoringEngine.compute_consensus_score(pairs, parameters.consensus_trim_delta)
                f_score = ScoringEngine.compute_final_score(o_score, c_score, parameters)
                consensus[task].append(c_score)
                for judge, score in zip(judges, said, strict=True):
                    heard[judge].own.append(score)
                    heard[judge].agreed.append(c_score)
            else:
                f_score = o_score
                consensus[task].append(None)
            plain = ScoringEngine.compute_cms(true.scaled(f_score / o_score if o_score > 0 else 0.0), parameters)
            raised = ScoringEngine.apply_breakthrough(plain, unsolved[task], parameters)
            objective[task].append(o_score)
            final[task].append(f_score)
            cms[task].append(raised)
            breakthroughs[task].append(unsolved[task] and plain > parameters.breakthrough_threshold)
            if traps[task]:
                trap_scores[-1].append(_clamped(true.accuracy + 0.05 * trap_noise[task][index]))

    multipliers = [parameters.multiplier(difficulty) for difficulty in difficulties]
    penalties, s_epoch = [], []
    for index in range(len(miners)):
        penalty = ScoringEngine.compute_trap_penalty([row[index] for row in trap_scores], parameters)
        penalties.append(penalty)
        s_epoch.append(ScoringEngine.compute_s_epoch([row[index] for row in cms], multipliers, penalty))
    best_first = sorted(range(len(miners)), key=lambda index: (-s_epoch[index], -state.streaks[index], index))
    ranks = [0] * len(miners)
    for rank, index in enumerate(best_first, start=1):
        ranks[index] = rank
    streaks = [
        streak + 1 if rank <= parameters.peb_k and score > 0 else 0
        for streak, rank, score in zip(state.streaks, ranks, s_epoch, strict=True)
    ]
    peb = [ScoringEngine.compute_peb(rank, streak, parameters) for rank, streak in zip(ranks, streaks, strict=True)]
    miner_pool, validator_pool = ScoringEngine.split_emission(emission, parameters)
    earning = [_Miner(score, bonus) for score, bonus in zip(s_epoch, peb, strict=True)]
    miner_earnings = ScoringEngine.distribute_miner_emissions(earning, miner_pool)

    vas = [ScoringEngine.compute_vas(said.own, said.agreed) if said.own else None for said in heard]
    histories = [[*history, now][-30:] for history, now in zip(state.vas_histories, vas, strict=True)]
    vas_7d = [_known_mean(history[-7:]) for history in histories]
    vas_30d = [_known_mean(history) for history in histories]
    reputation = [
        1.0 if average is None else ScoringEngine.compute_reputation_multiplier(average, parameters)
        for average in vas_30d
    ]
    weighing = [
        _Validator(now or 0.0, stake, multiplier)
        for now, stake, multiplier in zip(vas, state.stakes, reputation, strict=True)
    ]
    validator_earnings = ScoringEngine.distribute_validator_emissions(weighing, validator_pool)
    slashed = [
        0.0 if now is None or average is None else ScoringEngine.compute_slash(stake, average, parameters)
        for now, average, stake in zip(vas, vas_7d, state.stakes, strict=True)
    ]
    after = TwinState(
        streaks,
        [a + b for a, b in zip(state.miner_totals, miner_earnings, strict=True)],
        [a - b for a, b in zip(state.stakes, slashed, strict=True)],
        [a + b for a, b in zip(state.validator_totals, validator_earnings, strict=True)],
        [a + b for a, b in zip(state.slashed_totals, slashed, strict=True)],
        histories,
    )
    return after, TwinResult(
        objective=objective,
        consensus=consensus,
        final=final,
        cms=cms,
        breakthroughs=breakthroughs,
        trap_scores=trap_scores,
        trap_penalties=penalties,
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
        unallocated=(0.0 if any(miner_earnings) else miner_pool) + (0.0 if any(validator_earnings) else validator_pool),
    )


def _dimensions(tier: MinerTier, level: float, noise: list[float]) -> DimensionScores:
    return DimensionScores(
        quality=_clamped(tier.base.quality + level + tier.sd * noise[0]),
        accuracy=_clamped(tier.base.accuracy + level + tier.sd * noise[1]),
        novelty=_clamped(tier.base.novelty + level + tier.sd * noise[2]),
        efficiency=_clamped(tier.base.efficiency + level + tier.sd * noise[3]),
    )


def _judgement(profile: ValidatorProfile, score: float, noise: float) -> float:
    return _clamped(profile.slope * score + profile.bias + profile.sd * noise)


def _clamped(value: float) -> float:
    return min(1.0, max(0.0, value))


def _known_mean(history: list[float | None]) -> float | None:
    known = [value for value in history if value is not None]
    return mean(known) if known else None
