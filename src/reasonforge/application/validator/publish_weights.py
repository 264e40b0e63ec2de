"""Tell the chain the weights of closed epochs that it has not answered for, and note what it says."""

from attrs import frozen

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.events import WeightsPublished
from reasonforge.domain.identity import GENESIS, BlockNumber
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
IN_DOUBT_BLOCKS = 3
"""For so many blocks, weights that were sent and not answered for may still come in. If they were sent again earlier,
nothing but the chain's rate limit would keep them from being set twice."""


@frozen
class PublishWeights:
    """Only the newest closed epoch's weights are sent: older ones that never got through are settled as overtaken.

    An answer that was lost leaves the weights pending. Before any are sent, it is noted that they are, and the chain is
    asked whether it has them already; what was sent before is sent again only when blocks have passed without it. So no
    epoch's weights are set twice, wherever the process is killed.
    """

    chain: Chain
    store: Store
    notifier: Notifier
    telemetry: Telemetry
    rules: ValidatorRules

    async def __call__(self) -> Publication | None:
        """What became of the newest pending weights; None when there are none, or nobody can know yet."""
        pending = await self.store.unpublished()
        if not pending:
            return None
        *overtaken, newest = pending
        try:
            metagraph = await self.chain.metagraph(with_weights=True)
        except ChainUnreachable as error:
            return await self._settle(newest, WeightsUnreachable(str(error)))
        own = metagraph.of(self.chain.hotkey)
        if own is not None and any(_in_doubt(one, own, metagraph) for one in pending):
            return None
        for one in overtaken:
            refused = WeightsRefused(RefusalReason.OTHER, f"overtaken by the weights of epoch {newest.epoch.number}")
            taken = None if own is None else _taken(one, own, metagraph)
            await self._settle(one, refused if taken is None else taken)
        return await self._settle(newest, await self._send(newest, own, metagraph))

    async def _send(self, pending: PendingWeights, own: Neuron | None, metagraph: Metagraph) -> WeightsOutcome:
        if own is not None:
            taken = _taken(pending, own, metagraph)
            if taken is not None:
                return taken
            none_since = max(own.last_update, metagraph.block - 1, pending.last_set or GENESIS)
            await self.store.sending(pending.epoch.number, BlockNumber(none_since))  # noted before they are sent
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


def _in_doubt(pending: PendingWeights, own: Neuron, metagraph: Metagraph) -> bool:
    """Whether they were sent, and nobody can know yet what became of them."""
    if pending.sent_after is None or _taken(pending, own, metagraph) is not None:
        return False
    return metagraph.block - pending.sent_after <= IN_DOUBT_BLOCKS


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
