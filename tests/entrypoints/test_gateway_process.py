"""The gateway as a process of its own: under load when it is stopped, and among clients who take their time."""

import asyncio
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra gateway is not installed")
pytest.importorskip("httpx", reason="the extra client is not installed")

import httpx
from attrs import field, frozen
from sqlalchemy import select

from reasonforge.adapters.http.server import HEADER_SECONDS
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.gateway_tables import user_tasks
from reasonforge.application.ports.event_log import EventKind, PublicEvent
from reasonforge.client import Client, Event, NotFound, RateLimited, Unauthenticated
from tests.entrypoints.processes import Network
from tests.entrypoints.test_gateway_network import SECRET, key_for
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]
PROBLEM = "What is the least positive n with n^3 congruent to 5 modulo 13?"


@frozen
class Gateway:
    """A running gateway, and how to reach it."""

    net: Network
    database: str
    address: str
    key: str

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.net.running['gateway'].pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return 1024 * int(found[1])


@contextmanager
def gateway(root: Path, database: str, tier: str = "enterprise") -> Iterator[Gateway]:
    net = Network(root, environment={"GATEWAY_API_KEY_SECRET": SECRET})
    key = key_for(database, tier)
    try:
        net.start(
            "gateway",
            "reasonforge.entrypoints.gateway",
            *("--state.db", database, "--gateway.port", "0", "--metrics.port", "0", "--logging.json"),
            *("--gateway.requests_per_minute", "1000000"),
        )
        told = json.loads(net.wait_for("gateway", r'\{.*"event": "serving".*\}'))
        yield Gateway(net, database, told["address"], key)
    finally:
        for process in net.running.values():
            process.kill()
            process.wait()


@frozen
class Load:
    """Callers who submit without a pause until the gateway has gone, and what they were promised."""

    accepted: set[str] = field(factory=set)
    other: list[int] = field(factory=list)
    _stop: threading.Event = field(factory=threading.Event)

    @contextmanager
    def on(self, running: Gateway, callers: int) -> Iterator[None]:
        threads = [threading.Thread(target=self._submit, args=(running,)) for _ in range(callers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _submit(self, running: Gateway) -> None:
        headers = {"Authorization": f"Bearer {running.key}"}
        with httpx.Client(base_url=running.address, headers=headers, timeout=20) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/v1/tasks", json={"problem": PROBLEM})
                except httpx.TransportError:
                    return  # nothing was promised
                if answer.status_code == 202:
                    self.accepted.add(answer.json()["task_id"])
                else:
                    self.other.append(answer.status_code)


def queued(database: str) -> set[str]:
    """Every task that the database holds."""
    with open_database(database, claim=False) as opened:
        return asyncio.run(
            opened.read(lambda connection: {str(row[0]) for row in connection.execute(select(user_tasks.c.task_id))})
        )


def stopped_under_load(root: Path, database: str) -> None:
    load = Load()
    with gateway(root, database) as running:
        with load.on(running, 8):
            time.sleep(1.5)
            began = time.monotonic()
            running.net.running["gateway"].send_signal(signal.SIGTERM)
            assert running.net.running["gateway"].wait(20) == 0
            assert time.monotonic() - began < 12
        assert "Traceback" not in running.net.log_of("gateway")
    assert len(load.accepted) > 20
    assert load.accepted <= queued(database)
    assert set(load.other) <= {429, 503}


def test_what_was_accepted_survives_sigterm(tmp_path: Path) -> None:
    """Every task that was answered with 202 while the gateway was being stopped is in the database; it ends with 0."""
    stopped_under_load(tmp_path, str(tmp_path / "state.db"))


@pytest.mark.postgres
def test_what_was_accepted_survives_sigterm_on_a_server(tmp_path: Path, postgres: Cluster) -> None:
    """The same with PostgreSQL."""
    stopped_under_load(tmp_path, postgres.database())


@pytest.mark.slow
def test_who_drips_headers_or_a_body_is_cut_off_and_holds_nobody_up(tmp_path: Path) -> None:
    """300 clients that never finish a request: others are served at once meanwhile, and all are gone in time."""
    with gateway(tmp_path, str(tmp_path / "state.db")) as running, ExitStack() as stack:
        slow = []
        for number in range(300):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), 5))
            one.sendall(b"POST /v1/tasks HTTP/1.1\r\nHost: here\r\n")
            if number % 2:
                one.sendall(b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{")
            slow.append(one)
        until = time.monotonic() + HEADER_SECONDS - 2
        longest = 0.0
        while time.monotonic() < until:
            for number, one in enumerate(slow):
                one.sendall(b"x" if number % 2 else b"X-Drip: 1\r\n")
            began = time.monotonic()
            assert httpx.get(f"{running.address}/v1/stats", timeout=5).status_code == 200
            longest = max(longest, time.monotonic() - began)
            time.sleep(1)
        assert longest < 2
        end = time.monotonic() + 8
        while slow and time.monotonic() < end:
            slow = [one for one in slow if not _ended(one)]
            time.sleep(0.1)
        assert not slow


def test_who_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    """Forty streams that nobody reads cost others nothing, and the gateway no more than what it keeps for each."""
    database = str(tmp_path / "state.db")
    with gateway(tmp_path, database) as running, ExitStack() as stack:
        for _ in range(40):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), 5))
            one.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: here\r\n\r\n")
        seen: list[Event] = []
        client = stack.enter_context(Client(running.address, running.key))
        reading = threading.Thread(target=lambda: seen.extend(_first(client, 2_000)), daemon=True)
        reading.start()
        time.sleep(1)
        before = running.resident_bytes()
        with open_database(database, claim=False) as opened:
            log = SqlAlchemyEventLog(opened)
            for batch in range(20):
                figures = [{"epoch": batch, "validator": "v", "index": at, "padding": "x" * 500} for at in range(100)]
                asyncio.run(log.append([PublicEvent(EventKind.TASK_SCORED, 1.0, one) for one in figures]))
                time.sleep(0.02)
        reading.join(30)
        assert [(one.data["epoch"], one.data["index"]) for one in seen] == [
            (batch, at) for batch in range(20) for at in range(100)
        ]
        assert running.resident_bytes() - before < 60_000_000


def test_the_typed_client_and_the_gateway_agree(tmp_path: Path) -> None:
    """Submit, submit again with the same key, list, cancel, and refusals as exceptions, against the real service."""
    with gateway(tmp_path, str(tmp_path / "state.db"), "free") as running:
        with Client(running.address, running.key) as client:
            task = client.submit(PROBLEM, difficulty=3, idempotency_key="once")
            assert client.submit(PROBLEM, difficulty=3, idempotency_key="once").task_id == task.task_id
            assert client.task(task.task_id).status.value == "queued"
            client.cancel(task.task_id)
            assert client.task(task.task_id).status.value == "cancelled"
            made = [client.submit(PROBLEM).task_id for _ in range(99)]
            assert [one.task_id for one in client.tasks(page_size=30)] == [*reversed(made), task.task_id]
            with pytest.raises(RateLimited, match="used up"):
                client.submit(PROBLEM)
            with pytest.raises(NotFound):
                client.task("task_of_somebody_else")
        with Client(running.address, f"rf_{'0' * 18}_{'0' * 64}") as stranger, pytest.raises(Unauthenticated):
            stranger.submit(PROBLEM)


def _first(client: Client, count: int) -> list[Event]:
    found: list[Event] = []
    for event in client.stream():
        found.append(event)
        if len(found) == count:
            break
    return found


def _ended(one: socket.socket) -> bool:
    """Whether the other side has hung up or answered."""
    one.setblocking(False)
    try:
        one.recv(65_536)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
