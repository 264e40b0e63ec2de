"""Run one epoch after another, whatever happens in any of them."""

from attrs import define, field

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.validator.publish_weights import PublishWeights
from reasonforge.application.validator.run_epoch import RunEpoch
from reasonforge.domain.epoch import Epoch, Tempo
from reasonforge.domain.errors import ReasonForgeError
from reasonforge.domain.events import EpochFailed
from reasonforge.domain.identity import SECONDS_PER_BLOCK, EpochNumber


@define
class KeepRunning:
    """Each epoch of the chain is run once; between epochs, weights that the chain has not confirmed are sent again.

    Also before a new one: where the chain could not be reached at the end of an epoch and has gone on meanwhile, that
    epoch's weights are set first, and not forgotten for those that the new one will have.

    A failure is told to the operator once and tried again at the next look: what was recorded of the epoch is kept,
    so that nobody is asked twice. It runs until it is cancelled.

    Attributes:
        look_seconds: between two looks at the chain.
    """

    chain: Chain
    run_epoch: RunEpoch
    publish_weights: PublishWeights
    clock: Clock
    notifier: Notifier
    telemetry: Telemetry
    look_seconds: float = float(SECONDS_PER_BLOCK)
    _finished: EpochNumber | None = field(default=None, init=False)
    _told: str = field(default="", init=False)

    async def __call__(self) -> None:
        while True:
            await self.look()
            await self.clock.sleep(self.look_seconds)

    async def look(self) -> None:
        """One look at the chain: run the epoch if it is a new one, else settle what is left of the last."""
        try:
            epoch = await self._epoch()
            await self.publish_weights()
            if epoch.number != self._finished:
                await self._run(epoch)
                self._finished = epoch.number
            self._told = ""
        except ReasonForgeError as error:
            await self._tell(str(error))

    async def _run(self, epoch: Epoch) -> None:
        try:
            await self.run_epoch(epoch)
        except ReasonForgeError as error:
            self.telemetry.emit(EpochFailed(self.chain.hotkey, epoch, str(error)))
            raise

    async def _epoch(self) -> Epoch:
        hyperparameters = await self.chain.hyperparameters()
        return Tempo(hyperparameters.tempo, self.chain.netuid).epoch_at(await self.chain.current_block())

    async def _tell(self, what: str) -> None:
        """The same failure again is no news."""
        if what != self._told:
            self._told = what
            await self.notifier.tell(
                OperatorNotice(Severity.URGENT, what, "the validator tries again by itself; see `reasonforge doctor`")
            )
