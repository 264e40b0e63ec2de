"""Everything that chance decides in a simulated epoch, as arrays that can be looked at and replayed.

The generator is numpy's: the same seed and the same numpy draw the same numbers (another numpy may not).
"""

from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from reasonforge.application.simulation.roster import Roster
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

DISCIPLINES = tuple(Discipline)
"""What an index of `EpochDraws.disciplines` stands for."""
DIFFICULTIES = (2, 9)
UNSOLVED_RATE = 0.05
BONUS_RANGE = (-0.05, 0.10)
"""Between what a miner's bonus for a discipline is drawn, evenly."""


@frozen(eq=False)
class EpochDraws:
    """The chance of one epoch of T tasks, M miners and J judges a reply.

    Noises are standard normal: who uses them multiplies by its own standard deviation.
    """

    disciplines: Indices
    """(T,), indices into `DISCIPLINES`: every discipline equally often, as near as T allows."""
    difficulties: Indices
    """(T,), from 2 to 9."""
    unsolved: Flags
    """(T,): previously unsolved, so that Eq. 6 can apply."""
    traps: Flags
    """(T,)."""
    skill_noise: Floats
    """(4, T, M): of quality, accuracy, novelty and efficiency."""
    trap_noise: Floats
    """(T, M), read for traps only."""
    judges: Indices | None
    """(T, M, J), indices of validators, all different within a reply; None when every validator judges every reply,
    in the validators' order."""
    judge_noise: Floats
    """(T, M, J)."""


def draw_bonuses(rng: np.random.Generator, roster: Roster) -> Floats:
    """(M, 6): each miner's bonus for each discipline, in [−0.05, 0.10], drawn once for a simulation."""
    return rng.uniform(*BONUS_RANGE, size=(len(roster.miners), len(DISCIPLINES)))


def draw_epoch(
    rng: np.random.Generator,
    *,
    miners: int,
    validators: int,
    judges_per_reply: int,
    parameters: MechanismParameters = DEFAULT_PARAMETERS,
) -> EpochDraws:
    """Draw one epoch of `parameters.tasks_per_epoch` tasks.

    Each task is a trap with probability `parameters.trap_rate`: at 0.15 one in six and a bit (1/6.67), independently,
    so that an epoch may have none. With as many judges as validators there is nothing to draw: everybody judges.
    """
    tasks = parameters.tasks_per_epoch
    kinds = len(DISCIPLINES)
    balanced = (np.arange(tasks) + rng.integers(kinds)) % kinds
    return EpochDraws(
        disciplines=rng.permutation(balanced),
        difficulties=rng.integers(DIFFICULTIES[0], DIFFICULTIES[1], size=tasks, endpoint=True),
        unsolved=rng.random(tasks) < UNSOLVED_RATE,
        traps=rng.random(tasks) < parameters.trap_rate,
        skill_noise=rng.standard_normal((4, tasks, miners)),
        trap_noise=rng.standard_normal((tasks, miners)),
        judges=_draw_judges(rng, (tasks, miners), validators, judges_per_reply),
        judge_noise=rng.standard_normal((tasks, miners, judges_per_reply)),
    )


def _draw_judges(rng: np.random.Generator, replies: tuple[int, int], validators: int, judges: int) -> Indices | None:
    """`judges` different validators for every reply, every set of them equally likely: Floyd's sampling, by columns."""
    if judges == validators:
        return None
    chosen = np.empty((judges, *replies), dtype=np.int64)
    for place, newest in enumerate(range(validators - judges, validators)):
        pick = rng.integers(newest, size=replies, endpoint=True)
        taken = (chosen[:place] == pick).any(axis=0)
        chosen[place] = np.where(taken, newest, pick)
    return np.ascontiguousarray(np.moveaxis(chosen, 0, -1))
