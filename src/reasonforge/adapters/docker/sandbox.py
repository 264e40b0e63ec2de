"""The sandbox of production: containers of a Docker engine, or of gVisor under it."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from attrs import define, field

from reasonforge.adapters.docker.engine import Engine
from reasonforge.adapters.docker.image import Image
from reasonforge.adapters.docker.pool import Pool
from reasonforge.adapters.docker.session import Session
from reasonforge.application.ports.sandbox import Program, Run, RunEnd, RunLimits
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import ValidatorFault


@define
class DockerSandbox:
    """One container a call; its inputs run in it one after another, in a fresh one after a run that broke it.

    Attributes:
        images: by the name of the toolchain that programs use.
        concurrency: calls at a time; the others wait.
        ahead: containers kept ready of each shape that is in use; 0 starts each when it is needed.
        owner: names this runner's containers, so that a crashed one's are removed when it starts again.
    """

    images: Mapping[str, Image]
    engine: Engine = field(factory=Engine)
    concurrency: int = 2
    ahead: int = 2
    owner: str = "reasonforge"
    _pool: Pool = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)
    _version: str = field(default="", init=False)

    def __attrs_post_init__(self) -> None:
        self._pool = Pool(self.engine, self.ahead, self.owner)
        self._threads = ThreadPoolExecutor(self.concurrency, thread_name_prefix="docker")

    @property
    def name(self) -> str:
        return " ".join(filter(None, ("docker", self._version, self.engine.runtime)))

    @property
    def isolates(self) -> bool:
        return True

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        image = self._image(program)
        if not inputs:
            return ()
        abandoned = threading.Event()
        work = partial(self._run, program, image, tuple(inputs), abandoned)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            abandoned.set()

    async def toolchains(self) -> frozenset[str]:
        def here() -> frozenset[str]:
            try:
                return frozenset(name for name, image in self.images.items() if self.engine.has(image.reference))
            except ValidatorFault:
                return frozenset()

        return await asyncio.get_running_loop().run_in_executor(self._threads, here)

    async def self_test(self) -> Sequence[SelfTest]:
        try:
            self._version = await asyncio.get_running_loop().run_in_executor(self._threads, self.engine.version)
        except ValidatorFault as fault:
            return [SelfTest(self.name, passed=False, detail=str(fault))]
        quick = RunLimits(wall_seconds=0.5)
        return [
            await self._expect(("cat",), RunLimits(), RunEnd.EXITED, "a harmless program ran"),
            await self._expect(("sleep", "60"), quick, RunEnd.TIME, "a program without end was stopped"),
        ]

    def settle(self) -> None:
        """Wait until the containers that are being started ahead stand."""
        self._pool.settle()

    async def aclose(self) -> None:
        """Remove the containers kept ready, and let go of the engine."""

        def close() -> None:
            self._pool.close()
            self._threads.shutdown(wait=True)
            self.engine.close()

        await asyncio.to_thread(close)

    async def _expect(self, argv: tuple[str, ...], limits: RunLimits, end: RunEnd, fact: str) -> SelfTest:
        said = b"is it right, and how do we know?"
        here = sorted(await self.toolchains())
        if not here:
            return SelfTest(self.name, passed=False, detail="the engine has none of the toolchains' images")
        try:
            (run,) = await self.run(Program(here[0], argv, limits=limits), [said])
        except ValidatorFault as fault:
            return SelfTest(self.name, passed=False, detail=str(fault))
        passed = run.end is end and (end is not RunEnd.EXITED or run.stdout == said)
        detail = fact if passed else f"expected that {fact}; it ended: {run.end}"
        return SelfTest(self.name, passed=passed, detail=detail)

    def _image(self, program: Program) -> Image:
        image = self.images.get(program.toolchain)
        if image is None:
            raise ValidatorFault(f"the sandbox has no toolchain {program.toolchain}")
        for name in (*program.files, *program.outputs):
            if name in {"", ".", ".."} or "/" in name or "\0" in name:
                raise ValidatorFault(f"a program's files have plain names, not {name!r}")
        return image

    def _run(
        self, program: Program, image: Image, inputs: Sequence[bytes], abandoned: threading.Event
    ) -> tuple[Run, ...]:
        with Session(self._pool, image, program, abandoned) as session:
            return tuple(session.run(given) for given in inputs)
