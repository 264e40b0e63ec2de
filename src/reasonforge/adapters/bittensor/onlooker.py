"""The chain for who only looks on: `reasonforge doctor` and `status`. It needs no wallet, and signs nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from attrs import frozen
from bittensor_wallet import Wallet

from reasonforge.adapters.bittensor.chain import BittensorChain
from reasonforge.adapters.bittensor.connection import Connection, Deadlines
from reasonforge.adapters.bittensor.subtensor import SdkSubtensor, SubtensorClient, dial
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import BlockNumber, Hotkey, NetUid


@asynccontextmanager
async def onlooking(
    network: str, hotkey: Hotkey, netuid: NetUid, clock: Clock, rng: Random, read_seconds: float
) -> AsyncIterator[BittensorChain]:
    """`hotkey`'s chain, each read within `read_seconds`; every write would fail for want of a key."""
    chain = BittensorChain(
        hotkey, netuid, dial(network, _nobody()), clock, rng, deadlines=Deadlines(read=read_seconds, close=2.0)
    )
    try:
        yield chain
    finally:
        await chain.close()


@frozen
class Heartbeat:
    """A node's newest block, when it says it was made (UTC seconds), and the hash of its chain's block 0."""

    block: BlockNumber
    made_at: float
    genesis: str


async def heartbeat(network: str, read_seconds: float) -> Heartbeat:
    """What a node says of its newest block; `ChainUnreachable` when it says nothing in time."""
    connection = Connection(lambda: _Watch(network), Deadlines(read=read_seconds, close=2.0))

    async def read(client: SubtensorClient) -> Heartbeat:
        if not isinstance(client, _Watch):
            raise ChainUnreachable("the node is not asked for its time")
        return await client.heartbeat()

    try:
        return await connection.read("its newest block's time", read)
    finally:
        await connection.close()


class _Watch(SdkSubtensor):
    """A client that also reads the Timestamp pallet, which is no part of the subnets' module."""

    def __init__(self, network: str) -> None:
        super().__init__(network, _nobody())

    async def heartbeat(self) -> Heartbeat:
        block = await self.current_block()
        made = await self._subtensor.get_timestamp(block_hash=await self._hash(block))
        return Heartbeat(BlockNumber(block), made.timestamp(), await self._hash(0))


def _nobody() -> Wallet:
    """A wallet that is never opened."""
    return Wallet(name="nobody", hotkey="nobody", path="/nonexistent")
