"""Run the mechanism offline, epoch after epoch."""

from collections.abc import Iterator

import numpy as np
from attrs import field, frozen

from reasonforge.application.simulation.draw_epoch import draw_bonuses, draw_epoch
from reasonforge.application.simulation.outcome import EpochResult, SimulationState
from reasonforge.application.simulation.population import Population
from reasonforge.application.simulation.roster import Roster, roster
from reasonforge.application.simulation.simulate_epoch import simulate_epoch
from reasonforge.domain.numbers import nonnegative
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters

MOST_EMISSION = 1e15
"""TAO an epoch: far beyond all there will ever be, and far from where sums overflow."""
MOST_JUDGEMENTS = 50_000_000
"""In one epoch: about two gigabytes of memory. More are refused before they are drawn."""


@frozen
class Simulation:
    """A roster, its rules and a seed: all that a run follows from. Anything that cannot run is a ValueError.

    `seed` ≥ 0; `emission` TAO an epoch, from 0 to 10¹⁵; `judges_per_reply` from 1 to the number of validators, None for
    `parameters.validators_per_task`, or all when there are fewer.
    """

    roster: Roster = field(factory=roster)
    seed: int = 42
    emission: float = 100.0
    judges_per_reply: int | None = None
    parameters: MechanismParameters = DEFAULT_PARAMETERS

    def __attrs_post_init__(self) -> None:
        if nonnegative(self.emission, "the emission") > MOST_EMISSION:
            message = f"the emission is at most {MOST_EMISSION:g} TAO an epoch, and {self.emission:g} were asked for"
            raise ValueError(message)
        if self.seed < 0:
            message = f"the seed must not be negative, and is {self.seed}"
            raise ValueError(message)
        validators = len(self.roster.validators)
        if not 1 <= self.judges <= validators:
            message = f"a reply has from 1 to {validators} judges here, and {self.judges} were asked for"
            raise ValueError(message)
        judgements = self.parameters.tasks_per_epoch * len(self.roster.miners) * self.judges
        if judgements > MOST_JUDGEMENTS:
            message = (
                f"{judgements:,} judgements an epoch are more than {MOST_JUDGEMENTS:,}: "
                "ask for fewer judges a reply or fewer miners"
            )
            raise ValueError(message)

    @property
    def judges(self) -> int:
        """Judges a reply."""
        if self.judges_per_reply is None:
            return min(self.parameters.validators_per_task, len(self.roster.validators))
        return self.judges_per_reply

    def run(self, epochs: int) -> Iterator[EpochResult]:
        """The results of `epochs` epochs, one at a time; nothing of an earlier one is kept."""
        rng = np.random.Generator(np.random.PCG64(self.seed))
        population = Population.of(self.roster, draw_bonuses(rng, self.roster))
        state = SimulationState.initial(self.roster)
        for _ in range(epochs):
            draws = draw_epoch(
                rng,
                miners=len(self.roster.miners),
                validators=len(self.roster.validators),
                judges_per_reply=self.judges,
                parameters=self.parameters,
            )
            state, result = simulate_epoch(state, draws, population, self.emission, self.parameters)
            yield result
