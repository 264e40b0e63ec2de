from collections.abc import Iterable

from attrs import frozen

from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import ScoredTask
from reasonforge.domain.user_answer import is_users, outcome_of


@frozen
class SettleUserTasks:
    """A user gets the best answer that was recorded, the same however often it is told: only recorded replies count."""

    desk: TaskDesk
    store: Store
    notifier: Notifier

    async def __call__(self, validator: Hotkey, epoch: EpochNumber, scored: Iterable[ScoredTask]) -> None:
        """Of these tasks of the epoch, those of users. A desk that cannot be reached is told later."""
        users = [one for one in scored if is_users(one.task)]
        if not users:
            return
        standing = await self.store.standing_before(epoch)
        try:
            await self.desk.settle(validator, [outcome_of(one, epoch, standing) for one in users])
        except StoreFault as fault:
            await self.notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"answers to {len(users)} users' tasks of epoch {epoch} cannot be handed over: {fault}",
                    "they are recorded, and handed over when the desk is back",
                )
            )
