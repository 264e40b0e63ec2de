from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from random import Random
from typing import Protocol

from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.task import Task

NOTHING_SEEN: AbstractSet[str] = frozenset()


class TaskSource(Protocol):
    """Where an epoch's tasks come from.

    Promises of `draw`: exactly `count` tasks, balanced over the disciplines (counts differ by at most one), `traps`
    of them traps, shuffled; the same epoch, `rng` state, `seen` and `families` give the same tasks; no statement
    repeats within a draw, and no instance is one of `seen`. Where a family has nothing new at a difficulty, another
    difficulty or family of the discipline takes its place; where no family has, `ValidatorFault` says so: nothing is
    ever asked twice to keep going.

    Promises of `variants`: one task a miner, in order, or none at all where the task does not allow it. Each is of the
    task's family, difficulty, size, checks and deadline, a trap if the task is one, and no instance of `seen`, the
    task's or another miner's; it follows from the task's seed and who it is for (and from whom it must differ). No
    variant's right answer is accepted for another's: what one miner says is wrong for every other one.
    """

    @property
    def offers(self) -> tuple[str, ...]:
        """`name/version` of each family that tasks are drawn from."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """Every drawn task's deadline."""
        ...

    async def draw(
        self,
        epoch: Epoch,
        count: int,
        traps: int,
        rng: Random,
        seen: AbstractSet[str] = NOTHING_SEEN,
        families: Sequence[str] | None = None,
    ) -> Sequence[Task]:
        """Out of all families, or of these only; `ValidatorFault` when one of them is not offered."""
        ...

    async def variants(
        self, task: Task, miners: Sequence[Hotkey], seen: AbstractSet[str] = NOTHING_SEEN
    ) -> Sequence[Task]: ...
