"""What the Chain adapter asks of a node, and the SDK's client cut down to it."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from reasonforge.adapters.bittensor.undisturbed import undisturbed_logging

with undisturbed_logging():  # before anything imports the SDK: `sdk` keeps it off our command line too
    from reasonforge.adapters.bittensor.sdk import Config

# isort: split
from async_substrate_interface.errors import BlockNotFound, MaxRetriesExceeded, SubstrateRequestException
from bittensor import AsyncSubtensor
from bittensor.core.chain_data import MetagraphInfo, SelectiveMetagraphIndex, SubnetHyperparameters
from bittensor.core.extrinsics.asyncex.serving import serve_extrinsic
from bittensor.core.types import ExtrinsicResponse
from bittensor_wallet import Wallet
from scalecodec.exceptions import InvalidScaleTypeValueException, RemainingScaleBytesNotEmptyException
from websockets.exceptions import WebSocketException

logging.getLogger("async_substrate_interface").setLevel(logging.CRITICAL)  # a broken socket is told once, by us

__all__ = ["ExtrinsicResponse", "MetagraphInfo", "SubnetHyperparameters"]  # for those who must import `sdk` first too

LINK_FAILURES = (OSError, WebSocketException, MaxRetriesExceeded)
"""The node went away: nobody knows what became of the call. OSError includes TimeoutError."""

SDK_FAILURES = (
    *LINK_FAILURES,
    SubstrateRequestException,  # the node answered with an error
    BlockNotFound,
    InvalidScaleTypeValueException,
    RemainingScaleBytesNotEmptyException,
    # What comes out of the SDK when an answer is not shaped as it expects.
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)

_FIGURES = SelectiveMetagraphIndex
NEURON_FIELDS = (
    _FIGURES.NumUids,
    _FIGURES.Hotkeys,
    _FIGURES.Coldkeys,
    _FIGURES.Axons,
    _FIGURES.ValidatorPermit,
    _FIGURES.LastUpdate,
    _FIGURES.Emission,
    _FIGURES.Dividends,
    _FIGURES.Incentives,
    _FIGURES.Consensus,
    _FIGURES.BlockAtRegistration,
    _FIGURES.TotalStake,
)
"""What of the metagraph is read: the rest (identities, commitments, pool figures) is most of its bytes."""

_AXON_PROTOCOL = 4


class SubtensorClient(Protocol):
    """One connection to a node, on behalf of one neuron. Any call may hang or raise: `Connection` sees to both.

    Raises:
        StateDiscardedError: the node no longer keeps the state of the block asked for.
        SDK_FAILURES: anything else that goes wrong.
    """

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def current_block(self) -> int: ...

    async def metagraph_info(self, netuid: int, block: int) -> MetagraphInfo | None:
        """The subnet's neurons, at least with `NEURON_FIELDS`; None when there is no such subnet."""
        ...

    async def subnet_hyperparameters(self, netuid: int, block: int) -> SubnetHyperparameters | None: ...

    async def storage(self, name: str, keys: Sequence[int], block: int) -> Any:
        """A plain value of the SubtensorModule's storage."""
        ...

    async def weights(self, netuid: int, block: int) -> Sequence[tuple[int, Sequence[tuple[int, int]]]]:
        """(uid, [(uid, u16 weight), …]) for each revealed row."""
        ...

    async def next_epoch_start(self, netuid: int) -> int | None:
        """The block in which the subnet's next epoch is run; None when the node cannot say."""
        ...

    async def serve(self, netuid: int, host: str, port: int) -> ExtrinsicResponse: ...

    async def set_weights(
        self, netuid: int, uids: Sequence[int], values: Sequence[int], version_key: int
    ) -> ExtrinsicResponse:
        """One attempt. Its receipt, if there is one, knows its block."""
        ...


Dial = Callable[[], SubtensorClient]


def dial(network: str, wallet: Wallet) -> Dial:
    """Makes clients of `network` (finney, test, local, or a ws:// or wss:// address) that sign with `wallet`."""

    def connect() -> SubtensorClient:
        return SdkSubtensor(network, wallet)

    return connect


class SdkSubtensor:
    """`SubtensorClient` over the SDK's AsyncSubtensor. Reads are pinned to a block's hash."""

    def __init__(self, network: str, wallet: Wallet) -> None:
        # An empty Config, so that no flag of ours is taken for one of its own. Its socket stays open until closed:
        # by default it is shut and dialled again after five idle seconds.
        self._subtensor = AsyncSubtensor(network=network, config=Config(), websocket_shutdown_timer=None)
        self._wallet = wallet

    async def open(self) -> None:
        await self._subtensor.substrate.initialize()

    async def close(self) -> None:
        substrate: Any = self._subtensor.substrate  # its own annotations end here
        try:
            await substrate.close()
        finally:  # which stops half-way when reading the node's metadata had failed
            await substrate.ws.shutdown()

    async def current_block(self) -> int:
        return int(await self._subtensor.get_current_block())

    async def metagraph_info(self, netuid: int, block: int) -> MetagraphInfo | None:
        return await self._subtensor.get_metagraph_info(
            netuid, selected_indices=list(NEURON_FIELDS), block_hash=await self._hash(block)
        )

    async def subnet_hyperparameters(self, netuid: int, block: int) -> SubnetHyperparameters | None:
        return await self._subtensor.get_subnet_hyperparameters(netuid, block_hash=await self._hash(block))

    async def storage(self, name: str, keys: Sequence[int], block: int) -> Any:
        found = await self._subtensor.query_subtensor(name, list(keys), block_hash=await self._hash(block))
        return _plain(found)

    async def weights(self, netuid: int, block: int) -> Sequence[tuple[int, Sequence[tuple[int, int]]]]:
        rows = await self._subtensor.weights(netuid, block_hash=await self._hash(block))
        return [(int(_plain(uid)), _plain(row)) for uid, row in rows]

    async def next_epoch_start(self, netuid: int) -> int | None:
        try:
            return await self._subtensor.get_next_epoch_start_block(netuid)
        except ValueError:  # a runtime that does not have the call yet
            return None

    async def serve(self, netuid: int, host: str, port: int) -> ExtrinsicResponse:
        return await serve_extrinsic(
            self._subtensor,
            self._wallet,
            host,
            port,
            _AXON_PROTOCOL,
            netuid,
            mev_protection=False,  # by default an environment variable decides
        )

    async def set_weights(
        self, netuid: int, uids: Sequence[int], values: Sequence[int], version_key: int
    ) -> ExtrinsicResponse:
        response = await self._subtensor.set_weights(
            wallet=self._wallet,
            netuid=netuid,
            uids=list(uids),
            weights=list(values),
            max_attempts=1,
            version_key=version_key,
            mev_protection=False,
        )
        receipt = response.extrinsic_receipt
        if receipt is not None and receipt.block_number is None and receipt.block_hash is not None:
            receipt.block_number = await self._number(receipt.block_hash)
        return response

    async def _hash(self, block: int) -> str:
        """Without one the SDK would answer for its newest block instead."""
        found = await self._subtensor.substrate.get_block_hash(block)
        if not found:
            message = f"the node does not know block {block}"
            raise BlockNotFound(message)
        return str(found)

    async def _number(self, block_hash: str) -> int | None:
        """The block's number; None when it cannot be had, for what is in the block is done all the same."""
        try:
            return int(await self._subtensor.substrate.get_block_number(block_hash))
        except SDK_FAILURES:
            return None


def _plain(value: Any) -> Any:
    """What the SDK wraps in an object with a `value`, in some of its versions and for some of its answers."""
    return getattr(value, "value", value)
