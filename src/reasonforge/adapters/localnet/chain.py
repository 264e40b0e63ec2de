from collections.abc import Callable
from typing import Any, TypeVar

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.connection import DEADLINE_SECONDS, Connection
from reasonforge.adapters.localnet.values import (
    read_block,
    read_hyperparameters,
    read_metagraph,
    read_nothing,
    read_outcome,
)
from reasonforge.domain.errors import ChainRefused, ChainUnreachable
from reasonforge.domain.identity import BlockNumber, Hotkey, NetUid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.weights import RefusalReason, WeightRow, WeightsOutcome, WeightsRefused, WeightsUnreachable

FIRST_NETUID = NetUid(1)

Value = TypeVar("Value")


class RemoteMemoryChain:
    """The Chain port for one identity, over a local chain in another process of this machine.

    Nothing is signed: the server takes our word for who we are.

    Args:
        url: `memory://127.0.0.1:PORT`, as `reasonforge chain serve` prints it; OperatorError when it is none.
        hotkey: who we are.
        netuid: the subnet we expect there; another one is refused.
        deadline_seconds: for each call, connecting and waiting for its turn included.
    """

    def __init__(
        self,
        url: str,
        hotkey: Hotkey,
        netuid: NetUid = FIRST_NETUID,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._hotkey = hotkey
        self._netuid = netuid
        self._connection = Connection(LocalAddress.of_url(url), netuid, deadline_seconds)

    @property
    def hotkey(self) -> Hotkey:
        return self._hotkey

    @property
    def netuid(self) -> NetUid:
        return self._netuid

    async def current_block(self) -> BlockNumber:
        return await self._call("block", read_block)

    async def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph:
        return await self._call("metagraph", read_metagraph, at=at, with_weights=with_weights)

    async def hyperparameters(self) -> Hyperparameters:
        return await self._call("hyperparameters", read_hyperparameters)

    async def serve(self, endpoint: Endpoint) -> None:
        await self._call("serve", read_nothing, hotkey=self._hotkey, host=endpoint.host, port=endpoint.port)

    async def set_weights(self, row: WeightRow, version_key: int) -> WeightsOutcome:
        try:
            return await self._call(
                "set_weights",
                read_outcome,
                again=False,  # done twice, the second would be refused for coming too early
                hotkey=self._hotkey,
                uids=row.uids,
                values=row.values,
                version_key=version_key,
            )
        except ChainRefused as refusal:
            return WeightsRefused(RefusalReason.OTHER, str(refusal))
        except ChainUnreachable as lost:
            return WeightsUnreachable(str(lost))

    def close(self) -> None:
        """Hang up. The next call connects again."""
        self._connection.close()

    async def _call(self, name: str, read: Callable[[Any], Value], *, again: bool = True, **arguments: Any) -> Value:
        try:
            return await self._connection.call(name, arguments, read, again=again)
        except ValueError as error:
            raise ChainRefused(str(error)) from error
