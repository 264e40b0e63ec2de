from typing import Protocol

from reasonforge.domain.identity import BlockNumber, Hotkey, NetUid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.weights import WeightRow, WeightsOutcome


class Chain(Protocol):
    """The chain as one neuron sees it.

    Promises:
        - reads come back within the adapter's deadline or raise `ChainUnreachable`; a block whose state is no longer
          kept raises `ChainRefused` with the oldest block that is;
        - two reads of the metagraph at one block are equal; neurons are in the order of their uids;
        - `set_weights` never raises for what the chain answers: every refusal is a `WeightsRefused` with its reason,
          a lost answer is `WeightsUnreachable`. A refusal leaves the previous weights as they were.
    """

    @property
    def hotkey(self) -> Hotkey:
        """Who we are."""
        ...

    @property
    def netuid(self) -> NetUid:
        """The subnet we are on."""
        ...

    async def current_block(self) -> BlockNumber:
        """The newest block."""
        ...

    async def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph:
        """All neurons at a block (the newest when None); the revealed weights too when asked for."""
        ...

    async def hyperparameters(self) -> Hyperparameters:
        """What the chain asks of this subnet now."""
        ...

    async def serve(self, endpoint: Endpoint) -> None:
        """Publish where we serve; `ChainRefused` when we are not registered. Serving the same again changes nothing."""
        ...

    async def set_weights(self, row: WeightRow, version_key: int) -> WeightsOutcome:
        """Set our row of the weights matrix, or commit it where the subnet has commit-reveal on."""
        ...
