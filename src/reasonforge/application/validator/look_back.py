from attrs import frozen

from reasonforge.application.ports.entropy import Entropy
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.ports.task_pool import TaskPool
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.validator.settle_user_tasks import SettleUserTasks
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.events import SeedRevealed
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import EpochState

_LOOKED_AT = 64
"""Commitments, newest first: more than could be left unrevealed by any one stop of the process."""
_HANDED_OVER = 3
"""Epochs whose answers are handed to the desk once more: settling is idempotent, and the desk may have been away."""


@frozen
class LookBack:
    """Nothing of earlier epochs is left hanging: those that were never finished are given up, their users' unanswered
    tasks queued again, and every seed revealed whose epoch is over.
    """

    store: Store
    desk: TaskDesk
    pool: TaskPool
    settle: SettleUserTasks
    entropy: Entropy
    telemetry: Telemetry
    notifier: Notifier

    async def __call__(self, validator: Hotkey, epoch: Epoch) -> None:
        """Before anything of `epoch` is asked, and once more when it is closed."""
        for number in await self.store.open_epochs(epoch.number):
            await self._give_up(validator, number)
        for record in await self.store.commitments(_HANDED_OVER):
            number = record.committed.epoch.number
            if record.committed.user_tasks and number < epoch.number:
                await self.settle(validator, number, (await self.store.recorded(number)).values())
                await self._queue_again(validator, number)
        await self._reveal(validator)

    async def _give_up(self, validator: Hotkey, number: EpochNumber) -> None:
        if await self.store.commitment_of(number) is None:  # nobody was asked
            await self.pool.give_back(validator, number)
        recorded = await self.store.recorded(number)
        await self.settle(validator, number, recorded.values())
        if await self._queue_again(validator, number):
            why = f"its blocks had passed before it was closed; {len(recorded)} tasks are recorded"
            await self.store.fail(number, why)

    async def _queue_again(self, validator: Hotkey, number: EpochNumber) -> bool:
        """What users asked of an epoch and nobody answered for; False where the desk cannot be reached."""
        try:
            await self.desk.give_back(validator, number)
        except StoreFault as fault:
            await self.notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"the users' tasks of epoch {number} cannot be queued again: {fault}",
                    "the validator tries again by itself with the next epoch",
                )
            )
            return False
        return True

    async def _reveal(self, validator: Hotkey) -> None:
        for record in await self.store.commitments(_LOOKED_AT):
            number = record.committed.epoch.number
            if record.revealed is not None or await self.store.state_of(number) is EpochState.OPEN:
                continue
            seed = self.entropy.seed_of(number)
            if seed.commitment() != record.committed.commitment:  # another secret by now: it cannot be shown any more
                continue
            await self.store.reveal(number, seed)
            shown = await self.store.commitment_of(number)
            if shown is not None:
                self.telemetry.emit(SeedRevealed(validator, shown))
