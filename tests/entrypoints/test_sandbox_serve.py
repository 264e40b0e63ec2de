"""`reasonforge sandbox serve` as a process of its own: what it offers, what it refuses, its end."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.application.ports.sandbox import Program, RunEnd
from tests.sandboxes import IMAGE, require_kind

PROGRAM = """
import sys
from reasonforge.entrypoints import cli
from reasonforge.entrypoints.sandbox_serve import sandbox
if not any(group.name == "sandbox" for group in cli.app.registered_groups):
    cli.app.add_typer(sandbox)
sys.exit(cli.main(["sandbox", "serve", *sys.argv[1:]]))
"""
HELLO = Program("python", ("python3", "-I", "main.py"), {"main.py": b"print('hello')"})


def command(*options: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *options]


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rf-serve-") as directory:
        yield Path(directory, "socket")


@contextlib.contextmanager
def served(path: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A runner that listens, what it said of itself, and its process."""
    with subprocess.Popen(
        command("--socket", str(path), *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address == str(path), process.stderr.read() if process.stderr else ""
            yield process.stdout.readline(), process
        finally:
            process.kill()


def _owned(owner: str) -> list[str]:
    listed = ["docker", "ps", "-aq", "--filter", f"label=reasonforge.sandbox.owner={owner}"]
    return subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.bwrap
def test_bubblewrap_is_served_and_called_weaker(path: Path) -> None:
    """It runs programs, says that it is for development only, and ends by SIGTERM with exit code 0."""
    require_kind("bubblewrap")
    with served(path, "--engine", "bubblewrap") as (told, process):
        (run,) = asyncio.run(RunnerSandbox(path).run(HELLO))
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    assert (run.end, run.stdout) == (RunEnd.EXITED, b"hello\n")
    assert "for development only" in told
    assert code == 0
    assert not path.exists()


@pytest.mark.bwrap
def test_systemd_hears_when_the_runner_works_and_when_it_stops(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started as a unit of Type=notify, it says READY once it listens and STOPPING once it is asked to end."""
    require_kind("bubblewrap")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path.with_name("notify")))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path.with_name("notify")))
        with served(path, "--engine", "bubblewrap") as (_, process):
            ready = manager.recv(4096).decode().splitlines()
            process.send_signal(signal.SIGTERM)
            stopping = manager.recv(4096).decode()
            process.wait(timeout=10)

    assert ready[0] == "READY=1"
    assert ready[1].startswith("STATUS=runs coq, python" if shutil.which("coqc") else "STATUS=runs python")
    assert stopping == "STOPPING=1"


@pytest.mark.docker
def test_containers_are_served_and_gone_afterwards(path: Path) -> None:
    """It runs programs in containers, and SIGTERM leaves none."""
    require_kind("docker")
    owner = f"reasonforge-serve-test-{os.getpid()}"
    with served(path, "--image", f"python={IMAGE}", "--owner", owner, "--ahead", "1") as (told, process):
        (run,) = asyncio.run(RunnerSandbox(path).run(HELLO))
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)

    assert (run.end, run.stdout) == (RunEnd.EXITED, b"hello\n")
    assert "docker" in told
    assert "development" not in told
    assert (code, _owned(owner)) == (0, [])


@pytest.mark.docker
def test_what_a_killed_runner_left_is_gone_when_the_next_one_stands(path: Path) -> None:
    """SIGKILL leaves containers; a runner of the same owner takes the socket over and removes them."""
    require_kind("docker")
    owner = f"reasonforge-kill-test-{os.getpid()}"
    options = ("--image", f"python={IMAGE}", "--owner", owner, "--ahead", "1")
    with served(path, *options) as (_, process):
        asyncio.run(RunnerSandbox(path).run(HELLO))
        process.kill()
        process.wait()
    left = _owned(owner)

    with served(path, *options) as (_, process):
        (run,) = asyncio.run(RunnerSandbox(path).run(HELLO))
        stayed = set(left) & set(_owned(owner))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)

    assert left
    assert stayed == set()
    assert run.stdout == b"hello\n"
    assert _owned(owner) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--image"),
        (("--image", "python"), "TOOLCHAIN=IMAGE"),
        (("--image", "python=a", "--image", "python=b"), "twice"),
        (("--image", "python=a", "--mount", "lean=/opt"), "lean"),
        (("--image", "python=a", "--mount", "python=relative"), "absolute"),
        (("--engine", "bubblewrap", "--runtime", "runsc"), "--runtime"),
        (("--engine", "podman"), "podman"),
    ],
    ids=range(7),
)
def test_mistakes_are_one_sentence(path: Path, options: tuple[str, ...], said: str) -> None:
    """A flag that makes no sense is exit code 2 and a sentence that names it."""
    ended = subprocess.run(command("--socket", str(path), *options), capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not path.exists()
