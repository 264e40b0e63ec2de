"""What an epoch of a simulation comes to, and what it leaves to the next."""

import numpy as np
from attrs import frozen

from reasonforge.application.simulation.draw_epoch import EpochDraws, Flags, Floats, Indices
from reasonforge.application.simulation.roster import Roster


@frozen(eq=False)
class SimulationState:
    """What one epoch leaves to the next; it does not grow with their number."""

    epoch: int
    """Epochs simulated so far."""
    streaks: Indices
    """(M,): epochs in a row among the first `peb_k` with S_epoch > 0."""
    miner_totals: Floats
    """(M,), TAO earned so far."""
    stakes: Floats
    """(V,), TAO left after slashing."""
    validator_totals: Floats
    """(V,), TAO earned so far."""
    slashed_totals: Floats
    """(V,), TAO slashed so far."""
    vas_window: Floats
    """(at most 30, V): VAS of the last epochs, the newest last; NaN where a validator judged nothing."""

    @classmethod
    def initial(cls, roster: Roster) -> "SimulationState":
        """Nobody has earned anything yet."""
        miners, validators = len(roster.miners), len(roster.validators)
        return cls(
            epoch=0,
            streaks=np.zeros(miners, dtype=np.int64),
            miner_totals=np.zeros(miners),
            stakes=np.array([v.stake for v in roster.validators]),
            validator_totals=np.zeros(validators),
            slashed_totals=np.zeros(validators),
            vas_window=np.empty((0, validators)),
        )


@frozen(eq=False)
class EpochResult:
    """What happened in one epoch: T tasks, M miners, V validators. TAO for amounts."""

    epoch: int
    """From 1."""
    draws: EpochDraws
    objective: Floats
    """(T, M): O, the CMS of the true dimensions."""
    consensus: Floats
    """(T, M): C of Eq. 12; NaN where no judge of a reply has stake."""
    final: Floats
    """(T, M): Eq. 13, and O itself where there is no consensus."""
    cms: Floats
    """(T, M): Eq. 2 of the scaled dimensions, after Eq. 6."""
    breakthroughs: Flags
    """(T, M): where Eq. 6 multiplied."""
    trap_scores: Floats
    """(traps, M): correctness of the replies to the epoch's traps, in their order."""
    trap_penalties: Floats
    s_epoch: Floats
    ranks: Indices
    """(M,), from 1."""
    streaks: Indices
    peb: Floats
    miner_earnings: Floats
    miner_totals: Floats
    """(M,) each, as the ones above."""
    vas: Floats
    """(V,): Eq. 7; NaN for a validator that judged nothing."""
    vas_7d: Floats
    vas_30d: Floats
    """(V,): means over the windows; NaN for one that judged nothing in them."""
    reputation: Floats
    validator_earnings: Floats
    validator_totals: Floats
    slashed: Floats
    """(V,): this epoch's Eq. 10."""
    stakes: Floats
    """(V,): after slashing."""
    miner_pool: float
    validator_pool: float
    unallocated: float
    """What of the two pools nobody earned."""
