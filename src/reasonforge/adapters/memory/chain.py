from collections.abc import Callable
from random import Random
from typing import TypeVar

from attrs import field, frozen

from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import BlockNumber, Hotkey, NetUid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.numbers import unit
from reasonforge.domain.weights import WeightRow, WeightsOutcome, WeightsUnreachable

Answer = TypeVar("Answer")


@frozen
class ChainFaults:
    """How often a call gets lost, as probabilities.

    Attributes:
        lost_before: the chain never saw the call; nothing happened.
        lost_after: the chain did what was asked, and its answer was lost.
    """

    lost_before: float = field(default=0.0, validator=unit)
    lost_after: float = field(default=0.0, validator=unit)


NO_FAULTS = ChainFaults()


class MemoryChain:
    """The Chain port for one identity, over a `MemoryLedger`. With faults, `rng` says which calls get lost."""

    def __init__(
        self, ledger: MemoryLedger, hotkey: Hotkey, faults: ChainFaults = NO_FAULTS, rng: Random | None = None
    ) -> None:
        if faults != NO_FAULTS and rng is None:
            message = "faults need a random.Random to draw from"
            raise ValueError(message)
        self._ledger = ledger
        self._hotkey = hotkey
        self._faults = faults
        self._rng = rng

    @property
    def hotkey(self) -> Hotkey:
        return self._hotkey

    @property
    def netuid(self) -> NetUid:
        return self._ledger.netuid

    async def current_block(self) -> BlockNumber:
        return self._call(lambda: self._ledger.block)

    async def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph:
        return self._call(lambda: self._ledger.metagraph(at, with_weights=with_weights))

    async def hyperparameters(self) -> Hyperparameters:
        return self._call(lambda: self._ledger.hyperparameters)

    async def serve(self, endpoint: Endpoint) -> None:
        self._call(lambda: self._ledger.serve(self._hotkey, endpoint))

    async def set_weights(self, row: WeightRow, version_key: int) -> WeightsOutcome:
        try:
            return self._call(lambda: self._ledger.set_weights(self._hotkey, row, version_key))
        except ChainUnreachable as lost:
            return WeightsUnreachable(str(lost))

    def _call(self, act: Callable[[], Answer]) -> Answer:
        """Two draws a call, whatever becomes of it, so that one loss does not move the next."""
        before, after = (self._rng.random(), self._rng.random()) if self._rng else (1.0, 1.0)
        if before < self._faults.lost_before:
            message = "the call did not reach the chain"
            raise ChainUnreachable(message)
        answer = act()
        if after < self._faults.lost_after:
            message = "the chain's answer was lost: what was asked may have been done"
            raise ChainUnreachable(message)
        return answer
