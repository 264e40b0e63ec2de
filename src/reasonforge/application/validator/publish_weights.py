"""Tell the chain the weights of closed epochs that it has not answered for, and note what it says."""

from attrs import frozen

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.events import WeightsPublished
from reasonforge.domain.metagraph import Metagraph, Neuron
from reasonforge.domain.report import PendingWeights, Publication
from reasonforge.domain.weights import (
    RETRYABLE,
    RefusalReason,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)

SAME_SHARE = 1e-9


@frozen
class PublishWeights:
    """Only the newest closed epoch's weights are sent: older ones that never got through are settled as overtaken.

    An answer that was lost leaves the weights pending. Before any are sent, it is noted that they are, and the chain is
    asked whether it has them already, so that no epoch's weights are set twice, wherever the process is killed.
    """

    chain: Chain
    store: Store
    notifier: Notifier
    telemetry: Telemetry
    rules: ValidatorRules

    async def __call__(self) -> Publication | None:
        pending = await self.store.unpublished()
        if not pending:
            return None
        for overtaken in pending[:-1]:
            detail = f"overtaken by the weights of epoch {pending[-1].epoch.number}"
            await self._settle(overtaken, WeightsRefused(RefusalReason.OTHER, detail))
        return await self._settle(pending[-1], await self._send(pending[-1]))

    async def _send(self, pending: PendingWeights) -> WeightsOutcome:
        try:
            metagraph = await self.chain.metagraph(with_weights=True)
        except ChainUnreachable as error:
            return WeightsUnreachable(str(error))
        own = metagraph.of(self.chain.hotkey)
        if own is not None:
            taken = _taken(pending, own, metagraph)
            if taken is not None:
                return taken
            await self.store.sending(pending.epoch.number, own.last_update)  # noted before they are sent
        return await self.chain.set_weights(pending.row, self.rules.version_key)

    async def _settle(self, pending: PendingWeights, outcome: WeightsOutcome) -> Publication:
        publication = Publication(pending.epoch, outcome)
        if isinstance(outcome, WeightsRefused) and outcome.reason in RETRYABLE:
            return publication
        await self.store.publish(publication)
        self.telemetry.emit(WeightsPublished(self.chain.hotkey, publication))
        if isinstance(outcome, WeightsRefused | WeightsUnreachable):
            await self.notifier.tell(
                OperatorNotice(
                    Severity.URGENT,
                    f"the weights of epoch {pending.epoch.number} are not on the chain: {outcome.detail}",
                    "the previous weights still count; see `reasonforge status`, and the next epoch tries again",
                )
            )
        return publication


def _taken(pending: PendingWeights, own: Neuron, metagraph: Metagraph) -> WeightsSet | None:
    """Whether the chain has the epoch's weights already: those it shows are they, or it took some after they were sent.

    The second holds where commit-reveal hides them too. Nobody else sets weights with this hotkey.
    """
    if pending.sent_after is not None and own.last_update > pending.sent_after:
        return WeightsSet(own.last_update)
    if own.last_update < pending.epoch.first_block or metagraph.weights is None:
        return None
    shown = metagraph.weights.get(own.uid, {})
    sent = pending.row.shares()
    same = shown.keys() == sent.keys() and all(abs(shown[uid] - sent[uid]) < SAME_SHARE for uid in sent)
    return WeightsSet(own.last_update) if same else None
