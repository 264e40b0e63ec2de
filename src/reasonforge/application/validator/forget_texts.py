"""What miners wrote is kept for a while; what it came to, for ever."""

from attrs import frozen

from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.events import TextsForgotten
from reasonforge.domain.identity import Hotkey


@frozen
class ForgetTexts:
    """Once an epoch, when it is over: texts and reasoning of epochs beyond the newest `keep_epochs` go.

    An epoch that is over stays so: where nothing can be deleted the operator is told, and the next epoch tries again.
    """

    store: Store
    telemetry: Telemetry
    notifier: Notifier
    rules: ValidatorRules

    async def __call__(self, validator: Hotkey, epoch: Epoch) -> None:
        kept = self.rules.keep_epochs
        try:
            rows = await self.store.prune(kept)
        except StoreFault as fault:
            self.telemetry.emit(TextsForgotten(validator, epoch, 0, str(fault)))
            await self.notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"what miners wrote before the last {kept} epochs cannot be deleted: {fault}",
                    f"epoch {epoch.number} is closed all the same, and the next one tries again",
                )
            )
        else:
            self.telemetry.emit(TextsForgotten(validator, epoch, rows))
