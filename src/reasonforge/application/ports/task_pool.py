from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.task import Task


@frozen
class PooledTask:
    """A task of the pool, and who took it for which epoch; both None while nobody has."""

    task: Task
    taken_by: Hotkey | None = None
    taken_epoch: EpochNumber | None = None


class TaskPool(Protocol):
    """An operator's own tasks, whose answers are known. Each is asked in one epoch of one validator, and never again.

    Promises:
        - `add` takes all of them or none; `StoreFault` when one has the id or the statement of a task that was ever in
          the pool, also of one that was asked;
        - `take` gives the oldest that nobody took, in the order in which they were added, and marks them as taken by
          (validator, epoch). Asked again for the same validator and epoch it gives the same tasks in the same order,
          and lets go of those beyond `most`, if it is fewer by now. No two takers get one task;
        - `give_back` puts back, in their old place, what a validator took for an epoch that asked nobody;
        - what a method returned from is still there after a crash; failures of the medium are `StoreFault`.
    """

    async def add(self, tasks: Sequence[Task]) -> None: ...

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[Task]: ...

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        """How many were put back."""
        ...

    async def listed(self) -> Sequence[PooledTask]:
        """All that were ever added, in that order."""
        ...
