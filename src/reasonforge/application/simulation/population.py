import numpy as np
from attrs import frozen

from reasonforge.application.simulation.draw_epoch import Floats
from reasonforge.application.simulation.roster import Roster


@frozen(eq=False)
class Population:
    """A roster as arrays over M miners and V validators: what does not change from epoch to epoch."""

    base: Floats
    """(4, M): mean quality, accuracy, novelty and efficiency at difficulty 5."""
    sd: Floats
    """(M,): of each dimension's noise."""
    bonuses: Floats
    """(M, 6): by discipline."""
    slope: Floats
    bias: Floats
    noise_sd: Floats
    """(V,) each: a judgement is slope · true score + bias + noise_sd · noise, clamped."""

    @classmethod
    def of(cls, roster: Roster, bonuses: Floats) -> "Population":
        """The roster's figures with `bonuses` (M, 6), see `draw_bonuses`."""
        bases = [m.tier.base for m in roster.miners]
        profiles = [v.profile for v in roster.validators]
        return cls(
            base=np.array([[b.quality, b.accuracy, b.novelty, b.efficiency] for b in bases]).T,
            sd=np.array([m.tier.sd for m in roster.miners]),
            bonuses=bonuses,
            slope=np.array([p.slope for p in profiles]),
            bias=np.array([p.bias for p in profiles]),
            noise_sd=np.array([p.sd for p in profiles]),
        )
