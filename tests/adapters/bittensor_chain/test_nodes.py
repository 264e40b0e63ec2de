"""The SDK's own client against nodes that misbehave, on loopback."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
from bittensor_wallet import Keypair, Wallet

from reasonforge.adapters.bittensor.chain import BLOCK_FRESH_SECONDS, BittensorChain
from reasonforge.adapters.bittensor.connection import Deadlines
from reasonforge.adapters.bittensor.subtensor import dial
from reasonforge.adapters.bittensor.wallet import address_of
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import NetUid, Uid
from reasonforge.domain.weights import WeightRow, WeightsUnreachable
from tests.adapters.bittensor_chain.node import Mood, Node, free_port, listening, mute

# What the SDK leaves behind when a node breaks off in the middle of a handshake (a socket, a pending task) is collected
# within the test that caused it, and is no failure of another.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DEADLINES = Deadlines(read=1.0, write=1.0, close=0.5)
SLACK = 1.0
"""Seconds by which a busy machine may overrun a deadline."""

ROW = WeightRow((Uid(1),), (65_535,))


@pytest.fixture(autouse=True)
def leavings_collected() -> Iterator[None]:
    """See `pytestmark`."""
    yield
    gc.collect()


def wallet(folder: Path) -> Wallet:
    made = Wallet(name="w", hotkey="h", path=str(folder))
    made.set_hotkey(keypair=Keypair.create_from_uri("//Alice"), encrypt=False, overwrite=True)
    return made


def chain(port: int, folder: Path, clock: MemoryClock) -> BittensorChain:
    own = wallet(folder)
    connect = dial(f"ws://127.0.0.1:{port}", own)
    return BittensorChain(address_of(own), NetUid(1), connect, clock, Random(1), deadlines=DEADLINES)


async def lost_in_time(chain: BittensorChain) -> str:
    """What `ChainUnreachable` says, after asserting that it came within the deadline."""
    began = perf_counter()
    with pytest.raises(ChainUnreachable) as lost:
        await chain.current_block()
    assert perf_counter() - began < DEADLINES.read + SLACK
    return str(lost.value)


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.ANSWERS])
def test_a_node_that_turns_bad_and_recovers(mood: Mood, tmp_path: Path) -> None:
    """Whatever the node does to an open connection, the call is lost within its deadline; afterwards all is well."""

    async def scene() -> None:
        clock, node = MemoryClock(), Node()
        async with listening(node) as port:
            subject = chain(port, tmp_path, clock)
            first = await subject.current_block()
            clock.advance(BLOCK_FRESH_SECONDS)
            node.mood = mood
            assert await lost_in_time(subject)
            node.mood = Mood.ANSWERS
            assert await subject.current_block() > first
            assert node.connections >= 2
            await subject.close()

    asyncio.run(scene())


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.ANSWERS])
def test_a_node_that_is_bad_from_the_start(mood: Mood, tmp_path: Path) -> None:
    """Dialling is under the same deadline: reads are lost, weights are unreachable, and it works once the node does."""

    async def scene() -> None:
        node = Node()
        node.mood = mood
        async with listening(node) as port:
            subject = chain(port, tmp_path, MemoryClock())
            assert await lost_in_time(subject)
            assert isinstance(await subject.set_weights(ROW, 0), WeightsUnreachable)
            node.mood = Mood.ANSWERS
            assert await subject.current_block() >= 1000
            await subject.close()

    asyncio.run(scene())


def test_a_port_that_never_shakes_hands(tmp_path: Path) -> None:
    """A connection that is taken and left without a word is given up at the deadline."""

    async def scene() -> None:
        async with mute() as port:
            subject = chain(port, tmp_path, MemoryClock())
            assert "did not answer within 1 seconds" in await lost_in_time(subject)
            await subject.close()

    asyncio.run(scene())


def test_a_node_that_refuses_and_comes_back(tmp_path: Path) -> None:
    """A node that is down is unreachable at once, and is found again when it comes up on its port."""

    async def scene() -> None:
        with free_port() as port:
            subject = chain(port, tmp_path, MemoryClock())
        began = perf_counter()
        assert "cannot be reached" in await lost_in_time(subject)
        assert perf_counter() - began < DEADLINES.read
        async with listening(Node(), port):
            assert await subject.current_block() >= 1000
            await subject.close()

    asyncio.run(scene())


def test_a_node_that_restarts_between_two_calls(tmp_path: Path) -> None:
    """A connection that went away while nobody used it costs the next caller nothing."""

    async def scene() -> None:
        clock, node = MemoryClock(), Node()
        async with listening(node) as port:
            subject = chain(port, tmp_path, clock)
            first = await subject.current_block()
        clock.advance(BLOCK_FRESH_SECONDS)
        async with listening(node, port):
            assert await subject.current_block() > first
            await subject.close()

    asyncio.run(scene())
