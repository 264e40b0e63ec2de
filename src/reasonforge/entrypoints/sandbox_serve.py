"""`reasonforge sandbox serve`: the service that runs strangers' programs, and alone holds the container engine."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.runner.server import RunnerServer
from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.terminal import Terminal
from reasonforge.entrypoints.verification import toolchains


class EngineKind(StrEnum):
    """What programs are run by."""

    DOCKER = "docker"
    BUBBLEWRAP = "bubblewrap"


sandbox = typer.Typer(
    name="sandbox",
    help="Runs strangers' programs for a validator, which then needs no container engine itself.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@sandbox.callback()
def _group() -> None:
    """Runs strangers' programs for a validator, which then needs no container engine itself."""


@sandbox.command(
    epilog="Example: reasonforge sandbox serve --socket /run/reasonforge/sandbox.sock "
    "--image python=reasonforge-sandbox --image lean=reasonforge-sandbox --mount lean=/opt/lean",
)
def serve(
    *,
    socket: Annotated[Path, typer.Option(metavar="PATH", help="Unix socket to listen on; its mode is 0660.")],
    engine: Annotated[
        EngineKind, typer.Option(help="bubblewrap is weaker, needs no engine, and is for development only.")
    ] = EngineKind.DOCKER,
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="TOOLCHAIN=IMAGE", help="An image the engine has, by toolchain. Repeatable."),
    ] = None,
    mount: Annotated[
        list[str] | None,
        typer.Option(metavar="TOOLCHAIN=DIRECTORY", help="A directory to show read-only, with --image. Repeatable."),
    ] = None,
    runtime: Annotated[
        str, typer.Option(help="The engine's runtime, such as runsc for gVisor.", show_default="the engine's default")
    ] = "",
    cpus: Annotated[float, typer.Option(min=0.05, max=64, help="Processors one container may use.")] = 0.5,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Programs at a time; others wait.")] = 2,
    ahead: Annotated[int, typer.Option(min=0, max=64, help="Containers kept ready of each kind in use.")] = 2,
    owner: Annotated[
        str, typer.Option(help="Label of this runner's containers; what a crashed one left is removed at start.")
    ] = "reasonforge",
) -> None:
    """Run programs for validators that connect to the socket, until SIGTERM or Ctrl-C.

    It offers to run a program of a configured toolchain under limits, and nothing else. Nothing is ever pulled. With
    bubblewrap the toolchains are this system's own: python, ruff, coq and lean, where they are installed.
    """
    if engine is EngineKind.BUBBLEWRAP:
        if image or mount or runtime:
            raise OperatorError("--image, --mount and --runtime are for the container engine: leave --engine out")
        asyncio.run(_serve(BubblewrapSandbox(toolchains(), concurrency), socket))
        return
    images = _pairs(image or (), "--image", "TOOLCHAIN=IMAGE")
    if not images:
        raise OperatorError("--image names no toolchain: give --image python=IMAGE, or --engine bubblewrap")
    mounts = _pairs(mount or (), "--mount", "TOOLCHAIN=DIRECTORY")
    asyncio.run(_serve_containers(socket, images, mounts, runtime or None, cpus, concurrency, ahead, owner))


def _pairs(given: Sequence[str], flag: str, form: str) -> dict[str, list[str]]:
    """What each toolchain was given by a repeatable flag, in order."""
    pairs: dict[str, list[str]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not name or not equals or not value:
            raise OperatorError(f"{flag} takes {form}, not {one!r}")
        pairs.setdefault(name, []).append(value)
    return pairs


async def _serve_containers(
    socket: Path,
    images: Mapping[str, Sequence[str]],
    mounts: Mapping[str, Sequence[str]],
    runtime: str | None,
    cpus: float,
    concurrency: int,
    ahead: int,
    owner: str,
) -> None:
    for name in mounts:
        if name not in images:
            raise OperatorError(f"--mount names the toolchain {name}, and no --image does")
    for name, references in images.items():
        if len(references) > 1:
            raise OperatorError(f"--image names the toolchain {name} twice")
    for directory in (Path(path) for paths in mounts.values() for path in paths):
        if not directory.is_absolute():
            raise OperatorError(f"--mount takes an absolute directory, not {directory}")
    try:
        from reasonforge.adapters.docker.engine import Engine  # noqa: PLC0415 - an extra
        from reasonforge.adapters.docker.image import Image  # noqa: PLC0415
        from reasonforge.adapters.docker.sandbox import DockerSandbox  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise OperatorError("the docker extra is not installed: pip install 'reasonforge[docker]'") from error
    by_toolchain = {
        name: Image(reference, tuple(map(Path, mounts.get(name, ())))) for name, (reference,) in images.items()
    }
    containers = DockerSandbox(
        by_toolchain, Engine(runtime=runtime, cpus=cpus), concurrency=concurrency, ahead=ahead, owner=owner
    )
    try:
        await _serve(containers, socket)
    finally:
        await containers.aclose()


async def _serve(served: Sandbox, path: Path) -> None:
    async with _stopping() as stop:
        tests = await served.self_test()
        broken = [test.detail for test in tests if not test.passed]
        if broken:
            raise OperatorError(f"the sandbox does not work here: {broken[0]}")
        async with RunnerServer(served).listening(path):
            offered = ", ".join(sorted(await served.toolchains()))
            strength = "" if served.isolates else " Weaker than containers: for development only."
            Terminal().print(
                f"{path}\n{served.name} runs: {offered}.{strength}", highlight=False, markup=False, soft_wrap=True
            )
            manager = ServiceManager.of_environment()
            manager.ready(f"runs {offered} for who connects to {path}")
            await stop.wait()
            manager.stopping()


@asynccontextmanager
async def _stopping() -> AsyncIterator[asyncio.Event]:
    """Set by SIGTERM and Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
