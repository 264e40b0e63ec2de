"""The TaskPool without a disk: for the in-process subnet, and for tests."""

from collections.abc import Sequence

from attrs import evolve

from reasonforge.application.ports.task_pool import PooledTask
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.pooled_task import statement_digest
from reasonforge.domain.task import Task


class MemoryTaskPool:
    """The promises of the TaskPool port, but for what a crash leaves: nothing."""

    def __init__(self) -> None:
        self._tasks: list[PooledTask] = []

    async def add(self, tasks: Sequence[Task]) -> None:
        ids = {one.task.task_id for one in self._tasks}
        statements = {statement_digest(one.task) for one in self._tasks}
        for task in tasks:
            if task.task_id in ids or statement_digest(task) in statements:
                raise StoreFault(f"the pool has the task {task.task_id} or its statement already")
            ids.add(task.task_id)
            statements.add(statement_digest(task))
        self._tasks += [PooledTask(task) for task in tasks]

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[Task]:
        mine = [place for place, one in enumerate(self._tasks) if (one.taken_by, one.taken_epoch) == (validator, epoch)]
        chosen = mine or [place for place, one in enumerate(self._tasks) if one.taken_by is None]
        kept = chosen[: max(0, most)]
        for place in mine[len(kept) :]:
            self._tasks[place] = PooledTask(self._tasks[place].task)
        for place in kept:
            self._tasks[place] = evolve(self._tasks[place], taken_by=validator, taken_epoch=epoch)
        return [self._tasks[place].task for place in kept]

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        mine = [place for place, one in enumerate(self._tasks) if (one.taken_by, one.taken_epoch) == (validator, epoch)]
        for place in mine:
            self._tasks[place] = PooledTask(self._tasks[place].task)
        return len(mine)

    async def listed(self) -> Sequence[PooledTask]:
        return list(self._tasks)
