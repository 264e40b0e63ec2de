"""Sandboxes of every kind for tests, and what to look for when they are done."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import python_toolchain
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.runner.server import RunnerServer
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.domain.errors import ValidatorFault
from tests.requirement import require

IMAGE = "reasonforge-sandbox-base"
OWNER = f"reasonforge-tests-{os.getpid()}"
KINDS = ("bubblewrap", "runner-bubblewrap", "docker", "runner-docker")


def kinds() -> Iterator[object]:
    """Each kind, with the marks of what it needs."""
    for kind in KINDS:
        marker = pytest.mark.docker if "docker" in kind else pytest.mark.bwrap
        yield pytest.param(kind, marks=marker, id=kind)


def require_kind(kind: str) -> None:
    if "docker" in kind:
        reason = f"there is no engine with the image {IMAGE} (make it with .ci/sandbox-image)"
        require("docker", _engine_has_image(), reason)
    else:
        require("bwrap", _bubblewrap_works(), "bubblewrap is not installed, or may not make namespaces")


@asynccontextmanager
async def sandbox(kind: str) -> AsyncIterator[Sandbox]:
    """A sandbox with the toolchain `python`; over the runner when its name says so."""
    if kind.startswith("runner-"):
        directory = Path(tempfile.mkdtemp(prefix="rf-runner-"))
        try:
            async with (
                sandbox(kind.removeprefix("runner-")) as behind,
                RunnerServer(behind).listening(directory / "socket"),
            ):
                yield RunnerSandbox(directory / "socket")
        finally:
            shutil.rmtree(directory)
    elif kind == "bubblewrap":
        yield BubblewrapSandbox({"python": python_toolchain()})
    else:
        from reasonforge.adapters.docker.image import Image  # noqa: PLC0415 - an extra
        from reasonforge.adapters.docker.sandbox import DockerSandbox  # noqa: PLC0415

        containers = DockerSandbox({"python": Image(IMAGE)}, ahead=0, owner=OWNER)
        try:
            yield containers
        finally:
            await containers.aclose()


def containers_left() -> list[str]:
    """The tests' containers that the engine still has, in whatever state."""
    if not _engine_has_image():
        return []
    from reasonforge.adapters.docker.engine import Engine  # noqa: PLC0415 - an extra

    engine = Engine()
    try:
        return [container for container, _ in engine.owned(OWNER)]
    finally:
        engine.close()


def processes_left(token: str) -> list[str]:
    """Living processes of this machine, inside whatever namespace, whose command line has `token`."""
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            try:
                command = (directory / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in command:
                found.append(f"{directory.name}: {command!r}")
    return found


def directories_left() -> list[str]:
    """Working directories of this process's runs, and its memory groups."""
    pid = os.getpid()
    return [
        *map(str, Path(tempfile.gettempdir()).glob(f"reasonforge-run-{pid}-*")),
        *map(str, Path("/sys/fs/cgroup").glob(f"reasonforge-{pid}-*")),
        *map(str, Path("/sys/fs/cgroup").glob(f"memory/**/reasonforge-{pid}-*")),
    ]


@cache
def _bubblewrap_works() -> bool:
    if shutil.which("bwrap") is None:
        return False
    return "python" in asyncio.run(BubblewrapSandbox({"python": python_toolchain()}).toolchains())


@cache
def _engine_has_image() -> bool:
    try:
        from reasonforge.adapters.docker.engine import Engine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return False

    engine = Engine(timeout_seconds=5.0)
    try:
        return engine.has(IMAGE)
    except ValidatorFault:
        return False
    finally:
        engine.close()
