from collections.abc import Sequence
from random import Random
from typing import Protocol

from reasonforge.domain.epoch import Epoch
from reasonforge.domain.task import Task


class TaskSource(Protocol):
    """Where an epoch's tasks come from.

    Promises of `draw`: exactly `count` tasks, balanced over the disciplines (counts differ by at most one), `traps`
    of them traps, shuffled; the same epoch and `rng` state give the same tasks; no statement repeats within a draw.
    """

    async def draw(self, epoch: Epoch, count: int, traps: int, rng: Random) -> Sequence[Task]: ...
