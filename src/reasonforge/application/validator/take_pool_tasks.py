from attrs import evolve, frozen

from reasonforge.application.ports.task_pool import TaskPool
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.commitment import EpochCommitment
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.task import Task


@frozen
class TakePoolTasks:
    """The operator's own tasks, up to their share of an epoch, the oldest first; an empty pool changes nothing.

    An epoch that was bound before keeps the tasks that it was bound with.
    """

    pool: TaskPool
    rules: ValidatorRules

    async def __call__(self, epoch: Epoch, asker: Hotkey, bound: EpochCommitment | None, room: int) -> tuple[Task, ...]:
        """At most `room` of them, in the order of the pool.

        Raises:
            StoreFault: those that the epoch is bound to cannot be had, or the pool cannot be read.
        """
        if bound is None:
            most = min(self.rules.most_pool_tasks, room)
            return tuple(await self.pool.take(asker, epoch.number, most)) if most else ()
        if not bound.pool_tasks:
            return ()
        held = {task.task_id: task for task in await self.pool.take(asker, epoch.number, len(bound.pool_tasks))}
        missing = [name for name in bound.pool_tasks if name not in held]
        if missing:
            raise StoreFault(f"epoch {epoch.number} began with the task {missing[0]}, which the pool has no more")
        return tuple(held[name] for name in bound.pool_tasks)


def as_asked(task: Task, commitment: EpochCommitment) -> Task:
    """A task of the pool travels with every other one's deadline: nothing else in it tells where it comes from."""
    return evolve(task, timeout_seconds=commitment.timeout_seconds)


def allows_variants(task: Task, commitment: EpochCommitment) -> bool:
    """Whether its family is one that the epoch was bound to; of what is written by hand there is one instance."""
    return task.task_id not in commitment.pool_tasks or f"{task.family}/{task.version}" in commitment.families
