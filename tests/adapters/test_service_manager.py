"""What systemd hears, on a socket of our own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasonforge.adapters.system.service_manager import ServiceManager


@pytest.fixture
def manager_at(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(2)
        yield line


def test_it_hears_that_we_are_ready_alive_and_stopping(manager_at: socket.socket) -> None:
    """One datagram each, as sd_notify(3) has them; a status is one line."""
    manager = ServiceManager.of_environment({"NOTIFY_SOCKET": manager_at.getsockname()})
    assert manager.ready("mining\nas uid 3")
    assert manager.alive()
    assert manager.stopping()
    assert [manager_at.recv(1000) for _ in range(3)] == [
        b"READY=1\nSTATUS=mining as uid 3",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


def test_an_abstract_socket_is_reached_too() -> None:
    """A leading @ stands for Linux's abstract namespace."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0reasonforge-test-notify")
        line.settimeout(2)
        assert ServiceManager.of_environment({"NOTIFY_SOCKET": "@reasonforge-test-notify"}).alive()
        assert line.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ServiceManager()),
        ({"NOTIFY_SOCKET": "relative"}, ServiceManager()),
        ({"NOTIFY_SOCKET": "vsock:2:1"}, ServiceManager()),
        ({"NOTIFY_SOCKET": "/s"}, ServiceManager("/s")),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "30000000"}, ServiceManager("/s", 30.0)),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, ServiceManager("/s", 30.0)),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, ServiceManager("/s")),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "soon"}, ServiceManager("/s")),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "0"}, ServiceManager("/s")),
        ({"WATCHDOG_USEC": "30000000"}, ServiceManager()),
    ],
)
def test_the_environment_says_who_listens(environment: dict[str, str], expected: ServiceManager) -> None:
    """And whether it wants signs of life of this very process."""
    assert ServiceManager.of_environment(environment, pid=7) == expected


def test_a_manager_that_is_gone_is_none_of_our_business(tmp_path: Path) -> None:
    """Nothing is raised, and nobody heard it."""
    assert not ServiceManager(str(tmp_path / "gone")).ready("x")
    assert not ServiceManager().alive()


def test_a_manager_that_does_not_read_holds_up_nobody(manager_at: socket.socket) -> None:
    """When its buffer is full the sign is lost, at once."""
    manager = ServiceManager(manager_at.getsockname())
    assert not all(manager.alive() for _ in range(10_000))
