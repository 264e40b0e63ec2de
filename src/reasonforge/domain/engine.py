"""The thirteen equations of the whitepaper under their names (1-mechanism §1.2).

Sums use `math.fsum`, so the order of the participants never changes a result. NaN and infinities are refused.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from reasonforge.domain.numbers import finite, mean, nonnegative, within_unit
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.verdict import Outcome, Unavailable

_EVEN = 1e-12
"""Two halves of the stake that differ by less than this part of the whole are equal: what decides a median must not
be the rounding of a sum, or scaling all stakes could change Eq. 12."""


class EarningMiner(Protocol):
    """What Eq. 5 reads of a miner: S_epoch ≥ 0 and PEB ≥ 0."""

    @property
    def s_epoch(self) -> float: ...
    @property
    def peb(self) -> float: ...


class EarningValidator(Protocol):
    """What Eq. 8 reads of a validator: VAS in [0, 1], stake ≥ 0 and reputation multiplier ≥ 0."""

    @property
    def vas(self) -> float: ...
    @property
    def stake(self) -> float: ...
    @property
    def reputation_multiplier(self) -> float: ...


class ScoringEngine:
    """One front for all equations; pure static methods, each with the whitepaper's constants by default."""

    @staticmethod
    def split_emission(total: float, parameters: MechanismParameters = DEFAULT_PARAMETERS) -> tuple[float, float]:
        """Eq. 1: the miners' and the validators' pool; they add up to `total` ≥ 0.

        >>> ScoringEngine.split_emission(100.0)
        (90.0, 10.0)
        """
        amount = nonnegative(total, "the emission")
        miners = parameters.emission_miner_share * amount
        return miners, amount - miners

    @staticmethod
    def compute_cms(scores: DimensionScores, parameters: MechanismParameters = DEFAULT_PARAMETERS) -> float:
        """Eq. 2: the composite miner score, Σ weight · dimension, in [0, 1].

        >>> round(ScoringEngine.compute_cms(DimensionScores(0.9, 0.8, 0.6, 0.7)), 12)
        0.795
        """
        total = math.fsum(
            (
                parameters.w_quality * scores.quality,
                parameters.w_accuracy * scores.accuracy,
                parameters.w_novelty * scores.novelty,
                parameters.w_efficiency * scores.efficiency,
            )
        )
        return min(1.0, total)  # the weights sum to 1 within rounding

    @staticmethod
    def compute_s_epoch(cms_list: Sequence[float], diff_mults: Sequence[float], trap_penalty: float) -> float:
        """Eq. 3: the mean of CMS·D over all tasks the miner was asked, times the trap penalty.

        `cms_list` in [0, 2] (a breakthrough doubles), `diff_mults` ≥ 0, `trap_penalty` in [0, 1]. An unanswered task
        is a CMS of 0 and stays in the mean; no tasks: 0. Result in [0, 4] with the whitepaper's constants.

        >>> ScoringEngine.compute_s_epoch([0.8, 0.0], [1.0, 2.0], 0.5)
        0.2
        """
        if len(cms_list) != len(diff_mults):
            message = f"each CMS needs one multiplier: there are {len(cms_list)} and {len(diff_mults)}"
            raise ValueError(message)
        penalty = within_unit(trap_penalty, "the trap penalty")
        products = [
            nonnegative(cms, "a CMS") * nonnegative(multiplier, "a difficulty multiplier")
            for cms, multiplier in zip(cms_list, diff_mults, strict=True)
        ]
        return finite(mean(products) * penalty, "S_epoch") if products else 0.0

    @staticmethod
    def compute_peb(rank: int, streak: int, parameters: MechanismParameters = DEFAULT_PARAMETERS) -> float:
        """Eq. 4: the persistent excellence bonus, α · (1/rank) · √min(streak, 10), in [0, α·√10].

        0 for a rank outside 1…10 and for a streak below 1.

        >>> ScoringEngine.compute_peb(1, 4)
        0.4
        """
        finite(rank, "the rank")
        finite(streak, "the streak")
        if not 1 <= rank <= parameters.peb_k or streak < 1:
            return 0.0
        return parameters.peb_alpha * (1 / rank) * math.sqrt(min(streak, parameters.peb_streak_cap))

    @staticmethod
    def distribute_miner_emissions(miners: Sequence[EarningMiner], pool: float) -> list[float]:
        """Eq. 5: pool · S(1+PEB) / Σ S(1+PEB), in the order of `miners`.

        Nobody earned anything: every share is 0 and the pool stays unallocated.

        >>> from types import SimpleNamespace as Miner
        >>> ScoringEngine.distribute_miner_emissions([Miner(s_epoch=1.0, peb=0.5), Miner(s_epoch=0.5, peb=0.0)], 90.0)
        [67.5, 22.5]
        """
        return _proportional(
            [nonnegative(m.s_epoch, "S_epoch") * (1.0 + nonnegative(m.peb, "PEB")) for m in miners],
            nonnegative(pool, "the pool"),
        )

    @staticmethod
    def apply_breakthrough(
        cms: float, is_breakthrough: bool, parameters: MechanismParameters = DEFAULT_PARAMETERS
    ) -> float:
        """Eq. 6: CMS · 2 when the task was previously unsolved and CMS > 0.8, strictly. Not capped at 1.

        >>> ScoringEngine.apply_breakthrough(0.9, True), ScoringEngine.apply_breakthrough(0.8, True)
        (1.8, 0.8)
        """
        score = nonnegative(cms, "a CMS")
        if is_breakthrough and score > parameters.breakthrough_threshold:
            return score * parameters.breakthrough_multiplier
        return score

    @staticmethod
    def compute_vas(v_scores: Sequence[float], consensus_scores: Sequence[float]) -> float:
        """Eq. 7: a validator's accuracy, 1 − mean |own − consensus|, in [0, 1].

        Both in [0, 1], in the same order. No evaluations: ValueError; who judged nothing has no accuracy.

        >>> round(ScoringEngine.compute_vas([0.9, 0.5], [0.8, 0.5]), 12)
        0.95
        """
        if len(v_scores) != len(consensus_scores):
            message = f"each score needs its consensus: there are {len(v_scores)} and {len(consensus_scores)}"
            raise ValueError(message)
        if not v_scores:
            message = "a validator that judged nothing has no accuracy: leave its history alone"
            raise ValueError(message)
        deviations = (
            abs(within_unit(own, "a validator's score") - within_unit(consensus, "a consensus score"))
            for own, consensus in zip(v_scores, consensus_scores, strict=True)
        )
        return min(1.0, max(0.0, 1.0 - mean(deviations)))

    @staticmethod
    def distribute_validator_emissions(validators: Sequence[EarningValidator], pool: float) -> list[float]:
        """Eq. 8: pool · VAS·stake·rep / Σ VAS·stake·rep, in the order of `validators`; nothing to share by: all 0.

        >>> from types import SimpleNamespace as V
        >>> ScoringEngine.distribute_validator_emissions(
        ...     [V(vas=1.0, stake=30.0, reputation_multiplier=1.0), V(vas=0.5, stake=20.0, reputation_multiplier=1.0)],
        ...     10.0)
        [7.5, 2.5]
        """
        stakes = [nonnegative(v.stake, "the stake") for v in validators]
        largest = max(stakes, default=0.0) or 1.0  # keeps huge stakes from overflowing: only their ratio matters
        return _proportional(
            [
                within_unit(v.vas, "VAS")
                * (stake / largest)
                * nonnegative(v.reputation_multiplier, "the reputation multiplier")
                for v, stake in zip(validators, stakes, strict=True)
            ],
            nonnegative(pool, "the pool"),
        )

    @staticmethod
    def compute_trap_penalty(
        trap_scores: Sequence[float], parameters: MechanismParameters = DEFAULT_PARAMETERS
    ) -> float:
        """Eq. 9: mean/θ when the mean of the trap scores is below θ = 0.30, otherwise 1; no traps seen: 1.

        >>> ScoringEngine.compute_trap_penalty([0.0, 0.3]), ScoringEngine.compute_trap_penalty([])
        (0.5, 1.0)
        """
        if not trap_scores:
            return 1.0
        average = mean(within_unit(score, "a trap score") for score in trap_scores)
        if average >= parameters.trap_threshold:
            return 1.0
        return average / parameters.trap_threshold

    @staticmethod
    def compute_slash(stake: float, vas_7d_avg: float, parameters: MechanismParameters = DEFAULT_PARAMETERS) -> float:
        """Eq. 10: γ · stake · max(0, 0.60 − VAS_7d)², in [0, stake], in the unit of `stake`.

        >>> round(ScoringEngine.compute_slash(1000.0, 0.4), 12)
        2.0
        """
        shortfall = max(0.0, parameters.vas_slash_threshold - within_unit(vas_7d_avg, "VAS"))
        return min(1.0, parameters.vas_slash_gamma * shortfall**2) * nonnegative(stake, "the stake")

    @staticmethod
    def compute_objective_score(checks: Mapping[str, Outcome], weights: Mapping[str, float]) -> float | None:
        """Eq. 11: Σ ω·check over the checks that could be made, ω renormalised over those; in [0, 1].

        `weights` names the checks this task uses; `checks` maps each of them to a number in [0, 1] or `Unavailable`.
        A name without an entry: ValueError. Nothing could be checked: None, the task is void for this miner.

        >>> ScoringEngine.compute_objective_score(
        ...     {"tests": 1.0, "static_analysis": 0.5, "formal": Unavailable("no engine")},
        ...     {"tests": 0.5, "static_analysis": 0.2, "formal": 0.3})
        0.8571428571428572
        """
        made: list[tuple[float, float]] = []
        for name, given in weights.items():
            weight = nonnegative(given, f"the weight of {name}")
            if name not in checks:
                message = f"the check {name!r} has a weight and no outcome: give a number or Unavailable(reason)"
                raise ValueError(message)
            outcome = checks[name]
            if not isinstance(outcome, Unavailable):
                made.append((weight, within_unit(outcome, f"the check {name!r}")))
        largest = max((weight for weight, _ in made), default=0.0)
        if largest == 0.0:
            return None
        ratios = [(weight / largest, check) for weight, check in made]  # exact for weights too small or large to add
        return min(1.0, math.fsum(ratio * check for ratio, check in ratios) / math.fsum(ratio for ratio, _ in ratios))

    @staticmethod
    def compute_consensus_score(
        val_scores_stakes: Sequence[tuple[float, float]],
        trim_delta: float = DEFAULT_PARAMETERS.consensus_trim_delta,
    ) -> float:
        """Eq. 12: the stake-weighted trimmed median of (score in [0, 1], stake ≥ 0) pairs.

        Pairs without stake are dropped, the rest sorted by score; of at least five, max(1, ⌊δ·n⌋) are dropped from
        each end. Then the smallest score whose cumulative stake exceeds half of what remains; where it reaches
        exactly half, the mean of that score and the next. No pair, or no stake: ValueError.

        >>> ScoringEngine.compute_consensus_score([(0.2, 10.0), (0.8, 20.0), (0.9, 15.0)])
        0.8
        """
        delta = within_unit(trim_delta, "the trimmed share")
        pairs = sorted(
            (within_unit(score, "a validator's score"), nonnegative(stake, "the stake"))
            for score, stake in val_scores_stakes
        )
        pairs = [pair for pair in pairs if pair[1] > 0]
        if not pairs:
            message = "a consensus needs at least one score with stake behind it"
            raise ValueError(message)
        if len(pairs) >= 5:
            ends = max(1, math.floor(delta * len(pairs)))
            if 2 * ends >= len(pairs):
                message = f"trimming {delta} of {len(pairs)} scores from each end leaves none"
                raise ValueError(message)
            pairs = pairs[ends:-ends]
        return _weighted_median(pairs)

    @staticmethod
    def compute_final_score(
        o_score: float, c_score: float, parameters: MechanismParameters = DEFAULT_PARAMETERS
    ) -> float:
        """Eq. 13: 0.60·O + 0.40·C, in [0, 1].

        >>> ScoringEngine.compute_final_score(1.0, 0.5)
        0.8
        """
        objective = within_unit(o_score, "the objective score")
        consensus = within_unit(c_score, "the consensus score")
        return min(1.0, parameters.objective_weight * objective + parameters.consensus_weight * consensus)

    @staticmethod
    def compute_reputation_multiplier(
        vas_30d_avg: float, parameters: MechanismParameters = DEFAULT_PARAMETERS
    ) -> float:
        """1 + 0.5 · max(0, VAS_30d − 0.80)/0.20, in [1, 1.5].

        >>> round(ScoringEngine.compute_reputation_multiplier(0.9), 12)
        1.25
        """
        average = within_unit(vas_30d_avg, "VAS")
        room = 1.0 - parameters.vas_rep_threshold
        if room <= 0 or average <= parameters.vas_rep_threshold:
            return 1.0
        gain = parameters.vas_rep_max_multiplier - 1.0
        return min(parameters.vas_rep_max_multiplier, 1.0 + gain * (average - parameters.vas_rep_threshold) / room)


def _proportional(weights: Sequence[float], pool: float) -> list[float]:
    """`pool` in proportion to `weights` ≥ 0; all 0 when they are."""
    largest = finite(max(weights, default=0.0), "an earning")
    if largest == 0.0:
        return [0.0 for _ in weights]
    ratios = [weight / largest for weight in weights]
    total = math.fsum(ratios)
    return [pool * (ratio / total) for ratio in ratios]


def _weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of score-sorted (score, stake > 0) pairs, each weighing its stake."""
    largest = max(stake for _, stake in pairs)
    stakes = [stake / largest for _, stake in pairs]
    total = math.fsum(stakes)
    for index, (score, _) in enumerate(pairs):
        below = math.fsum(stakes[: index + 1])
        excess = 2.0 * below - total
        if abs(excess) <= _EVEN * total and index + 1 < len(pairs):
            return (score + pairs[index + 1][0]) / 2
        if excess > 0:
            return score
    return pairs[-1][0]
