"""One hostile miner beside an honest one: the first is a silence with a reason, and the second is paid."""

import asyncio
import gzip
import itertools
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import Health, Request
from reasonforge.domain.identity import Uid
from reasonforge.domain.metagraph import Endpoint
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.task import Question
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, known_as, miner_key, neuron_at, neuron_of
from tests.contracts.transport import HONEST, fields_for, question, reason_of, received, submission_for

SECONDS = 1.0
ASKED, PATIENTLY = question(1, SECONDS), question(1, 10.0)

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode("latin-1") + body


def says(*pieces: bytes) -> Peer:
    async def peer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return peer


def repeats(start: bytes, piece: bytes, pause: float = 0.0) -> Peer:
    async def peer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for number in itertools.count():
            writer.write(piece)
            await writer.drain()
            if pause or number % 100 == 0:
                await asyncio.sleep(pause)

    return peer


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset instead of a farewell."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def answer(**changed: Any) -> bytes:
    return json.dumps({**fields_for(ASKED), **changed}).encode()


@asynccontextmanager
async def peer_at(peer: Peer) -> AsyncIterator[Endpoint]:
    """A peer that reads the request's head and then does what it does."""
    ended: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        ended.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await peer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the validator hung up, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)


def beside(peer: Peer, asked: Question = PATIENTLY) -> tuple[Reply, Reply]:
    """What a validator gets of the hostile peer and of an honest miner that it asks at the same time."""

    async def go() -> tuple[Reply, Reply]:
        clock = SystemClock()
        miner = BittensorMinerTransport(miner_key(1), clock, host="127.0.0.1", port=0)
        await miner.serve(Uid(1), known_as(HONEST))
        try:
            async with peer_at(peer) as endpoint:
                asker = BittensorTransport(VALIDATOR_KEY, clock, allow_private=True)
                hostile, honest = await asker.ask(
                    [Request(neuron_at(endpoint), asked), Request(neuron_of(miner, 1), asked)]
                )
                return hostile, honest
        finally:
            await miner.close()

    return asyncio.run(go())


OK = "200 OK"
DEEP = b'{"artifact": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n"
BOMB = gzip.compress(b"[" + b" " * 10_000_000 + b"]")


@pytest.mark.parametrize(
    ("peer", "reason"),
    [
        pytest.param(silent, SilenceReason.TIMEOUT, id="silent"),
        pytest.param(repeats(LONG, b" ", 0.01), SilenceReason.TIMEOUT, id="slow drip"),
        pytest.param(repeats(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.01), SilenceReason.TIMEOUT, id="slow header"),
        pytest.param(repeats(LONG, b" " * 65_536), SilenceReason.TOO_LARGE, id="50 MB"),
        pytest.param(repeats(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65_536), SilenceReason.TOO_LARGE, id="endless body"),
        pytest.param(
            repeats(CHUNKED, b"10000\r\n" + b" " * 65_536 + b"\r\n"), SilenceReason.TOO_LARGE, id="endless chunks"
        ),
        pytest.param(repeats(CHUNKED, b"1\r\n \r\n" * 1_000), SilenceReason.MALFORMED, id="crumbs"),
        pytest.param(
            repeats(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1_000), SilenceReason.MALFORMED, id="endless headers"
        ),
        pytest.param(repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), SilenceReason.MALFORMED, id="endless 100s"),
        pytest.param(says(http(BOMB, OK, "Content-Encoding: gzip\r\n")), SilenceReason.MALFORMED, id="gzip bomb"),
        pytest.param(says(http(BOMB)), SilenceReason.MALFORMED, id="undeclared gzip"),
        pytest.param(says(http(DEEP)), SilenceReason.MALFORMED, id="nested 100,000 deep"),
        pytest.param(says(http(b'{"a": ' + b"9" * 900_000 + b"}")), SilenceReason.MALFORMED, id="endless number"),
        pytest.param(says(http(b'{"a": "\xff"}')), SilenceReason.MALFORMED, id="no UTF-8"),
        pytest.param(says(http(b"")), SilenceReason.MALFORMED, id="nothing said"),
        pytest.param(says(http(answer())[:-7]), SilenceReason.MALFORMED, id="cut short"),
        pytest.param(says(b"\x00\xff" * 5_000), SilenceReason.MALFORMED, id="garbage"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.6\r\n"), SilenceReason.MALFORMED, id="another protocol"),
        pytest.param(says(), SilenceReason.UNREACHABLE, id="hangs up"),
        pytest.param(resets, SilenceReason.UNREACHABLE, id="reset"),
        pytest.param(says(http(answer(problem="another"))), SilenceReason.HASH_MISMATCH, id="tampered question"),
        pytest.param(says(http(answer(timeout_seconds=9))), SilenceReason.HASH_MISMATCH, id="tampered deadline"),
        pytest.param(says(http(answer(task_id="another"))), SilenceReason.HASH_MISMATCH, id="another's task"),
        pytest.param(says(http(answer(final_answer="43"))), SilenceReason.HASH_MISMATCH, id="tampered answer"),
        pytest.param(says(http(b'{"status": "ready"}')), SilenceReason.HASH_MISMATCH, id="wrong synapse"),
        pytest.param(says(http(b'{"message": "no"}', "403 Forbidden")), SilenceReason.REFUSED, id="refusal"),
        pytest.param(says(http(b"x" * 900_000, "500 \xfc")), SilenceReason.REFUSED, id="long refusal"),
        pytest.param(says(http(DEEP[:4_000], "500 Oh")), SilenceReason.REFUSED, id="deep refusal"),
        pytest.param(says(http(b"{}", "204 No Content")), SilenceReason.REFUSED, id="no content"),
    ],
)
def test_a_hostile_miner_is_a_silence(peer: Peer, reason: SilenceReason) -> None:
    """Whatever a miner sends, and however, it is a silence in its own time, and the next miner has its answer."""
    asked = ASKED if reason is SilenceReason.TIMEOUT else PATIENTLY
    hostile, honest = beside(peer, asked)
    found = received(Request(neuron_at(Endpoint("", 1)), asked), hostile)
    assert isinstance(found, Silence)
    assert found.reason is reason
    assert len(found.detail) <= 160
    assert hostile.elapsed_seconds < asked.timeout_seconds + 0.5
    assert received(Request(neuron_at(Endpoint("", 1)), asked), honest) == submission_for(asked)


def test_a_redirect_is_not_followed() -> None:
    """A miner that sends us to another port is malformed, and nobody calls there."""
    called: list[str] = []

    async def other(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        called.append("called")

    async def go() -> Reply:
        async with peer_at(other) as elsewhere:
            there = f"Location: http://{elsewhere}/ReasoningTask\r\n"
            async with peer_at(says(http(b"{}", "307 Temporary Redirect", there))) as endpoint:
                asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
                (reply,) = await asker.ask([Request(neuron_at(endpoint), ASKED)])
                return reply

    assert reason_of(asyncio.run(go())) is SilenceReason.MALFORMED
    assert called == []


@pytest.mark.parametrize(
    "said",
    [
        {"status": "ready", "supported_domains": [1] * 300_000},
        {"status": "ready", "supported_domains": ["code"] * 100_000},
        {"status": "ready", "supported_domains": {"code": 1}},
        {"status": ["ready"]},
        {"status": ""},
        {},
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_hostile_health_is_a_silence(said: dict[str, Any]) -> None:
    """A health check's reply that is none, however long, is malformed in one short line."""

    async def go() -> Health | Silence:
        async with peer_at(says(http(json.dumps(said).encode()))) as endpoint:
            asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
            (found,) = await asker.health([neuron_at(endpoint)])
            return found

    found = asyncio.run(go())
    assert isinstance(found, Silence)
    assert found.reason is SilenceReason.MALFORMED
    assert len(found.detail) <= 160


def test_what_a_reply_says_of_itself_is_not_read() -> None:
    """Null, false and absurd dendrites and axons in a reply's body and headers change nothing in what it answers."""
    body = answer(dendrite=None, axon={"status_code": "x"}, name=7, timeout="soon", computed_body_hash=[1])
    headers = "bt_header_dendrite_hotkey: \r\nbt_header_dendrite_nonce: null\r\nbt_header_axon_status_code: 403\r\n"
    reply, _ = beside(says(http(body, OK, headers)))
    assert isinstance(reply, Answer)
    assert reply.fields == fields_for(ASKED)


def test_many_dear_replies_cost_no_neighbour_its_time() -> None:
    """Twenty replies of almost 1 MB that are dear to read leave an honest miner beside them its answer."""

    async def go() -> tuple[Reply, ...]:
        clock = SystemClock()
        miner = BittensorMinerTransport(miner_key(1), clock, host="127.0.0.1", port=0)
        await miner.serve(Uid(1), known_as(HONEST))
        dear = says(http(b'{"artifact": [' + b"{}," * 330_000 + b"{}]}"))
        try:
            async with peer_at(dear) as endpoint:
                asker = BittensorTransport(VALIDATOR_KEY, clock, allow_private=True)
                hostile = [Request(neuron_at(endpoint), PATIENTLY)] * 20
                return tuple(await asker.ask([*hostile, Request(neuron_of(miner, 1), PATIENTLY)]))
        finally:
            await miner.close()

    *_, honest = asyncio.run(go())
    assert received(Request(neuron_at(Endpoint("", 1)), PATIENTLY), honest) == submission_for(PATIENTLY)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(http)))
@settings(max_examples=100)
def test_any_bytes_are_a_reply_or_a_silence(body: bytes) -> None:
    """Whatever bytes come back, with HTTP around them or without, nothing is raised."""

    async def go() -> Reply:
        async with peer_at(says(body)) as endpoint:
            asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
            (reply,) = await asker.ask([Request(neuron_at(endpoint), ASKED)])
            return reply

    assert isinstance(received(Request(neuron_at(Endpoint("", 1)), ASKED), asyncio.run(go())), Silence)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "fe80::1", "::ffff:10.0.0.1", "localhost", "example.org", "127.1", "", "1.1.1.1:80", "//1.1.1.1"),
        "0.0.0.0",  # noqa: S104 - asked, not bound
    ],
)
def test_only_global_addresses_are_asked(host: str) -> None:
    """A private, loopback, link-local or multicast address, or a name, is unreachable, and no connection is made."""

    async def go() -> Reply:
        asker = BittensorTransport(VALIDATOR_KEY, SystemClock())
        (reply,) = await asker.ask([Request(neuron_at(Endpoint(host, 8091)), ASKED)])
        return reply

    start = time.monotonic()
    assert reason_of(asyncio.run(go())) is SilenceReason.UNREACHABLE
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111"])
def test_global_addresses_may_be_asked(host: str) -> None:
    """An address that all the world can reach passes."""
    asker = BittensorTransport(VALIDATOR_KEY, SystemClock())
    assert asker._vetted(Endpoint(host, 8091)) == Endpoint(host, 8091)


@pytest.mark.parametrize("port", [0, -1, 65_536, 10**30])
def test_an_absurd_port_is_unreachable(port: int) -> None:
    """A port that is none is a miner that cannot be reached."""

    async def go() -> Reply:
        asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
        (reply,) = await asker.ask([Request(neuron_at(Endpoint("127.0.0.1", port)), ASKED)])
        return reply

    assert reason_of(asyncio.run(go())) is SilenceReason.UNREACHABLE
