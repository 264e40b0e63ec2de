"""The typed client against a real server: what it gets, how often it asks, and what it says when it is refused."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest

from reasonforge import InProcessSubnet
from reasonforge.client import (
    AsyncClient,
    Client,
    Conflict,
    Event,
    Invalid,
    Malformed,
    NotDoneInTime,
    NotFound,
    Patience,
    RateLimited,
    Task,
    TaskStatus,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from reasonforge.entrypoints.run_tally import SubnetEpoch
from tests.fake_gateway import KEY, FakeGateway, Trouble, fake_app
from tests.serving import Served, served

QUICK = Patience(attempts=4, first=0.01, longest=0.05, longest_asked=2.0)
PROBLEM = "What is six times seven, in decimal digits?"


@pytest.fixture(scope="module")
def epoch() -> SubnetEpoch:
    async def run() -> SubnetEpoch:
        async with InProcessSubnet(validators=2, miners=6, seed=3) as subnet:
            return (await subnet.run_epochs(1)).epochs[0]

    return asyncio.run(run())


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def server(gateway: FakeGateway) -> Iterator[Served]:
    with served(fake_app(gateway)) as server:
        yield server


@pytest.fixture
def client(server: Served) -> Iterator[Client]:
    with Client(server.url, KEY, patience=QUICK, rng=Random(1)) as client:
        yield client


def sent(gateway: FakeGateway) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in gateway.requests]


def test_a_problem_is_asked_and_its_answer_comes_back(client: Client) -> None:
    """`ask` submits, waits through queued and processing, and gives the typed, frozen answer."""
    task = client.ask(PROBLEM, domain="mathematics", difficulty=3, timeout=10)
    assert (task.status, task.best_answer, task.confidence) == (TaskStatus.COMPLETED, "42", 0.8)
    assert [step.reasoning for step in task.reasoning_steps] == ["six by seven"]
    assert task.model_extra == {}
    with pytest.raises(ValueError, match="frozen"):
        task.best_answer = "43"


def test_both_clients_say_the_same(server: Served, gateway: FakeGateway, epoch: SubnetEpoch) -> None:
    """Every method of the awaited client gives what the blocking one gives."""
    gateway.tell(epoch)

    async def awaited() -> list[object]:
        async with AsyncClient(server.url, KEY) as client:
            first = await client.submit(PROBLEM, idempotency_key="one")
            await client.wait(first.task_id, 10)
            return [
                first.task_id,
                await client.task(first.task_id),
                [task async for task in client.tasks()],
                await client.leaderboard("code", 3),
                await client.miner(epoch.reports[0].miners[0].uid),
                await client.usage(),
                [one.hotkey for one in await client.validators()],
                (await client.statistics()).epochs,
                [event.type async for event in _first(client, len(gateway.events))],
            ]

    with Client(server.url, KEY) as client:
        first = client.submit(PROBLEM, idempotency_key="one")
        client.wait(first.task_id, 10)
        events = client.stream(last_event_id=0)
        waited: list[object] = [
            first.task_id,
            client.task(first.task_id),
            list(client.tasks()),
            client.leaderboard("code", 3),
            client.miner(epoch.reports[0].miners[0].uid),
            client.usage(),
            [one.hotkey for one in client.validators()],
            client.statistics().epochs,
            [next(events).type for _ in gateway.events],
        ]
    assert asyncio.run(awaited()) == waited


async def _first(client: AsyncClient, count: int) -> AsyncIterator[Event]:
    async for event in client.stream(last_event_id=0):
        yield event
        count -= 1
        if not count:
            return


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_as_the_same_task(client: Client, gateway: FakeGateway, status: int) -> None:
    """A submission refused twice is sent three times with one idempotency key, and makes one task."""
    gateway.trouble = Trouble(status, 2, "0")
    task = client.submit(PROBLEM)
    keys = {headers["idempotency-key"] for _, _, headers in gateway.requests}
    assert (sent(gateway), len(keys), list(gateway.tasks)) == ([("POST", "/v1/tasks")] * 3, 1, [task.task_id])


def test_each_submission_has_a_key_of_its_own(client: Client, gateway: FakeGateway) -> None:
    """Two submissions of one problem are two tasks."""
    client.submit(PROBLEM)
    client.submit(PROBLEM)
    assert (len(gateway.tasks), len(gateway.keys_used)) == (2, 2)


def test_retry_after_is_honoured(client: Client, gateway: FakeGateway) -> None:
    """No attempt comes sooner than the gateway asked for."""
    gateway.trouble = Trouble(429, 1, "0.4")
    start = time.monotonic()
    client.statistics()
    assert time.monotonic() - start >= 0.4


def test_a_long_retry_after_is_not_sat_through(client: Client, gateway: FakeGateway) -> None:
    """A monthly quota's Retry-After is raised at once, with the seconds in it."""
    gateway.trouble = Trouble(429, 9, "86400")
    with pytest.raises(RateLimited) as refused:
        client.submit(PROBLEM)
    assert (refused.value.retry_after, len(gateway.requests)) == (86400.0, 1)


def test_patience_ends(client: Client, gateway: FakeGateway) -> None:
    """After the attempts that patience allows the last refusal is raised."""
    gateway.trouble = Trouble(503, 99)
    with pytest.raises(Unavailable, match=r"in trouble \(503\)"):
        client.usage()
    assert len(gateway.requests) == QUICK.attempts


def test_refusals_carry_the_problem_s_details(client: Client, server: Served) -> None:
    """Each kind of refusal is an exception of its own, with type, detail and fields, and is not tried again."""
    with pytest.raises(Invalid) as invalid:
        client.submit("short")
    assert (invalid.value.status, invalid.value.type) == (422, "urn:fake:422")
    assert [one.field for one in invalid.value.errors] == ["body.problem"]
    with pytest.raises(NotFound, match="no task"):
        client.task("nobody's")
    task = client.ask(PROBLEM, timeout=10)
    with pytest.raises(Conflict):
        client.cancel(task.task_id)
    with Client(server.url, "rf_wrong_key") as stranger, pytest.raises(Unauthenticated) as unknown:
        stranger.usage()
    assert "rf_wrong_key" not in str(unknown.value)


def test_a_queued_task_is_cancelled(client: Client, gateway: FakeGateway) -> None:
    """Cancel gives the task as it is afterwards, and waiting for it ends at once."""
    gateway.epoch_seconds = 60
    task = client.submit(PROBLEM)
    assert client.cancel(task.task_id) == Task(task_id=task.task_id, status=TaskStatus.CANCELLED)
    assert client.wait(task.task_id).status is TaskStatus.CANCELLED


def test_waiting_ends_in_time(client: Client, gateway: FakeGateway) -> None:
    """A task that is not done within the timeout raises, soon after it; the task goes on."""
    gateway.epoch_seconds = 60
    task = client.submit(PROBLEM)
    start = time.monotonic()
    with pytest.raises(NotDoneInTime, match="still queued"):
        client.wait(task.task_id, timeout=0.3)
    assert 0.3 <= time.monotonic() - start < 2


def test_all_pages_are_read(client: Client, gateway: FakeGateway) -> None:
    """The iterator goes over every page, the newest first, and fetches a page when it is reached."""
    made = [client.submit(PROBLEM).task_id for _ in range(5)]
    gateway.requests.clear()
    listed = client.tasks(page_size=2)
    assert next(listed).task_id == made[-1]
    assert len(gateway.requests) == 1
    assert [task.task_id for task in listed] == made[-2::-1]
    assert len(gateway.requests) == 3


def test_a_stream_goes_on_after_its_connection_broke(
    client: Client, gateway: FakeGateway, server: Served, epoch: SubnetEpoch
) -> None:
    """After the server went and came back the events go on where they were: none lost, none twice."""
    gateway.tell(epoch)
    count = len(gateway.events)
    events = client.stream(last_event_id=0)
    read = [next(events).id for _ in range(3)]
    server.stop()
    server.start()
    read += [next(events).id for _ in range(count - 3)]
    threading.Timer(0.2, gateway.publish, ("epoch_started", {"epoch": 9, "validator": "v"})).start()
    assert (read, next(events).data["epoch"]) == (list(range(1, count + 1)), 9)


def test_nobody_there_is_said(server: Served) -> None:
    """A gateway that is not there is unreachable after all attempts, for requests and for the stream."""
    server.stop()
    with Client(server.url, patience=QUICK) as client:
        with pytest.raises(Unreachable, match="cannot be reached, tried 4 times"):
            client.statistics()
        with pytest.raises(Unreachable, match="cannot be reached"):
            next(client.stream())


@pytest.mark.parametrize(
    ("status", "headers", "body", "says"),
    [
        (200, [], b"<html>", "no Task of a gateway"),
        (200, [], b'{"task_id": "a", "status": "sleeping"}', "status"),
        (200, [], b"[" * 100_000, "no Task"),
        (302, [(b"location", b"http://127.0.0.1:1/")], b"", "redirects"),
        (200, [(b"content-encoding", b"gzip")], b"not gzip", "not encoded"),
    ],
)
def test_an_answer_that_no_gateway_gives_is_malformed(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, says: str
) -> None:
    """Another server's answer is one sentence, not a traceback of a parser; a redirect is not followed."""

    async def app(scope: object, receive: object, send: object) -> None:
        await receive()  # type: ignore[operator]
        if isinstance(scope, dict) and scope["type"] == "http":
            await send({"type": "http.response.start", "status": status, "headers": headers})  # type: ignore[operator]
            await send({"type": "http.response.body", "body": body})  # type: ignore[operator]

    with (
        served(app) as server,
        Client(server.url, KEY, patience=QUICK) as client,
        pytest.raises(Malformed, match=says) as malformed,
    ):
        client.task("a")
    assert "\n" not in str(malformed.value)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("ftp://host", None),
        ("host:8000", None),
        ("http://", None),
        ("http://user:pw@host", None),
        ("http://host:99999", None),
        ("http://host?x=1", None),
        ("http://host", "two words"),
        ("http://host", "line\nbreak"),
        ("http://host", ""),
        ("http://host", "clé"),
    ],
)
def test_what_cannot_be_an_address_or_a_key_is_refused_first(address: str, key: str | None) -> None:
    """ValueError before anything is sent; a key is not repeated."""
    with pytest.raises(ValueError, match=r"address|key") as refused:
        Client(address, key)
    assert key is None or not key or key not in str(refused.value)


def test_only_its_own_extra_is_needed() -> None:
    """`import reasonforge.client` loads nothing of the gateway, the subnet or their vendors."""
    program = (
        "import sys, reasonforge.client\n"
        "heavy = {'fastapi', 'starlette', 'uvicorn', 'numpy', 'bittensor', 'sqlalchemy', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)),"
        " sorted(m for m in sys.modules if m.startswith('reasonforge.') and not m.startswith('reasonforge.client')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[] ['reasonforge.domain', 'reasonforge.domain.errors']\n"
