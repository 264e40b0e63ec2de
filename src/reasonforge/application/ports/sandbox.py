from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from reasonforge.application.ports.verifier import SelfTest

MEBIBYTE = 1 << 20


@frozen
class RunLimits:
    """What one run may use. Exceeding any of them ends it, and is the program's doing.

    Attributes:
        wall_seconds, cpu_seconds: > 0.
        memory_bytes: of all its processes together.
        output_bytes: of standard output; standard error is cut at 64 KiB without ending the run.
        file_bytes: of everything it writes to its scratch space.
        processes: alive at once, threads included.
    """

    wall_seconds: float = 5.0
    cpu_seconds: float = 5.0
    memory_bytes: int = 256 * MEBIBYTE
    output_bytes: int = MEBIBYTE
    file_bytes: int = 64 * MEBIBYTE
    processes: int = 64


@frozen
class Program:
    """Something to run where it can do no harm.

    Attributes:
        toolchain: which of the sandbox's toolchains it needs: `python`, `coq`, `lean` …
        argv: program and arguments; never through a shell. The working directory holds `files`.
        files: name → content, read-only to the program; plain file names, without directories.
        outputs: names of files the program may write in `$OUT`, brought back when it ended by itself; plain names.
    """

    toolchain: str
    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(factory=dict)
    outputs: tuple[str, ...] = ()
    limits: RunLimits = RunLimits()


class RunEnd(StrEnum):
    """How a run ended. Every value but `EXITED` is the program's failure; our own are a `SandboxFault`."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIME = "time limit"
    MEMORY = "memory limit"
    OUTPUT = "output limit"


@frozen
class Run:
    """One run.

    Attributes:
        exit_code: None unless it exited.
        stdout, stderr: what was written within the limits, also when the run did not end well.
        outputs: the wanted files that exist, within `file_bytes` together; empty unless it exited.
        seconds: wall-clock time.
    """

    end: RunEnd
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    outputs: Mapping[str, bytes] = field(factory=dict)


class Sandbox(Protocol):
    """Runs strangers' programs.

    Promises of `run`: one `Run` an input (which is the program's standard input), in order; a call gets a sandbox of
    its own, of which nothing is left when it returns, whatever the program did (processes, files, containers); the
    program sees no network, no file of ours but the toolchain and `files`, and no other program's run; several calls
    may be under way at once, within the adapter's own bound. Each input is a fresh process; when one exceeds a limit,
    those after it still run, in a fresh sandbox if need be. Nothing a program does raises.

    Raises:
        ValidatorFault: there is no such toolchain, or the sandbox itself does not work.
    """

    @property
    def name(self) -> str:
        """Technology and version, as a verdict records them."""
        ...

    @property
    def isolates(self) -> bool:
        """False for a weaker adapter that is for development only."""
        ...

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]: ...

    async def toolchains(self) -> frozenset[str]:
        """Those that can be run here; empty when the sandbox does not work. Never raises."""
        ...

    async def self_test(self) -> Sequence[SelfTest]:
        """Runs something harmless and something that must be stopped; never raises."""
        ...
