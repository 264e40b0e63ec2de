"""The first look at a caller: whom it turns away, that the answer arrives, and that everybody else is served."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from reasonforge.adapters.bittensor import threshold
from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.dendrite import Dendrites
from reasonforge.adapters.bittensor.post import Connection, Message
from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.adapters.bittensor.synapses import FROZEN_FIELDS, ReasoningTask
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.identity import Hotkey, Uid
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, miner_key
from tests.contracts.transport import HONEST, question

CLOCK = SystemClock()
STRANGER_KEY = Keypair.create_from_uri("//Stranger")
NO = Refusal("not registered on this subnet")
SAID = b"Forbidden. Key is blacklisted: not registered on this subnet."


@frozen
class Door:
    """A miner that knows one validator, and counts whom it was asked to admit."""

    miner: BittensorMinerTransport
    asked: list[Hotkey]

    def signed(self, key: Keypair = VALIDATOR_KEY, letters: int = 10) -> Message:
        task = ReasoningTask.from_domain(evolve(question(1, 5.0), problem="x" * letters))
        body = task.model_dump(include=set(FROZEN_FIELDS))
        return Dendrites(key, CLOCK).signed(task, body, self.miner.hotkey, self.miner.endpoint, "d")

    async def status(self, message: Message) -> int:
        connection = await Connection.to("127.0.0.1", self.miner.endpoint.port)
        try:
            async with asyncio.timeout(10):
                return (await connection.post(message, 1_000_000)).status
        finally:
            connection.close()

    async def raw(self, *pieces: bytes) -> bytes:
        """Write the pieces one by one, and read until the miner hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.miner.endpoint.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.001)
        try:
            return await asyncio.wait_for(reader.read(), 8)
        finally:
            writer.transport.abort()


def written(message: Message, *more: str, verb: str = "POST") -> bytes:
    lines = [
        f"{verb} {message.path} HTTP/1.1",
        "Host: m",
        "Content-Type: application/json",
        f"Content-Length: {len(message.body)}",
        *more,
    ]
    lines += [f"{name}: {value}" for name, value in message.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + message.body


def at_the_door(go: Callable[[Door], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        asked: list[Hotkey] = []

        async def admit(caller: Hotkey) -> Refusal | None:
            asked.append(caller)
            return foresee(caller)

        def foresee(caller: Hotkey) -> Refusal | None:
            return None if caller == VALIDATOR_KEY.ss58_address else NO

        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0)
        await miner.serve(Uid(0), evolve(HONEST, admit=admit, foresee=foresee))
        try:
            await go(Door(miner, asked))
        finally:
            await miner.close()

    asyncio.run(run())


def test_who_will_be_refused_is_refused_before_anybody_looks() -> None:
    """A foreseen refusal comes as an Axon's does, without admission being asked; the validator beside it is served."""

    async def go(door: Door) -> None:
        said = await door.raw(written(door.signed(STRANGER_KEY)))
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b"bt_header_axon_status_code: 403" in head
        assert b"bt_header_axon_status_message: " + SAID in head
        assert body == b'{"message": "' + SAID + b'"}'
        assert door.asked == []
        assert await door.status(door.signed()) == 200
        assert door.asked == [VALIDATOR_KEY.ss58_address]

    at_the_door(go)


def test_the_answer_arrives_whatever_is_still_being_sent() -> None:
    """Who sends most of a megabyte before it reads is told all the same; who never ends it is hung up on."""

    async def go(door: Door) -> None:
        long = written(door.signed(STRANGER_KEY, letters=900_000))
        assert (await door.raw(long[:500], long[500:100_000], long[100_000:])).startswith(b"HTTP/1.1 403")
        assert (await door.raw(long[:-1])).startswith(b"HTTP/1.1 403")

    at_the_door(go)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_head_in_pieces_is_a_head(size: int) -> None:
    """However the bytes arrive, the validator is served and the stranger is not."""

    async def go(door: Door) -> None:
        for key, status in ((VALIDATOR_KEY, b"200"), (STRANGER_KEY, b"403")):
            whole = written(door.signed(key))
            pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
            assert (await door.raw(*pieces)).startswith(b"HTTP/1.1 " + status)

    at_the_door(go)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"bt_header_dendrite_hotkey": ""}, 401),
        ({"bt_header_dendrite_uuid": ""}, 401),
        ({"bt_header_dendrite_nonce": ""}, 401),
        ({"bt_header_dendrite_nonce": "-1"}, 401),
        ({"bt_header_dendrite_nonce": "9" * 30}, 401),
        ({"bt_header_dendrite_nonce": "1"}, 401),
        ({"bt_header_dendrite_signature": ""}, 401),
        ({"bt_header_dendrite_signature": "0x" + "00" * 64}, 401),
        ({"computed_body_hash": "0" * 64}, 401),
        ({"computed_body_hash": "0" * 4_000}, 401),
    ],
    ids=str,
)
def test_what_the_headers_show_to_be_wrong_goes_no_further(changed: dict[str, str], status: int) -> None:
    """A validator's message with a header missing, no number, out of date or not signed costs admission nothing."""

    async def go(door: Door) -> None:
        message = door.signed()
        assert await door.status(evolve(message, headers={**message.headers, **changed})) == status
        assert door.asked == []

    at_the_door(go)


def test_a_header_said_twice_is_not_believed() -> None:
    """Two hotkeys, or two lengths, and nobody need find out which one counts: the first of them may be entitled."""

    async def go(door: Door) -> None:
        message = door.signed()
        for more in ("bt_header_dendrite_hotkey: 5Else", "BT_HEADER_DENDRITE_NONCE: 1", "content-length: 1"):
            assert (await door.raw(written(message, more))).startswith(b"HTTP/1.1 400")
        assert (await door.raw(written(message, verb="GET"))).startswith(b"HTTP/1.1 405")
        assert door.asked == []
        assert await door.status(message) == 200

    at_the_door(go)


def test_a_message_sent_again_goes_no_further() -> None:
    """What was taken once is refused by its nonce alone."""

    async def go(door: Door) -> None:
        message = door.signed()
        assert [await door.status(message) for _ in range(3)] == [200, 401, 401]
        assert door.asked == [VALIDATOR_KEY.ss58_address]

    at_the_door(go)


@pytest.mark.parametrize(
    "junk",
    [b"\n\n", b"\r\n\r\n", b"POST / HTTP/1.1\n\n", b"\x00" * 70_000, b"A: b\r\n" * 12_000, b"POST \xff\r\n\r\n"],
    ids=lambda junk: repr(junk[:12]),
)
def test_what_is_no_http_is_hung_up_on(junk: bytes) -> None:
    """Whatever bytes come, the connection ends, and the next caller is served."""

    async def go(door: Door) -> None:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            assert not (await door.raw(junk)).startswith(b"HTTP/1.1 2")
        assert await door.status(door.signed()) == 200

    at_the_door(go)


def test_a_thousand_strangers_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a flood there are as many sockets and tasks as before it, and nothing waits for a clock."""
    monkeypatch.setattr(threshold, "HEADER_SECONDS", 3_600.0)

    async def go(door: Door) -> None:
        def open_files() -> int:
            return len(list(Path("/proc/self/fd").iterdir()))

        def waiting() -> int:
            timers: list[asyncio.TimerHandle] = getattr(asyncio.get_running_loop(), "_scheduled", [])
            return sum(not timer.cancelled() for timer in timers)

        assert await door.status(door.signed()) == 200
        await asyncio.sleep(0.1)
        before = open_files(), len(asyncio.all_tasks()), waiting()
        message = door.signed(STRANGER_KEY)
        for _ in range(50):
            assert set(await asyncio.gather(*(door.status(message) for _ in range(20)))) == {403}
        await asyncio.sleep(0.1)
        assert (open_files(), len(asyncio.all_tasks())) == before[:2]
        assert waiting() <= before[2] + 2

    at_the_door(go)
