"""The sandbox runner's socket: what it survives, whom it drops, and what a client makes of a runner that is gone."""

import asyncio
import json
import os
import socket
import stat
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import define, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasonforge.adapters.runner.protocol import MOST_BYTES
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.runner.server import MOST, RunnerServer
from reasonforge.application.ports.sandbox import Program, Run, RunEnd, RunLimits
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import OperatorError, ValidatorFault

ResultT = TypeVar("ResultT")
HUGE = RunLimits(
    wall_seconds=80_000.0,
    cpu_seconds=80_000.0,
    memory_bytes=1 << 39,
    output_bytes=1 << 39,
    file_bytes=1 << 39,
    processes=1 << 20,
)


@define
class EchoSandbox:
    """Runs nothing: says each input back, after as many seconds as the program's first argument asks for."""

    seen: list[Program] = field(factory=list)
    given_up: int = 0
    began: asyncio.Event = field(factory=asyncio.Event)
    name: str = "echo 1"
    isolates: bool = True

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        if program.toolchain != "echo":
            raise ValidatorFault(f"the sandbox has no toolchain {program.toolchain}")
        self.seen.append(program)
        self.began.set()
        try:
            await asyncio.sleep(float(program.argv[0]))
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return [Run(RunEnd.EXITED, 0, one, b"", 0.5, {"out": one}) for one in inputs]

    async def toolchains(self) -> frozenset[str]:
        return frozenset({"echo"})

    async def self_test(self) -> Sequence[SelfTest]:
        return [SelfTest(self.name, passed=True, detail="it says things back")]


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rf-socket-") as directory:
        yield Path(directory, "socket")


def serving(path: Path, server: RunnerServer, use: Callable[[], Awaitable[ResultT]]) -> ResultT:
    async def served() -> ResultT:
        async with server.listening(path):
            return await use()

    return asyncio.run(served())


async def _says(path: Path, said: bytes, then_close: bool = False) -> bytes:
    """What a raw client gets back for what it says."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(said)
        if then_close:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def echo(seconds: float = 0.0, limits: RunLimits = RunLimits()) -> Program:  # noqa: B008 - frozen
    return Program("echo", (str(seconds),), limits=limits)


def test_limits_are_lowered_to_the_runners_own(path: Path) -> None:
    """Whatever a client asks for, no run gets more than the runner's maxima."""
    sandbox = EchoSandbox()

    serving(path, RunnerServer(sandbox), lambda: RunnerSandbox(path).run(echo(limits=HUGE)))

    assert [program.limits for program in sandbox.seen] == [MOST]


def test_limits_below_the_maxima_are_kept(path: Path) -> None:
    """A client's own limits stand when they are lower."""
    sandbox = EchoSandbox()
    own = RunLimits(1.5, 2.5, 3 << 20, 4096, 8192, 7)

    serving(path, RunnerServer(sandbox), lambda: RunnerSandbox(path).run(echo(limits=own)))

    assert [program.limits for program in sandbox.seen] == [own]


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 0.0, -1.0], ids=repr)
def test_limits_that_limit_nothing_are_refused(path: Path, seconds: float) -> None:
    """NaN, infinity, zero and less never reach the sandbox."""
    sandbox = EchoSandbox()

    with pytest.raises(ValidatorFault):
        serving(
            path, RunnerServer(sandbox), lambda: RunnerSandbox(path).run(echo(limits=RunLimits(wall_seconds=seconds)))
        )

    assert sandbox.seen == []


def test_the_socket_is_for_owner_and_group_alone(path: Path) -> None:
    """Its mode is 0660."""

    async def mode() -> int:
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116 - a test

    assert serving(path, RunnerServer(EchoSandbox()), mode) == 0o660
    assert not path.exists()


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: docker\r\n\r\n",
        framed(b""),
        framed(b"null"),
        framed(b"{"),
        framed(b'{"ask": "exec"}'),
        framed(b'{"ask": "run"}'),
        framed(b'{"ask": "run", "program": {"toolchain": "echo", "argv": []}}'),
        framed(b'{"ask": "describe", "privileged": true}'),
        framed(b"[" * 100_000),
        framed(b"\xff\xfe" * 100),
        framed(json.dumps({"ask": "run", "inputs": ["%%%"]}).encode()),
        (MOST_BYTES + 1).to_bytes(4, "big"),
        b"\xff\xff\xff\xff",
    ],
    ids=range(13),
)
def test_garbage_is_refused_and_survived(path: Path, said: bytes) -> None:
    """Whatever arrives, that client gets a fault or is dropped, and the next is served."""

    async def spoil() -> tuple[bytes, Sequence[Run]]:
        return await _says(path, said, then_close=True), await RunnerSandbox(path).run(echo(), [b"on"])

    answer, runs = serving(path, RunnerServer(EchoSandbox(), patience_seconds=1.0), spoil)

    assert answer == b"" or "fault" in json.loads(answer[4:])
    assert [run.stdout for run in runs] == [b"on"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), header=st.booleans())
def test_any_bytes_are_survived(path: Path, body: bytes, header: bool) -> None:
    """No bytes, framed or not, keep the runner from answering the next client."""

    async def spoil() -> Sequence[Run]:
        await _says(path, framed(body) if header else body, then_close=True)
        return await RunnerSandbox(path).run(echo(), [b"on"])

    assert [run.stdout for run in serving(path, RunnerServer(EchoSandbox(), patience_seconds=1.0), spoil)] == [b"on"]


def test_a_silent_client_is_dropped(path: Path) -> None:
    """Who says nothing within the runner's patience loses its connection and holds nobody up."""

    async def wait() -> tuple[bytes, float, Sequence[Run]]:
        before = time.monotonic()
        silent = asyncio.create_task(_says(path, b"\0\0"))
        runs = await RunnerSandbox(path).run(echo(), [b"on"])
        return await silent, time.monotonic() - before, runs

    said, seconds, runs = serving(path, RunnerServer(EchoSandbox(), patience_seconds=0.5), wait)

    assert said == b""
    assert 0.4 < seconds < 3
    assert [run.stdout for run in runs] == [b"on"]


def test_a_client_that_leaves_gives_its_run_up(path: Path) -> None:
    """A closed connection cancels the run; so does a cancelled call."""
    sandbox = EchoSandbox()

    async def leave() -> None:
        call = asyncio.create_task(RunnerSandbox(path).run(echo(seconds=60)))
        await sandbox.began.wait()
        call.cancel()
        for _ in range(200):
            if sandbox.given_up:
                return
            await asyncio.sleep(0.01)

    serving(path, RunnerServer(sandbox), leave)

    assert sandbox.given_up == 1


def test_many_clients_are_served_at_once(path: Path) -> None:
    """Ten half-second questions take less than five seconds, and each gets its own answer."""

    async def crowd() -> tuple[list[Sequence[Run]], float]:
        before = time.monotonic()
        runs = await asyncio.gather(*(RunnerSandbox(path).run(echo(0.5), [str(n).encode()]) for n in range(10)))
        return runs, time.monotonic() - before

    answers, seconds = serving(path, RunnerServer(EchoSandbox()), crowd)

    assert [runs[0].stdout for runs in answers] == [str(n).encode() for n in range(10)]
    assert seconds < 4


def test_a_long_run_is_waited_for(path: Path) -> None:
    """A client whose runner gives signs of life waits longer than it would for a silent one."""
    runner = RunnerSandbox(path, silence_seconds=2.5)

    runs = serving(path, RunnerServer(EchoSandbox()), lambda: runner.run(echo(4.0), [b"late"]))

    assert [run.stdout for run in runs] == [b"late"]


def test_a_runner_that_is_gone_is_our_fault(path: Path) -> None:
    """No socket: runs raise `ValidatorFault`, no toolchain is offered, and the self-test says so."""
    runner = RunnerSandbox(path)

    with pytest.raises(ValidatorFault, match="does not answer"):
        asyncio.run(runner.run(echo()))
    assert asyncio.run(runner.toolchains()) == frozenset()
    assert [test.passed for test in asyncio.run(runner.self_test())] == [False]


def test_a_runner_that_dies_in_the_middle_is_our_fault(path: Path) -> None:
    """A call under way ends with `ValidatorFault` as soon as the runner does, and a new runner is met again."""

    async def die() -> tuple[float, Sequence[Run]]:
        runner, sandbox = RunnerSandbox(path), EchoSandbox()
        async with RunnerServer(sandbox).listening(path):
            call = asyncio.create_task(runner.run(echo(seconds=60)))
            await sandbox.began.wait()
        before = time.monotonic()
        with pytest.raises(ValidatorFault, match="does not answer"):
            await call
        seconds = time.monotonic() - before
        async with RunnerServer(EchoSandbox()).listening(path):
            return seconds, await runner.run(echo(), [b"again"])

    seconds, runs = asyncio.run(die())

    assert seconds < 2
    assert [run.stdout for run in runs] == [b"again"]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\0\0\0\x02{",
        framed(b"{}"),
        framed(b'{"runs": 7}'),
        framed(b"[]"),
        b"\xff" * 8,
        framed(b'{"runs": 1}') + framed(b"{}"),
    ],
    ids=range(7),
)
def test_a_runner_that_talks_nonsense_is_our_fault(path: Path, said: bytes) -> None:
    """Whatever comes back that is no answer is a `ValidatorFault`."""

    async def talk() -> None:
        async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(10)
            writer.write(said)
            await writer.drain()
            writer.close()

        async with await asyncio.start_unix_server(nonsense, path):
            with pytest.raises(ValidatorFault):
                await RunnerSandbox(path).run(echo(), [b""])

    asyncio.run(talk())


def test_a_runner_that_falls_silent_is_our_fault(path: Path) -> None:
    """A runner that takes the question and says nothing is given up after `silence_seconds`."""

    async def listen() -> float:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async with await asyncio.start_unix_server(silent, path):
            before = time.monotonic()
            with pytest.raises(ValidatorFault, match="does not answer"):
                await RunnerSandbox(path, silence_seconds=0.5).run(echo(), [b""])
            return time.monotonic() - before

    assert asyncio.run(listen()) < 3


def test_a_path_that_is_in_use_is_refused(path: Path) -> None:
    """A second runner on a living one's path is the operator's mistake; the first goes on."""

    async def twice() -> Sequence[Run]:
        with pytest.raises(OperatorError, match="cannot listen"):
            async with RunnerServer(EchoSandbox()).listening(path):
                pass
        return await RunnerSandbox(path).run(echo(), [b"on"])

    assert [run.stdout for run in serving(path, RunnerServer(EchoSandbox()), twice)] == [b"on"]


def test_the_socket_of_a_crashed_runner_gives_way(path: Path) -> None:
    """A socket that nobody listens on is taken over."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    runs = serving(path, RunnerServer(EchoSandbox()), lambda: RunnerSandbox(path).run(echo(), [b"on"]))

    assert [run.stdout for run in runs] == [b"on"]


def test_a_file_in_the_way_is_left_alone(path: Path) -> None:
    """Only sockets give way."""
    path.write_text("precious")

    with pytest.raises(OperatorError, match="cannot listen"):
        serving(path, RunnerServer(EchoSandbox()), lambda: RunnerSandbox(path).toolchains())

    assert path.read_text() == "precious"
