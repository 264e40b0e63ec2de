"""A child process that ends: by itself, at its limits, or by SIGKILL to it and all that it started."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from enum import StrEnum

from attrs import frozen

_CHUNK = 65_536


class Ending(StrEnum):
    """How a child ended."""

    EXITED = "exited"
    OUT_OF_TIME = "out of time"
    TOO_MUCH_OUTPUT = "too much output"


@frozen
class Ran:
    """What a child did: `exit_code` is negative for a signal; `output` is what it wrote, standard error included."""

    ending: Ending
    exit_code: int
    output: str


async def run_bounded(command: Sequence[str], given: bytes, *, wall_seconds: float, output_bytes: int) -> Ran:
    """Run `command` with `given` on its standard input. It is dead when this returns, or is cancelled.

    `command` is an absolute path and arguments; limits of processor time, memory, files and processes are its own to
    set, before it reads what could use them. It gets an empty environment and the root directory.

    Raises:
        OSError: the command cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd="/",
        env={},
        start_new_session=True,
    )
    output = bytearray()
    ending = Ending.OUT_OF_TIME
    feeding = asyncio.create_task(_feed(process, given))
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wall_seconds):
                ending = await _collect(process, output, output_bytes)
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(feeding, return_exceptions=True)
    return Ran(ending, process.returncode or 0, output[:output_bytes].decode("utf-8", "replace"))


async def _feed(process: asyncio.subprocess.Process, given: bytes) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may end without reading all of it
        process.stdin.write(given)
        await process.stdin.drain()
        process.stdin.close()


async def _collect(process: asyncio.subprocess.Process, output: bytearray, most: int) -> Ending:
    if process.stdout is not None:
        while chunk := await process.stdout.read(_CHUNK):
            output.extend(chunk)
            if len(output) > most:
                return Ending.TOO_MUCH_OUTPUT
    await process.wait()
    return Ending.EXITED
