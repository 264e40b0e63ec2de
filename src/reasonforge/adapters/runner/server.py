"""The runner's side of the socket."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from attrs import define, field
from pydantic import ValidationError

from reasonforge.adapters.runner.protocol import (
    ALIVE_SECONDS,
    Answer,
    Message,
    ProtocolError,
    Question,
    RunMessage,
    TestMessage,
    framed,
    received,
)
from reasonforge.application.ports.sandbox import MEBIBYTE, RunLimits, Sandbox
from reasonforge.domain.errors import OperatorError, ValidatorFault

MOST = RunLimits(
    wall_seconds=300.0,
    cpu_seconds=300.0,
    memory_bytes=4096 * MEBIBYTE,
    output_bytes=16 * MEBIBYTE,
    file_bytes=64 * MEBIBYTE,
    processes=256,
)
"""The most any run gets, whatever is asked for."""
SOCKET_MODE = 0o660


@define
class RunnerServer:
    """Answers clients on a Unix socket with what a sandbox does.

    Attributes:
        most: limits above these are lowered to them.
        clients: connections at a time; the next wait to be heard.
        patience_seconds: for a client to say what it wants, and to take what it is told.
    """

    sandbox: Sandbox
    most: RunLimits = MOST
    clients: int = 32
    patience_seconds: float = 30.0
    _under_way: "set[asyncio.Task[None]]" = field(factory=set, init=False)

    @contextlib.asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        """Serve until the block is left; then questions under way are given up. `OperatorError`: the path is taken."""
        bound = _bound(path)
        places = asyncio.Semaphore(self.clients)

        async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            try:
                async with places:
                    await self._attend(reader, writer)
            except (ProtocolError, OSError):
                writer.transport.abort()
            finally:
                writer.close()

        server = await asyncio.start_unix_server(attend, sock=bound, limit=1 << 20)
        try:
            yield
        finally:
            server.close()
            _free(path)
            for task in tuple(self._under_way):
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await asyncio.sleep(0)  # closed transports let go of their sockets in the loop's next turn

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await received(reader, self.patience_seconds)
        try:
            question = Question.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            await self._say(writer, [Answer(fault=f"the runner cannot read the question: {where}: {first['msg']}")])
            return
        answering = asyncio.create_task(self._answer(question))
        leaving = asyncio.create_task(reader.read(1))  # a client says nothing more: this ends when it leaves
        try:
            while not answering.done():
                await asyncio.wait({answering, leaving}, timeout=ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if leaving.done():
                    return
                if not answering.done():
                    await self._say(writer, [Answer(alive=True)])
            await self._say(writer, answering.result())
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, question: Question) -> Sequence[Message]:
        sandbox = self.sandbox
        try:
            if question.ask == "describe":
                found = tuple(sorted(await sandbox.toolchains()))
                return [Answer(name=sandbox.name, isolates=sandbox.isolates, toolchains=found)]
            if question.ask == "self_test":
                tests = [
                    TestMessage(tool=test.tool, passed=test.passed, detail=test.detail)
                    for test in await sandbox.self_test()
                ]
                return [Answer(name=sandbox.name, isolates=sandbox.isolates, tests=tuple(tests))]
            if question.program is None:
                return [Answer(fault="the runner was asked to run nothing")]
            if question.must_isolate and not sandbox.isolates:
                return [Answer(fault=f"the runner has no more than {sandbox.name}, which is for development only")]
            runs = await sandbox.run(question.program.to_domain(self.most), question.inputs)
        except ValidatorFault as fault:
            return [Answer(fault=str(fault))]
        header = Answer(name=sandbox.name, isolates=sandbox.isolates, runs=len(runs))
        return [header, *map(RunMessage.of, runs)]

    async def _say(self, writer: asyncio.StreamWriter, messages: Sequence[Message]) -> None:
        """Who does not take what it asked for in time is dropped."""
        try:
            async with asyncio.timeout(self.patience_seconds):
                for message in messages:
                    writer.write(framed(message))
                    await writer.drain()
        except TimeoutError as error:
            raise ProtocolError("the client does not listen") from error


def _bound(path: Path) -> socket.socket:
    """A listening socket of mode 0660 from its first moment; what a crashed runner left there gives way."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        if path.is_socket() and not _answers(path):
            path.unlink()
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise OperatorError(f"the runner cannot listen on {path}: {error.strerror or error}") from error
    finally:
        os.umask(before)
    return listener


def _free(path: Path) -> None:
    path.unlink(missing_ok=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
        return True
