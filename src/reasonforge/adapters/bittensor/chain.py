import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from ipaddress import ip_address
from random import Random
from typing import Any, Generic, TypeVar

from async_substrate_interface.errors import StateDiscardedError
from attrs import frozen

from reasonforge.adapters.bittensor.connection import DEFAULT_DEADLINES, Connection, Deadlines
from reasonforge.adapters.bittensor.readings import hyperparameters, neurons, weight_shares
from reasonforge.adapters.bittensor.subtensor import Dial, SubtensorClient
from reasonforge.adapters.bittensor.weights import Accepted, TryLater, preflight, read_answer
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.epoch import Tempo
from reasonforge.domain.errors import ChainRefused, ChainUnreachable
from reasonforge.domain.identity import GENESIS, SECONDS_PER_BLOCK, BlockNumber, Hotkey, NetUid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)

Answer = TypeVar("Answer")

BLOCK_FRESH_SECONDS = SECONDS_PER_BLOCK / 3
METAGRAPH_FRESH_BLOCKS = 5
ATTEMPTS = 3


@frozen
class _Head:
    """The newest block, and the moment it was read."""

    block: BlockNumber
    read_at: float


class _Shared(Generic[Answer]):
    """One read for all who want it at the same time. Who is cancelled leaves it to the others."""

    def __init__(self, read: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        self._read = read
        self._reading: asyncio.Task[Answer] | None = None

    async def __call__(self) -> Answer:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(_noticed)
        return await asyncio.shield(self._reading)


def _noticed(reading: "asyncio.Task[Any]") -> None:
    """A failed read that nobody waits for any more is no news."""
    if not reading.cancelled():
        reading.exception()


class BittensorChain:
    """The Chain port for one neuron, over one connection to a Subtensor node.

    The newest block is read once in a third of a block. The newest metagraph without weights is one reading for all
    callers, at most `METAGRAPH_FRESH_BLOCKS` old; with weights, or at a given block, it is read for the caller. What
    this neuron writes ends the readings from before it.

    Args:
        hotkey: who we are; `dial` makes clients that sign with it.
        netuid: the subnet.
        dial: makes a new client, and again each time the last one hangs or breaks.
        clock: measures how old a reading is, and waits between attempts.
        rng: jitter of those waits.
        deadlines: see `Deadlines`.
        epoch_length: blocks of an epoch, where the chain does not say when the next one begins.
    """

    def __init__(
        self,
        hotkey: Hotkey,
        netuid: NetUid,
        dial: Dial,
        clock: Clock,
        rng: Random,
        *,
        deadlines: Deadlines = DEFAULT_DEADLINES,
        epoch_length: int = 361,
    ) -> None:
        self._hotkey = hotkey
        self._netuid = netuid
        self._connection = Connection(dial, deadlines)
        self._clock = clock
        self._rng = rng
        self._fallback = Tempo(epoch_length - 1, netuid)
        self._head: _Head | None = None
        self._newest: Metagraph | None = None
        self._written_at = BlockNumber(-1)
        self._shared_head = _Shared(self._read_head)
        self._shared_metagraph = _Shared(self._read_newest)

    @property
    def hotkey(self) -> Hotkey:
        return self._hotkey

    @property
    def netuid(self) -> NetUid:
        return self._netuid

    async def close(self) -> None:
        """Give the connection back."""
        await self._connection.close()

    async def current_block(self) -> BlockNumber:
        head = self._head
        if head is not None and self._clock.monotonic() - head.read_at < BLOCK_FRESH_SECONDS:
            return head.block
        return await self._shared_head()

    async def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph:
        head = await self.current_block()
        if at is None and not with_weights:
            return self._fresh(head) or await self._shared_metagraph()
        block = head if at is None else at
        if block > head:
            head = await self._shared_head()
        if not GENESIS <= block <= head:
            message = f"there is no block {block} yet: the newest is {head}"
            raise ChainRefused(message)
        return await self._read_metagraph(block, with_weights=with_weights)

    async def hyperparameters(self) -> Hyperparameters:
        return await self._read_hyperparameters(await self.current_block())

    async def next_epoch_start(self) -> BlockNumber:
        """The next block in which the chain runs this subnet's epoch; by the fallback length when it does not say."""
        announced = await self._read("the next epoch", lambda client: client.next_epoch_start(self._netuid))
        head = await self.current_block()
        if announced is not None and announced > head:
            return BlockNumber(announced)
        return self._fallback.epoch_at(BlockNumber(head + 1)).last_block

    async def serve(self, endpoint: Endpoint) -> None:
        try:
            host = str(ip_address(endpoint.host))
        except ValueError as error:
            message = f"the chain publishes IP addresses, and {endpoint.host!r} is none"
            raise ChainRefused(message) from error
        own = (await self._read_metagraph(await self._shared_head(), with_weights=False)).of(self._hotkey)
        if own is None:
            message = f"{self._hotkey} is not registered in subnet {self._netuid}, so it can serve nothing there"
            raise ChainRefused(message)
        if own.endpoint == Endpoint(host, endpoint.port):
            return
        response = await self._connection.write(
            "publication of our endpoint", lambda client: client.serve(self._netuid, host, endpoint.port)
        )
        self._forget()
        answer = read_answer(response)
        if isinstance(answer, WeightsUnreachable):
            raise ChainUnreachable(answer.detail)
        if isinstance(answer, TryLater):
            raise ChainRefused(answer.refusal.detail)
        if isinstance(answer, WeightsRefused):
            raise ChainRefused(answer.detail)

    async def set_weights(self, row: WeightRow, version_key: int) -> WeightsOutcome:
        outcome = await self._attempt(row, version_key)
        for attempt in range(1, ATTEMPTS):
            if not isinstance(outcome, TryLater):
                break
            blocks = math.ldexp(1.0 + self._rng.random() / 2, attempt - 1)
            await self._clock.sleep(SECONDS_PER_BLOCK * blocks)
            outcome = await self._attempt(row, version_key)
        return outcome.refusal if isinstance(outcome, TryLater) else outcome

    async def _attempt(self, row: WeightRow, version_key: int) -> WeightsOutcome | TryLater:
        try:
            head = await self._shared_head()
            asked = await self._read_hyperparameters(head)
            metagraph = await self._read_metagraph(head, with_weights=False)
            refusal = preflight(row, version_key, self._hotkey, metagraph, asked)
            if refusal is not None:
                return refusal
            boundary = await self.next_epoch_start()
            response = await self._connection.write(
                "our weights", lambda client: client.set_weights(self._netuid, row.uids, row.values, version_key)
            )
        except ChainUnreachable as lost:
            self._forget()
            return WeightsUnreachable(str(lost))
        except ChainRefused as refused:  # between two blocks the node changed its mind about the first
            return WeightsRefused(RefusalReason.OTHER, str(refused))
        self._forget()
        answer = read_answer(response)
        if not isinstance(answer, Accepted):
            return answer
        block = answer.block if answer.block is not None else await self._block_after(head)
        self._written_at = block
        if not answer.committed:
            return WeightsSet(block)
        return WeightsCommitted(block, _reveal_block(block, boundary, asked))

    async def _block_after(self, head: BlockNumber) -> BlockNumber:
        """Where a write of which we know only that it was done must be by now."""
        with suppress(ChainUnreachable):
            return await self._shared_head()
        return head

    def _fresh(self, head: BlockNumber) -> Metagraph | None:
        """The shared reading, unless it is old, or from before our last weights, or of a chain that has gone back."""
        newest = self._newest
        if newest is None or newest.block <= self._written_at or newest.block > head:
            return None
        return newest if head - newest.block < METAGRAPH_FRESH_BLOCKS else None

    def _forget(self) -> None:
        self._head = None
        self._newest = None

    async def _read(self, what: str, act: Callable[[SubtensorClient], Awaitable[Answer]]) -> Answer:
        return await self._connection.read(what, act)

    async def _read_head(self) -> BlockNumber:
        block = BlockNumber(await self._read("the newest block", lambda client: client.current_block()))
        self._head = _Head(block, self._clock.monotonic())
        return block

    async def _read_newest(self) -> Metagraph:
        newest = await self._read_metagraph(await self.current_block(), with_weights=False)
        self._newest = newest
        return newest

    async def _read_metagraph(self, block: BlockNumber, *, with_weights: bool) -> Metagraph:
        async def read(client: SubtensorClient) -> Metagraph | None:
            info = await client.metagraph_info(self._netuid, block)
            if info is None:
                return None
            trust = await client.storage("ValidatorTrust", [self._netuid], block)
            present = neurons(info, trust or ())
            rows = await client.weights(self._netuid, block) if with_weights else None
            return Metagraph(self._netuid, block, present, None if rows is None else weight_shares(rows, present))

        try:
            metagraph = await self._read(f"the metagraph of block {block}", read)
        except StateDiscardedError as error:
            oldest = await self._oldest_kept(block)
            message = f"the state of block {block} is no longer kept: the oldest kept is block {oldest}"
            raise ChainRefused(message) from error
        if metagraph is None:
            message = f"there is no subnet {self._netuid} in block {block}"
            raise ChainRefused(message)
        return metagraph

    async def _read_hyperparameters(self, block: BlockNumber) -> Hyperparameters:
        async def read(client: SubtensorClient) -> Hyperparameters | None:
            asked = await client.subnet_hyperparameters(self._netuid, block)
            if asked is None:
                return None
            slots = await client.storage("MaxAllowedUids", [self._netuid], block)
            return hyperparameters(asked, int(slots), int(await client.storage("StakeThreshold", [], block)))

        found = await self._read("the subnet's hyperparameters", read)
        if found is None:
            message = f"there is no subnet {self._netuid}"
            raise ChainRefused(message)
        return found

    async def _oldest_kept(self, gone: BlockNumber) -> BlockNumber:
        """Bisection between a block whose state is gone and the newest: a node drops states from the oldest on."""

        async def search(client: SubtensorClient) -> BlockNumber:
            lost, kept = int(gone), await client.current_block()
            while kept - lost > 1:
                middle = (lost + kept) // 2
                try:
                    await client.storage("Tempo", [self._netuid], middle)
                except StateDiscardedError:
                    lost = middle
                else:
                    kept = middle
            return BlockNumber(kept)

        return await self._read("the oldest block it keeps", search)


def _reveal_block(committed: BlockNumber, boundary: BlockNumber, chain: Hyperparameters) -> BlockNumber:
    """A row is revealed where the `reveal_period`-th epoch from its commit is run."""
    length = chain.tempo + 1
    while boundary <= committed:  # an epoch ended while we waited
        boundary = BlockNumber(boundary + length)
    return BlockNumber(boundary + (chain.reveal_period - 1) * length)
