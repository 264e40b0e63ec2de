"""Callers that break things, servers that are none, and blocks that pass by themselves."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.calls import CALLS
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.localnet.control import LedgerControl
from reasonforge.adapters.localnet.server import LedgerServer, pass_blocks
from reasonforge.adapters.localnet.wire import MOST_REQUEST_BYTES, PROTOCOL
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.errors import ChainRefused, ChainUnreachable, OperatorError
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.weights import WeightRow, WeightsUnreachable
from tests.adapters.localnet.served import VALIDATOR, subnet
from tests.strategies import json_values

RULES = Hyperparameters(tempo=5, weights_rate_limit=0)
ARGUMENTS = (
    *("at", "with_weights", "hotkey", "coldkey", "host", "port", "uids", "values", "version_key"),
    *("blocks", "amount", "stake", "last"),
)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def caller(address: LocalAddress) -> AsyncIterator[Streams]:
    """A connection that has been greeted."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        assert json.loads(await reader.readline())["protocol"] == PROTOCOL
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer_to(streams: Streams, line: bytes) -> dict[str, Any]:
    streams[1].write(line + b"\n")
    found = json.loads(await asyncio.wait_for(streams[0].readline(), 10))
    assert isinstance(found, dict)
    return found


def serving(scene: Callable[[LocalAddress, MemoryLedger], Awaitable[None]], **limits: Any) -> None:
    """Play a scene with a server, and see afterwards that a good caller is still served."""

    async def play() -> None:
        ledger = subnet(RULES)
        async with LedgerServer(ledger, "test", **limits).listening() as address:
            await scene(address, ledger)
            chain = RemoteMemoryChain(str(address), VALIDATOR)
            assert await chain.metagraph() == ledger.metagraph()
            chain.close()

    asyncio.run(play())


@given(
    st.sampled_from(sorted(CALLS)) | st.text(max_size=5),
    st.dictionaries(
        st.sampled_from(ARGUMENTS),
        json_values | st.lists(st.integers() | st.floats(), max_size=3) | st.integers(-3, 3) | st.just("miner-0"),
    )
    | json_values,
)
def test_any_request_is_answered(call: str, arguments: Any) -> None:
    """Every JSON object is answered by one line that is an answer, a refusal, or what is wrong with it."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        async with caller(address) as streams:
            answer = await answer_to(streams, json.dumps({"call": call, "with": arguments}).encode())
            assert len(answer) == 1
            assert set(answer) <= {"answer", "refused", "wrong"}
            assert "\n" not in str(answer.get("wrong", ""))
            assert ledger.books.balanced()

    serving(scene)


@given(st.binary(max_size=200).filter(lambda line: b"\n" not in line and not line.lstrip().startswith(b"{")))
def test_who_does_not_speak_the_protocol_is_told_once(line: bytes) -> None:
    """A line that is no JSON object is answered by what is wrong with it, and the connection ends."""

    async def scene(address: LocalAddress, _: MemoryLedger) -> None:
        async with caller(address) as streams:
            assert await answer_to(streams, line) == {"wrong": "a line must be one JSON object"}
            assert await streams[0].read() == b""

    serving(scene)


@pytest.mark.parametrize("line", [b"[" * 100_000, b"x" * (2 * MOST_REQUEST_BYTES), b'{"call": ' + b"1" * 9000 + b"}"])
def test_a_bomb_is_no_request(line: bytes) -> None:
    """Brackets without end, lines without end and numbers without end do not stop the server."""

    async def scene(address: LocalAddress, _: MemoryLedger) -> None:
        async with caller(address) as (reader, writer):
            writer.write(line + b"\n")
            with contextlib.suppress(ConnectionError):  # the server may hang up before it has read all of it
                await asyncio.wait_for(reader.read(), 10)

    serving(scene)


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "\x1b[2J", "x" * 257])
def test_names_that_others_could_not_print(name: str) -> None:
    """Half a character, control characters and endless names do not get onto the chain."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        control = LedgerControl(str(address))
        with pytest.raises(ValueError, match="hotkey must be a printable text"):
            await control.found(Hotkey(name), Coldkey("purse"))
        assert len(ledger.neurons) == 5
        control.close()

    serving(scene)


def test_numbers_that_no_ledger_counts_in() -> None:
    """Amounts beyond 63 bits and a negative count of epochs are refused before the ledger sees them."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        control, before = LedgerControl(str(address)), ledger.books
        with pytest.raises(ValueError, match="amount must be a whole number of at most"):
            await control.fund(Coldkey("purse"), Rao(2**63))
        with pytest.raises(ValueError, match="last must not be negative"):
            await control.history(-1)
        assert ledger.books == before
        control.close()

    serving(scene)


def test_a_web_page_cannot_call() -> None:
    """An HTTP request whose body holds calls ends at its first line; no block passes."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        async with caller(address) as (reader, writer):
            writer.write(b'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{"call": "advance", "with": {"blocks": 3}}\n')
            assert await reader.readline() == b'{"wrong":"a line must be one JSON object"}\n'
            with contextlib.suppress(ConnectionError):  # what was not read makes it a reset
                assert await reader.read() == b""
            assert ledger.block == 0

    serving(scene)


def test_silent_callers_make_room() -> None:
    """However many connections are opened and left, a newcomer is served, and an old caller comes back by itself."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        old = RemoteMemoryChain(str(address), VALIDATOR)
        assert await old.current_block() == 0
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(20):
                _, writer = await stack.enter_async_context(caller(address))
                writer.write(b'{"call": ')
            assert await old.metagraph() == ledger.metagraph()
        old.close()

    serving(scene, most_clients=4)


def test_who_keeps_talking_keeps_its_place() -> None:
    """The connection closed for a newcomer is the one silent for longest."""

    async def scene(address: LocalAddress, _: MemoryLedger) -> None:
        async with caller(address) as talking, caller(address) as silent:
            assert await answer_to(talking, b'{"call": "block"}') == {"answer": 0}
            async with caller(address):
                assert await answer_to(talking, b'{"call": "block"}') == {"answer": 0}
                with contextlib.suppress(ConnectionError):
                    assert await asyncio.wait_for(silent[0].read(), 10) == b""

    serving(scene, most_clients=2)


def test_a_caller_that_does_not_read_is_left() -> None:
    """Who asks and does not take the answers loses its connection; others are served meanwhile."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        chain = RemoteMemoryChain(str(address), VALIDATOR)
        with socket.create_connection((address.host, address.port)) as deaf:
            deaf.setblocking(False)
            loop, asked = asyncio.get_running_loop(), 0
            with contextlib.suppress(TimeoutError, ConnectionError):
                while True:
                    await asyncio.wait_for(loop.sock_sendall(deaf, b'{"call":"metagraph"}\n' * 1000), 1)
                    asked += 1000
                    assert asked < 10_000_000
                    assert await chain.metagraph() == ledger.metagraph()
            with contextlib.suppress(ConnectionError):
                while await asyncio.wait_for(loop.sock_recv(deaf, 1 << 20), 1):  # what was on its way, then the end
                    pass
            assert await chain.current_block() == 0
        chain.close()

    serving(scene, deadline_seconds=0.3)


class Tally(MemoryLedger):
    """A ledger that counts how often it was asked for its block."""

    asked = 0

    @property
    def block(self) -> BlockNumber:
        self.asked += 1
        return super().block


def test_who_asks_much_at_once_takes_turns() -> None:
    """Ten thousand calls in one breath do not keep another caller waiting until all are answered."""

    async def scene() -> None:
        ledger = Tally(RULES)
        async with LedgerServer(ledger, "test").listening() as address, caller(address) as (reader, writer):
            control = LedgerControl(str(address))
            assert await control.block() == 0
            writer.write(b'{"call":"block"}\n' * 10_000)
            assert json.loads(await reader.readline()) == {"answer": 0}
            assert await control.block() == 0
            assert ledger.asked < 1_000
            control.close()

    asyncio.run(scene())


def test_one_call_lets_one_epoch_pass() -> None:
    """However many blocks are asked for, one call passes an epoch's length of them and says what is left."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        async with caller(address) as streams:
            answer = await answer_to(streams, b'{"call": "advance", "with": {"blocks": 1000000000000}}')
            assert answer == {"answer": {"block": 6, "left": 999999999994}}
        control = LedgerControl(str(address))
        assert await control.advance(100) == ledger.block == 106
        assert len(ledger.history) == len(await control.history())
        with pytest.raises(ValueError, match="has passed"):
            await control.advance(-1)
        control.close()

    serving(scene)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost.example", ""])  # noqa: S104 - refused
def test_only_loopback_is_served(host: str) -> None:
    """Any other host than a loopback address is refused before anything listens."""

    async def scene() -> None:
        async with LedgerServer(subnet(RULES), "test").listening(host=host):
            pytest.fail("it listens")

    with pytest.raises(OperatorError, match="loopback"):
        asyncio.run(scene())


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none(port: int) -> None:
    """A number that is no port is the operator's mistake."""

    async def scene() -> None:
        async with LedgerServer(subnet(RULES), "test").listening(port):
            pytest.fail("it listens")

    with pytest.raises(OperatorError, match=str(port)):
        asyncio.run(scene())


def test_a_port_in_use_is_one_sentence() -> None:
    """A second server on the same port is the operator's mistake, and the first goes on."""

    async def scene(address: LocalAddress, _: MemoryLedger) -> None:
        with pytest.raises(OperatorError, match=f"port {address.port} of 127.0.0.1 is in use already"):
            async with LedgerServer(subnet(RULES), "second").listening(address.port):
                pytest.fail("it listens")

    serving(scene)


@pytest.mark.parametrize("turns", range(6))
def test_a_server_ends_with_callers_still_there(turns: int) -> None:
    """Closing waits for no caller, be it old, or one who came just now and was not greeted yet."""

    async def scene() -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with LedgerServer(subnet(RULES), "test").listening() as address:
                streams = [await stack.enter_async_context(caller(address)) for _ in range(3)]
                late = stack.enter_context(socket.socket())
                late.setblocking(False)
                await asyncio.get_running_loop().sock_connect(late, (address.host, address.port))
                for _ in range(turns):
                    await asyncio.sleep(0)
            for reader, _ in streams:
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""

    asyncio.run(asyncio.wait_for(scene(), 5))


@contextlib.asynccontextmanager
async def impostor(said: bytes, *, hang_up: bool) -> AsyncIterator[str]:
    """The address of something that says `said` to whoever connects, and then hangs up or falls silent."""
    writers: list[asyncio.StreamWriter] = []

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(said)
        if hang_up:
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"memory://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


GREETING = json.dumps({"protocol": PROTOCOL, "chain": "x", "netuid": 1}).encode() + b"\n"


@pytest.mark.parametrize(
    ("said", "hang_up", "raised", "sentence"),
    [
        (b"", False, ChainUnreachable, "did not answer within"),
        (b"", True, ChainUnreachable, "hung up"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", False, ChainRefused, "no local chain"),
        (b'{"protocol": "reasonforge-localnet/99"}\n', False, ChainRefused, "reasonforge-localnet/99"),
        (GREETING, False, ChainUnreachable, "did not answer within"),
        (GREETING, True, ChainUnreachable, "cannot be reached"),
        (GREETING + b"[]\n", False, ChainUnreachable, "answered wrongly"),
        (GREETING + b'{"answer": "many"}\n', False, ChainUnreachable, "answered wrongly"),
        (GREETING + b'{"answer": true}\n', False, ChainUnreachable, "answered wrongly"),
        (GREETING + b'{"refused": 5}\n', False, ChainUnreachable, "answered wrongly"),
    ],
)
def test_a_server_that_is_none(said: bytes, hang_up: bool, raised: type[Exception], sentence: str) -> None:
    """What does not answer as a local chain does is unreachable or refused, within the deadline."""

    async def scene() -> None:
        async with impostor(said, hang_up=hang_up) as url:
            chain = RemoteMemoryChain(url, Hotkey("me"), deadline_seconds=0.3)
            with pytest.raises(raised, match=sentence):
                await asyncio.wait_for(chain.current_block(), 5)
            chain.close()

    asyncio.run(scene())


@given(json_values)
def test_no_answer_makes_a_value_of_the_wrong_type(answered: Any) -> None:
    """Whatever a server answers where a metagraph or hyperparameters should be, the caller gets ChainUnreachable."""

    async def scene() -> None:
        said = GREETING + json.dumps({"answer": answered}).encode() + b"\n"
        async with impostor(said, hang_up=False) as url:
            chain = RemoteMemoryChain(url, Hotkey("me"), deadline_seconds=5)
            for call in (chain.metagraph, chain.hyperparameters):
                with pytest.raises(ChainUnreachable, match="answered wrongly"):
                    await call()
            chain.close()

    asyncio.run(scene())


def test_only_what_may_be_done_twice_is_asked_again() -> None:
    """When the connection ends before the answer, a read is asked once more; weights and blocks are not."""

    async def scene() -> None:
        asked: list[str] = []
        writers: list[asyncio.StreamWriter] = []

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """Answers one call a connection, and hangs up at the second."""
            writers.append(writer)
            writer.write(GREETING)
            for answer in (b'{"answer":5}\n', b""):
                asked.append(json.loads(await reader.readline())["call"])
                writer.write(answer)
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        url = f"memory://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        chain, control = RemoteMemoryChain(url, VALIDATOR), LedgerControl(url)
        assert (await chain.current_block(), await chain.current_block()) == (5, 5)
        assert isinstance(await chain.set_weights(WeightRow((Uid(1),), (1,)), 0), WeightsUnreachable)
        assert await control.block() == 5
        with pytest.raises(ChainUnreachable, match="hung up"):
            await control.advance(1)
        assert asked == ["block", "block", "block", "set_weights", "block", "advance"]
        chain.close()
        control.close()
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    asyncio.run(scene())


class LateClock:
    """Sleeps as long as it is asked to and a little longer, as told for each sleep; then for ever."""

    def __init__(self, lags: list[float]) -> None:
        self._lags = lags
        self._time = 0.0

    def now(self) -> float:
        return self._time

    def monotonic(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        if not self._lags:
            await asyncio.Event().wait()
        self._time += max(0.0, seconds) + self._lags.pop(0)


class Chronicle(MemoryLedger):
    """A ledger that notes when each of its blocks passed."""

    def __init__(self, clock: LateClock) -> None:
        super().__init__(RULES)
        self._clock = clock
        self.times: list[float] = []

    def advance(self, blocks: int = 1) -> BlockNumber:
        self.times.append(self._clock.monotonic())
        return super().advance(blocks)


def test_missed_blocks_are_not_made_up_for() -> None:
    """Blocks keep to their rhythm; those that the machine slept through are left out."""
    clock = LateClock([0, 0.5, 0, 30, 0, 0])
    ledger = Chronicle(clock)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(pass_blocks(ledger, clock, 12.0), 0.1))
    assert ledger.times == [12, 24.5, 36, 78, 84, 96]
    assert ledger.block == 6


def test_blocks_pass_by_wall_clock_while_calls_are_answered() -> None:
    """With a time for each block, callers see the chain move on by itself."""

    async def scene(address: LocalAddress, ledger: MemoryLedger) -> None:
        chain = RemoteMemoryChain(str(address), VALIDATOR)
        passing = asyncio.create_task(pass_blocks(ledger, SystemClock(), 0.01))
        async with asyncio.timeout(20):
            while await chain.current_block() < 12:
                assert (await chain.metagraph()).neurons
        assert ledger.history
        passing.cancel()
        await asyncio.wait([passing])
        chain.close()

    serving(scene)
