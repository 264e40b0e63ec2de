"""Webhooks as another server sees them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from attrs import define, evolve, field, frozen
from standardwebhooks.webhooks import Webhook

from reasonforge.adapters.http.address_book import SystemAddressBook
from reasonforge.adapters.http.webhook_sender import HttpxWebhookSender
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.gateway.deliver_webhooks import BACKOFF_SECONDS, DeliverWebhooks
from reasonforge.application.ports.outbox import Parcel
from reasonforge.application.ports.user_tasks import TaskRecord
from reasonforge.application.ports.webhooks import Delivered, NotDelivered
from reasonforge.domain.access_key import KeyId, webhook_secret
from reasonforge.domain.callback import read_callback
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import TaskId
from reasonforge.domain.user_task import UserTask, UserTaskState
from tests.contracts.webhooks import AddressBookContract

PEPPER = b"p" * 32
KEY = KeyId("0" * 18)
PLAIN = frozenset({"127.0.0.1"})
RECORD = TaskRecord(
    1, UserTask(TaskId("task_1"), "me", "A problem.", Discipline.CAUSAL, 3, 60.0, 0.0), UserTaskState.COMPLETED
)


class TestSystemAddressBook(AddressBookContract):
    def addresses(self) -> SystemAddressBook:
        return SystemAddressBook()


@define
class Outpost:
    """A server that answers every request alike, and keeps what it was sent."""

    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    heard: list[tuple[dict[str, str], bytes]] = field(factory=list)
    port: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Outpost"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        self.heard.append((headers, await reader.readexactly(int(headers.get("content-length", "0")))))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@define
class OneParcel:
    """An outbox with a single parcel."""

    parcel: Parcel
    told: list[tuple[str, object]] = field(factory=list)

    async def claim(self, _now: float, _lease: float, _limit: int) -> Sequence[Parcel]:
        return [self.parcel]

    async def delivered(self, parcel: str) -> None:
        self.told.append(("delivered", parcel))

    async def postpone(self, parcel: str, due_at: float, why: str) -> None:
        del parcel, why
        self.told.append(("postponed", due_at))

    async def abandon(self, parcel: str, why: str) -> None:
        del parcel
        self.told.append(("abandoned", why))


@frozen
class Names:
    """An address book by rule: each question gets the next answer, the last one for ever."""

    answers: list[list[str]]

    async def resolve(self, _host: str, _port: int) -> Sequence[str]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@define
class Sent:
    """A sender that connects nowhere, and notes where it would have."""

    to: list[str] = field(factory=list)

    async def send(self, _callback: object, address: str, _headers: object, _body: bytes) -> Delivered | NotDelivered:
        self.to.append(address)
        return Delivered(200)


def body_of(record: TaskRecord) -> bytes:
    return json.dumps({"task_id": record.task.task_id}).encode()


def delivered_to(outpost: Outpost, path: str = "/hook", attempts: int = 0) -> OneParcel:
    async def go() -> OneParcel:
        async with outpost.listening(), HttpxWebhookSender() as sender:
            outbox = OneParcel(Parcel("msg_1", KEY, f"http://127.0.0.1:{outpost.port}{path}", attempts, RECORD))
            clock = MemoryClock(start=SystemClock().now())  # the verifier has a window
            await DeliverWebhooks(outbox, SystemAddressBook(), sender, clock, PEPPER, body_of, PLAIN)()
            return outbox

    return asyncio.run(go())


def test_a_webhook_is_signed_by_the_standard() -> None:
    """The scheme's own verifier takes what our server was sent, and not another body."""
    outpost = Outpost()
    assert delivered_to(outpost).told == [("delivered", "msg_1")]
    headers, body = outpost.heard[0]
    verifier = Webhook(webhook_secret(PEPPER, KEY))
    assert verifier.verify(body, headers) == {"task_id": "task_1"}
    with pytest.raises(Exception, match="No matching signature"):
        verifier.verify(body + b" ", headers)


@pytest.mark.parametrize(
    ("answer", "attempts", "told"),
    [
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 0, "postponed"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", 2, "postponed"),
        (b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", 0, "abandoned"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", len(BACKOFF_SECONDS), "abandoned"),
        (b"rubbish\r\n\r\n", 0, "postponed"),
        (b"", 0, "postponed"),
    ],
    ids=["redirect", "server error", "gone", "the last time", "rubbish", "nothing"],
)
def test_what_was_not_taken_is_sent_again_or_given_up(answer: bytes, attempts: int, told: str) -> None:
    """A redirect is not followed; failures are tried again, until it was often enough; 410 ends it."""
    outpost = Outpost(answer)
    assert [what for what, _ in delivered_to(outpost, attempts=attempts).told] == [told]
    assert len(outpost.heard) == 1


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["93.184.215.14", "192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["224.0.0.1"],
        ["0.0.0.0"],  # noqa: S104 - nobody binds it
        ["::1"],
        ["fe80::1"],
        ["fc00::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["2001::1"],
        ["ff02::1"],
        [],
    ],
    ids=str,
)
def test_an_address_that_is_not_public_is_never_connected_to(addresses: list[str]) -> None:
    """Every address that a name has must be public, or nothing is sent to any."""
    sender = Sent()
    outbox = OneParcel(Parcel("msg_1", KEY, "https://example.com/hook", 0, RECORD))
    deliver = DeliverWebhooks(outbox, Names([addresses]), sender, MemoryClock(), PEPPER, body_of)
    asyncio.run(deliver())
    assert (sender.to, [what for what, _ in outbox.told]) == ([], ["postponed"])


def test_a_name_that_changes_between_check_and_use_changes_nothing() -> None:
    """The connection goes to the address that was vetted: the name is not asked a second time."""
    sender = Sent()
    outbox = OneParcel(Parcel("msg_1", KEY, "https://example.com/hook", 0, RECORD))
    names = Names([["93.184.215.14"], ["127.0.0.1"]])
    asyncio.run(DeliverWebhooks(outbox, names, sender, MemoryClock(), PEPPER, body_of)())
    assert sender.to == ["93.184.215.14"]
    asyncio.run(DeliverWebhooks(outbox, names, sender, MemoryClock(), PEPPER, body_of)())
    assert sender.to == ["93.184.215.14"]


def test_a_server_that_is_not_there_is_no_error() -> None:
    """A refused connection is an outcome like others."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        callback = read_callback(f"http://127.0.0.1:{taken.getsockname()[1]}/", PLAIN)

        async def go() -> Delivered | NotDelivered:
            async with HttpxWebhookSender() as sender:
                return await sender.send(callback, "127.0.0.1", {}, b"{}")

        found = asyncio.run(go())
    assert isinstance(found, NotDelivered)
    assert evolve(found, why="") == NotDelivered("")
