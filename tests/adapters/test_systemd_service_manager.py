import asyncio
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from reasonforge.adapters.systemd.service_manager import ServiceManager
from reasonforge.domain.errors import OperatorError

PID = 4711


class Hear(Protocol):
    def __call__(self, *, now: bool = False) -> str: ...


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Hear]]:
    """A service manager's socket and its name, of either sort."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@reasonforge-tests-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name[1:]}" if name.startswith("@") else name)

        def hear(*, now: bool = False) -> str:
            heard.settimeout(0 if now else 5)
            return heard.recv(4096).decode()

        yield name, hear


def test_ready_is_told_with_its_status(listener: tuple[str, Hear]) -> None:
    """The manager hears READY=1 and a status of one line, whatever the status held."""
    name, hear = listener
    ServiceManager(name).ready("validating\nas uid 3")
    assert hear() == "READY=1\nSTATUS=validating as uid 3"


def test_stopping_is_told(listener: tuple[str, Hear]) -> None:
    """The manager hears that the service stops."""
    name, hear = listener
    ServiceManager(name).stopping()
    assert hear() == "STOPPING=1"


def test_a_loop_that_hangs_is_silent(listener: tuple[str, Hear]) -> None:
    """WATCHDOG=1 comes well within the deadline while the event loop turns, and not at all while it does not."""
    name, hear = listener

    async def work() -> int:
        async with ServiceManager(name, watchdog_seconds=0.3).watching():
            await asyncio.sleep(0.01)
            turning = hear()
            time.sleep(0.5)  # noqa: ASYNC251 - a loop that hangs
            with pytest.raises(BlockingIOError):
                hear(now=True)
            await asyncio.sleep(0.15)
            assert (turning, hear()) == ("WATCHDOG=1", "WATCHDOG=1")
        return len(asyncio.all_tasks())

    assert asyncio.run(work()) == 1


def test_without_a_manager_nothing_is_told() -> None:
    """Outside of systemd every call does nothing, and no task runs."""

    async def work() -> int:
        manager = ServiceManager.of_environment({}, PID)
        manager.ready("fine")
        manager.stopping()
        async with manager.watching():
            return len(asyncio.all_tasks())

    assert asyncio.run(work()) == 1


def test_a_manager_that_is_gone_costs_nothing(tmp_path: Path) -> None:
    """A socket that nobody listens to does not stop the service."""
    ServiceManager(str(tmp_path / "gone")).ready("fine")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"NOTIFY_SOCKET": "/run/n"}, ServiceManager("/run/n")),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000"}, ServiceManager("/run/n", 30.0)),
        (
            {"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(PID)},
            ServiceManager("/run/n", 30.0),
        ),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, ServiceManager("/run/n")),
        ({"NOTIFY_SOCKET": "", "WATCHDOG_USEC": "5"}, ServiceManager()),
        ({"WATCHDOG_USEC": "junk"}, ServiceManager()),
    ],
)
def test_what_the_environment_asks_for(environment: dict[str, str], expected: ServiceManager) -> None:
    """The socket, and a watchdog that is meant for this process."""
    assert ServiceManager.of_environment(environment, PID) == expected


@pytest.mark.parametrize("asked", ["0", "-5", "junk", "1e6", "٣"])
def test_a_watchdog_that_is_no_time_is_refused(asked: str) -> None:
    """WATCHDOG_USEC that is no positive number is the operator's to mend."""
    with pytest.raises(OperatorError, match="WATCHDOG_USEC"):
        ServiceManager.of_environment({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": asked}, PID)
