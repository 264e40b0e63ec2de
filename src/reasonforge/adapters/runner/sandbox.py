"""The validator's side of the runner's socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from attrs import define, field
from pydantic import ValidationError

from reasonforge.adapters.runner.protocol import (
    ALIVE_SECONDS,
    Answer,
    ProgramMessage,
    ProtocolError,
    Question,
    RunMessage,
    framed,
    received,
)
from reasonforge.application.ports.sandbox import Program, Run
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import ValidatorFault


@define
class RunnerSandbox:
    """Every call is a connection of its own, so a runner that was restarted is simply met again.

    Attributes:
        socket: the runner's path.
        silence_seconds: a runner that says nothing for so long is taken for dead; it says something every 2 s.
        waiting_seconds: what a call may take beside its runs' own limits, waiting for its turn included.
        must_isolate: nothing is run by a runner that has only a weaker sandbox, whenever it came to have it.
    """

    socket: Path
    silence_seconds: float = 8 * ALIVE_SECONDS
    waiting_seconds: float = 600.0
    must_isolate: bool = False
    _name: str = field(default="", init=False)
    _isolates: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        return self._name or "runner"

    @property
    def isolates(self) -> bool:
        """What the runner last said of its sandbox; False before it said anything (`self_test` asks it)."""
        return self._isolates

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        try:
            question = Question(
                ask="run", must_isolate=self.must_isolate, program=ProgramMessage.of(program), inputs=tuple(inputs)
            )
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise ValidatorFault(f"no such program can be run: {first['loc']}: {first['msg']}") from error
        async with self._asking(question, len(inputs) * program.limits.wall_seconds) as reader:
            answer = await self._answer(reader)
            if answer.runs != len(inputs):
                raise ValidatorFault(f"the sandbox runner promised {answer.runs} runs for {len(inputs)} inputs")
            return tuple([await self._next_run(reader) for _ in inputs])

    async def toolchains(self) -> frozenset[str]:
        try:
            async with self._asking(Question(ask="describe")) as reader:
                return frozenset((await self._answer(reader)).toolchains or ())
        except ValidatorFault:
            return frozenset()

    async def self_test(self) -> Sequence[SelfTest]:
        try:
            async with self._asking(Question(ask="self_test")) as reader:
                tests = (await self._answer(reader)).tests or ()
        except ValidatorFault as fault:
            return [SelfTest(self.name, passed=False, detail=str(fault))]
        return [test.to_domain() for test in tests] or [SelfTest(self.name, passed=False, detail="it tested nothing")]

    @contextlib.asynccontextmanager
    async def _asking(self, question: Question, runs_seconds: float = 0.0) -> AsyncIterator[asyncio.StreamReader]:
        """A connection on which the question has been asked."""
        try:
            async with asyncio.timeout(self.waiting_seconds + runs_seconds):
                async with asyncio.timeout(self.silence_seconds):
                    reader, writer = await asyncio.open_unix_connection(self.socket, limit=1 << 20)
                try:
                    writer.write(framed(question))
                    await writer.drain()
                    yield reader
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError, ProtocolError) as error:
            why = "it took too long" if isinstance(error, TimeoutError) else error
            raise ValidatorFault(f"the sandbox runner at {self.socket} does not answer: {why}") from error
        except ValidationError as error:
            raise ValidatorFault(f"the sandbox runner at {self.socket} speaks another protocol") from error

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        """What comes after the signs of life."""
        while True:
            answer = Answer.model_validate_json(await received(reader, self.silence_seconds))
            if answer.fault is not None:
                raise ValidatorFault(answer.fault)
            if answer.alive:
                continue
            self._name = answer.name or self._name
            self._isolates = bool(answer.isolates)
            return answer

    async def _next_run(self, reader: asyncio.StreamReader) -> Run:
        return RunMessage.model_validate_json(await received(reader, self.silence_seconds)).to_domain()
