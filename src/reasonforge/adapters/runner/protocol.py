"""What client and runner say to one another, one question a connection.

A frame is a 4-byte big-endian length and that many bytes of UTF-8 JSON, at most `MOST_BYTES`. Bytes are base64 of the
URL-safe alphabet.

    client → runner   one `Question`: {"ask": "run", "program": {…}, "inputs": ["…"]}, or {"ask": "describe"}, or
                      {"ask": "self_test"}; with "must_isolate": true a sandbox that is for development only refuses
    runner → client   any number of {"alive": true}, one every `ALIVE_SECONDS` while it works, and then
                      {"fault": "one sentence"}, or
                      {"name": …, "isolates": …, "toolchains": […]}     for describe
                      {"name": …, "isolates": …, "tests": [{…}]}        for self_test
                      {"name": …, "isolates": …, "runs": n}, then n frames of a `RunMessage` each    for run

The runner lowers limits to its own maxima and refuses toolchains it has not. A client that closes its connection gives
its question up.
"""

import asyncio
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from reasonforge.application.ports.sandbox import Program, Run, RunEnd, RunLimits
from reasonforge.application.ports.verifier import SelfTest

MOST_BYTES = 128 << 20
ALIVE_SECONDS = 2.0
_HEADER_BYTES = 4

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0, le=1 << 40, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^/\x00]+$")]
Word = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")]


class ProtocolError(Exception):
    """What arrived is no frame, or not one in time."""


class Message(BaseModel):
    """Strict about what it is given: nothing unknown, nothing twisted into shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class LimitsMessage(Message):
    """`RunLimits`."""

    wall_seconds: Seconds
    cpu_seconds: Seconds
    memory_bytes: Count
    output_bytes: Count
    file_bytes: Count
    processes: Count

    def to_domain(self, most: RunLimits) -> RunLimits:
        """These limits, or ours where they are lower."""
        return RunLimits(
            wall_seconds=min(self.wall_seconds, most.wall_seconds),
            cpu_seconds=min(self.cpu_seconds, most.cpu_seconds),
            memory_bytes=min(self.memory_bytes, most.memory_bytes),
            output_bytes=min(self.output_bytes, most.output_bytes),
            file_bytes=min(self.file_bytes, most.file_bytes),
            processes=min(self.processes, most.processes),
        )


class ProgramMessage(Message):
    """`Program`."""

    toolchain: Name
    argv: Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)]
    files: Annotated[dict[Name, bytes], Field(max_length=64)] = {}
    outputs: Annotated[tuple[Name, ...], Field(max_length=64)] = ()
    limits: LimitsMessage

    @classmethod
    def of(cls, program: Program) -> Self:
        limits = program.limits
        return cls(
            toolchain=program.toolchain,
            argv=program.argv,
            files=dict(program.files),
            outputs=program.outputs,
            limits=LimitsMessage(
                wall_seconds=limits.wall_seconds,
                cpu_seconds=limits.cpu_seconds,
                memory_bytes=limits.memory_bytes,
                output_bytes=limits.output_bytes,
                file_bytes=limits.file_bytes,
                processes=limits.processes,
            ),
        )

    def to_domain(self, most: RunLimits) -> Program:
        return Program(self.toolchain, self.argv, self.files, self.outputs, self.limits.to_domain(most))


class Question(Message):
    """What a client wants."""

    ask: Literal["run", "describe", "self_test"]
    must_isolate: bool = False
    program: ProgramMessage | None = None
    inputs: Annotated[tuple[bytes, ...], Field(max_length=4096)] = ()


class TestMessage(Message):
    """`SelfTest`."""

    __test__ = False  # no class of pytest's

    tool: str
    passed: bool
    detail: str

    def to_domain(self) -> SelfTest:
        return SelfTest(self.tool, passed=self.passed, detail=self.detail)


class Answer(Message):
    """What the runner says; which field is set says what it is."""

    alive: bool = False
    fault: str | None = None
    name: str | None = None
    isolates: bool | None = None
    toolchains: tuple[str, ...] | None = None
    tests: tuple[TestMessage, ...] | None = None
    runs: int | None = None


class RunMessage(Message):
    """`Run`."""

    end: RunEnd
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    outputs: dict[str, bytes]

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(
            end=run.end,
            exit_code=run.exit_code,
            stdout=run.stdout,
            stderr=run.stderr,
            seconds=run.seconds,
            outputs=dict(run.outputs),
        )

    def to_domain(self) -> Run:
        return Run(self.end, self.exit_code, self.stdout, self.stderr, self.seconds, self.outputs)


def framed(message: Message) -> bytes:
    """One frame; what it leaves out is at its default."""
    body = message.model_dump_json(exclude_defaults=True).encode()
    return len(body).to_bytes(_HEADER_BYTES, "big") + body


async def received(reader: asyncio.StreamReader, within_seconds: float) -> bytes:
    """The body of the next frame. `ProtocolError`: it is too long, cut off, or not there in time."""
    try:
        async with asyncio.timeout(within_seconds):
            length = int.from_bytes(await reader.readexactly(_HEADER_BYTES), "big")
            if length > MOST_BYTES:
                raise ProtocolError(f"a message of {length} bytes is more than {MOST_BYTES}")
            return await reader.readexactly(length)
    except TimeoutError as error:
        raise ProtocolError(f"nothing complete was said within {within_seconds:g} s") from error
    except (asyncio.IncompleteReadError, OSError) as error:
        raise ProtocolError("the connection ended in the middle of a message") from error
