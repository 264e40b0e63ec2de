from attrs import frozen

from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.commitment import EpochCommitment
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.user_task import UserTask


@frozen
class TakeUserTasks:
    """Users' tasks come first, up to the share of an epoch that the operator sets; the desk is fair to the owners.

    An epoch that was bound before keeps the tasks that it was bound with. A desk that cannot be reached costs users
    the epoch, and the epoch nothing.
    """

    desk: TaskDesk
    notifier: Notifier
    rules: ValidatorRules

    async def __call__(self, epoch: Epoch, asker: Hotkey, bound: EpochCommitment | None) -> tuple[UserTask, ...]:
        """The tasks in the order of the desk.

        Raises:
            StoreFault: those that the epoch is bound to cannot be had.
        """
        if bound is not None:
            return await self._bound(epoch, asker, bound)
        most = self.rules.most_user_tasks
        if most == 0:
            return ()
        try:
            return tuple(await self.desk.take(asker, epoch.number, most))
        except StoreFault as fault:
            await self.notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"epoch {epoch.number} takes no users' tasks: {fault}",
                    "they stay queued; see `reasonforge doctor`",
                )
            )
            return ()

    async def _bound(self, epoch: Epoch, asker: Hotkey, bound: EpochCommitment) -> tuple[UserTask, ...]:
        if not bound.user_tasks:
            return ()
        held = {task.task_id: task for task in await self.desk.take(asker, epoch.number, len(bound.user_tasks))}
        missing = [name for name in bound.user_tasks if name not in held]
        if missing:
            raise StoreFault(
                f"epoch {epoch.number} began with the user's task {missing[0]}, which the desk has no more"
            )
        return tuple(held[name] for name in bound.user_tasks)
