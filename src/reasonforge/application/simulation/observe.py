"""What stands out in a run, from sums that do not grow with the number of epochs."""

import math

import numpy as np
from attrs import frozen

from reasonforge.application.simulation.draw_epoch import Floats, Indices
from reasonforge.application.simulation.outcome import EpochResult
from reasonforge.application.simulation.roster import PROFILES, Roster
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.domain.parameters import MechanismParameters

_PODIUM = 3
_MOST_NAMED = 6


@frozen(eq=False)
class Tally:
    """Sums over the epochs so far, of M miners and V validators. Amounts in TAO."""

    epochs: int
    unsolved_tasks: int
    paid: float
    unallocated: float
    bonus_paid: float
    """What miners were paid for their PEB: the part S·PEB of S·(1 + PEB)."""
    consensus_sum: float
    consensus_count: int
    miner_totals: Floats
    s_epoch_sums: Floats
    peb_sums: Floats
    streaks: Indices
    longest_streaks: Indices
    breakthroughs: Indices
    penalised: Indices
    """(M,) each; `penalised` counts epochs with a trap penalty below 1."""
    validator_totals: Floats
    stakes: Floats
    slashed: Floats
    vas_sums: Floats
    vas_counts: Indices
    """(V,) each; sums and counts over the epochs in which a validator judged."""
    lowest_vas_7d: Floats
    """(V,): 1 for a validator that never judged."""
    reputation: Floats

    @classmethod
    def empty(cls, roster: Roster) -> "Tally":
        """Before the first epoch."""
        miners, validators = len(roster.miners), len(roster.validators)
        none, nothing = np.zeros(miners, dtype=np.int64), np.zeros(miners)
        return cls(
            epochs=0,
            unsolved_tasks=0,
            paid=0.0,
            unallocated=0.0,
            bonus_paid=0.0,
            consensus_sum=0.0,
            consensus_count=0,
            miner_totals=nothing,
            s_epoch_sums=nothing,
            peb_sums=nothing,
            streaks=none,
            longest_streaks=none,
            breakthroughs=none,
            penalised=none,
            validator_totals=np.zeros(validators),
            stakes=np.array([v.stake for v in roster.validators]),
            slashed=np.zeros(validators),
            vas_sums=np.zeros(validators),
            vas_counts=np.zeros(validators, dtype=np.int64),
            lowest_vas_7d=np.ones(validators),
            reputation=np.ones(validators),
        )

    def plus(self, result: EpochResult) -> "Tally":
        """With one epoch more."""
        agreed = result.consensus[~np.isnan(result.consensus)]
        bonus = result.miner_earnings * result.peb / (1.0 + result.peb)
        return Tally(
            epochs=self.epochs + 1,
            unsolved_tasks=self.unsolved_tasks + int(result.draws.unsolved.sum()),
            paid=self.paid + math.fsum([*result.miner_earnings.tolist(), *result.validator_earnings.tolist()]),
            unallocated=self.unallocated + result.unallocated,
            bonus_paid=self.bonus_paid + math.fsum(bonus.tolist()),
            consensus_sum=self.consensus_sum + float(agreed.sum()),
            consensus_count=self.consensus_count + agreed.size,
            miner_totals=result.miner_totals,
            s_epoch_sums=self.s_epoch_sums + result.s_epoch,
            peb_sums=self.peb_sums + result.peb,
            streaks=result.streaks,
            longest_streaks=np.maximum(self.longest_streaks, result.streaks),
            breakthroughs=self.breakthroughs + result.breakthroughs.sum(axis=0),
            penalised=self.penalised + (result.trap_penalties < 1.0),
            validator_totals=result.validator_totals,
            stakes=result.stakes,
            slashed=self.slashed + result.slashed,
            vas_sums=self.vas_sums + np.nan_to_num(result.vas),
            vas_counts=self.vas_counts + ~np.isnan(result.vas),
            lowest_vas_7d=np.fmin(self.lowest_vas_7d, result.vas_7d),
            reputation=result.reputation,
        )

    @property
    def mean_vas(self) -> Floats:
        """(V,): over the epochs in which a validator judged; NaN for none."""
        means: Floats = np.full(len(self.vas_sums), np.nan)
        np.divide(self.vas_sums, self.vas_counts, out=means, where=self.vas_counts > 0)
        return means

    @property
    def standings(self) -> list[int]:
        """The miners' indices, the highest total first, equal ones in the roster's order."""
        return [int(index) for index in np.argsort(-self.miner_totals, kind="stable")]


def closing_observations(simulation: Simulation, tally: Tally) -> tuple[str, ...]:
    """What stood out, one sentence each, computed from the run. No epochs: nothing did."""
    if tally.epochs == 0:
        return ()
    roster, parameters = simulation.roster, simulation.parameters
    return (
        *_of_earnings(roster, tally, parameters),
        _of_breakthroughs(roster, tally),
        _of_traps(roster, tally),
        *_of_validators(roster, tally, parameters),
    )


def _of_earnings(roster: Roster, tally: Tally, parameters: MechanismParameters) -> list[str]:
    earned = math.fsum(tally.miner_totals.tolist())
    sentences = []
    if earned > 0:
        standings = tally.standings
        leader, podium = standings[0], standings[:_PODIUM]
        first = math.fsum(tally.miner_totals[podium].tolist())
        lasting = int((tally.streaks >= parameters.peb_streak_cap).sum())
        sentences.append(
            f"{roster.miners[leader].name} ({roster.miners[leader].tier.name}) leads with "
            f"{tally.miner_totals[leader]:,.6g} TAO; its streak is {_epochs(int(tally.streaks[leader]))}, "
            f"the longest it had {_epochs(int(tally.longest_streaks[leader]))}."
        )
        sentences.append(
            f"The first {len(podium)} of {len(standings)} miners earned {first / earned:.1%} "
            f"of the miners' TAO, {_by_tier(roster, tally, earned)}; the Gini coefficient is {_gini(tally):.2f}."
        )
        sentences.append(
            f"PEB accounts for {tally.bonus_paid / earned:.1%} of it; {lasting} of the streaks "
            f"reached its cap of {_epochs(parameters.peb_streak_cap)}."
        )
    if tally.unallocated > 0:
        sentences.append(f"{tally.unallocated:,.4g} TAO stayed unallocated: nobody had earned them.")
    return sentences


def _by_tier(roster: Roster, tally: Tally, earned: float) -> str:
    shares: dict[str, list[float]] = {}
    for miner, total in zip(roster.miners, tally.miner_totals.tolist(), strict=True):
        shares.setdefault(miner.tier.name, []).append(total)
    return ", ".join(f"{name} {math.fsum(totals) / earned:.1%}" for name, totals in shares.items())


def _gini(tally: Tally) -> float:
    """0 when all earn the same, towards 1 when one earns everything."""
    ascending = np.sort(tally.miner_totals / tally.miner_totals.max())
    count = len(ascending)
    places = 2 * np.arange(1, count + 1) - count - 1
    return math.fsum((places * ascending).tolist()) / (count * math.fsum(ascending.tolist()))


def _of_breakthroughs(roster: Roster, tally: Tally) -> str:
    if tally.unsolved_tasks == 0:
        return "No breakthroughs: no task was previously unsolved."
    total, most = int(tally.breakthroughs.sum()), int(tally.breakthroughs.argmax())
    best = f", most by {roster.miners[most].name}: {int(tally.breakthroughs[most])}" if total else ""
    return f"{total} breakthroughs; previously unsolved tasks: {tally.unsolved_tasks}{best}."


def _of_traps(roster: Roster, tally: Tally) -> str:
    caught = sorted(
        (index for index in range(len(roster.miners)) if tally.penalised[index]),
        key=lambda index: (-int(tally.penalised[index]), index),
    )
    if not caught:
        return "Nobody was trap-penalised."
    shown = ", ".join(f"{roster.miners[index].name} in {int(tally.penalised[index])}" for index in caught[:_MOST_NAMED])
    more = f" and {len(caught) - _MOST_NAMED} more miners" if len(caught) > _MOST_NAMED else ""
    return f"Trap-penalised, of {_epochs(tally.epochs)}: {shown}{more}."


def _of_validators(roster: Roster, tally: Tally, parameters: MechanismParameters) -> list[str]:
    means, threshold = tally.mean_vas, parameters.vas_slash_threshold
    sentences = []
    if tally.vas_counts.any():
        lowest = int(np.nanargmin(means))
        validator = roster.validators[lowest]
        sentences.append(f"{validator.name} ({validator.profile.name}) has the lowest mean VAS: {means[lowest]:.3f}.")
    slashed = [index for index in range(len(roster.validators)) if tally.slashed[index] > 0]
    if slashed:
        shown = ", ".join(
            f"{roster.validators[index].name} ({roster.validators[index].profile.name}) {tally.slashed[index]:,.4g} of "
            f"{roster.validators[index].stake:,.6g} TAO"
            for index in slashed[:_MOST_NAMED]
        )
        more = f" and {len(slashed) - _MOST_NAMED} more validators" if len(slashed) > _MOST_NAMED else ""
        sentences.append(f"Slashed: {shown}{more}.")
    else:
        sentences.append("Nobody was slashed.")
    for index, validator in enumerate(roster.validators):
        spared = tally.vas_counts[index] > 0 and tally.slashed[index] == 0
        if spared and validator.profile == PROFILES["malicious"]:
            sentences.append(
                f"Why {validator.name} (malicious) is not slashed: its noise of 0.25 around +0.20 deviates by about "
                f"0.26 before clamping, by {1 - means[index]:.2f} here; its VAS over 7 epochs never fell below "
                f"{tally.lowest_vas_7d[index]:.2f}, and Eq. 10 starts below {threshold:.2f}."
            )
            break
    for index, validator in enumerate(roster.validators):
        spared = tally.vas_counts[index] > 0 and tally.slashed[index] == 0
        if spared and validator.profile == PROFILES["constant"]:
            sentences.append(
                f"Why {validator.name} (constant) is not slashed: a judge that always says 1.0 has the mean consensus "
                f"as its VAS, {means[index]:.2f}, and Eq. 10 starts below {threshold:.2f}: only where miners are "
                "poorer does it bite."
            )
            break
    return sentences


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"
