"""The sandbox for development, by bubblewrap."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from attrs import define, field

from reasonforge.adapters.bubblewrap.confinement import Confinement
from reasonforge.adapters.bubblewrap.seccomp import denylist
from reasonforge.adapters.bubblewrap.toolchain import Toolchain
from reasonforge.adapters.bubblewrap.watch import Watch
from reasonforge.application.ports.sandbox import Program, Run, RunEnd, RunLimits
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import ValidatorFault

_MISSING = "bubblewrap is not installed; apt-get install bubblewrap"


@define
class BubblewrapSandbox:
    """Each input in namespaces of its own; `concurrency` of them at a time, over all calls.

    Attributes:
        toolchains: by the name that programs use.
        executable: `bwrap`, or a path to it.
    """

    offered: Mapping[str, Toolchain] = field(alias="toolchains")
    concurrency: int = 2
    executable: str = "bwrap"
    _threads: ThreadPoolExecutor = field(init=False)
    _name: str = field(init=False)
    _seccomp: bytes | None = field(init=False, factory=denylist)

    def __attrs_post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.concurrency, thread_name_prefix="bubblewrap")
        self._name = _version(self.executable)

    @property
    def name(self) -> str:
        """Says wherever it is recorded that it is the weaker one."""
        return f"{self._name} (for development only)"

    @property
    def isolates(self) -> bool:
        return False

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        toolchain = self._toolchain(program)
        abandoned = threading.Event()
        loop = asyncio.get_running_loop()
        runs = []
        try:
            for given in inputs:
                work = partial(self._run, toolchain, program, given, abandoned)
                runs.append(await loop.run_in_executor(self._threads, work))
        finally:
            abandoned.set()
        return tuple(runs)

    async def toolchains(self) -> frozenset[str]:
        if not all(test.passed for test in await self.self_test()):
            return frozenset()
        return frozenset(name for name, toolchain in self.offered.items() if toolchain.missing is None)

    async def self_test(self) -> Sequence[SelfTest]:
        return [
            await self._expect(("cat",), RunLimits(), RunEnd.EXITED, "a harmless program ran"),
            await self._expect(
                ("sleep", "60"), RunLimits(wall_seconds=0.5), RunEnd.TIME, "a program without end was stopped"
            ),
        ]

    async def _expect(self, argv: tuple[str, ...], limits: RunLimits, end: RunEnd, fact: str) -> SelfTest:
        """Whether a run of the system's own tools, in any toolchain that shows them, ends as it must."""
        said = b"is it right, and how do we know?"
        try:
            name = next((name for name, toolchain in self.offered.items() if toolchain.missing is None), None)
            if name is None:
                return SelfTest(self.name, passed=False, detail=self._why_none())
            (run,) = await self.run(Program(name, argv, limits=limits), [said])
        except ValidatorFault as fault:
            return SelfTest(self.name, passed=False, detail=str(fault))
        passed = run.end is end and (end is not RunEnd.EXITED or run.stdout == said)
        return SelfTest(
            self.name, passed=passed, detail=fact if passed else f"expected that {fact}; it ended: {run.end}"
        )

    def _why_none(self) -> str:
        reasons = [f"{name}: {toolchain.missing}" for name, toolchain in self.offered.items()]
        return "; ".join(reasons) or "no toolchain is configured"

    def _toolchain(self, program: Program) -> Toolchain:
        toolchain = self.offered.get(program.toolchain)
        if toolchain is None:
            raise ValidatorFault(f"the sandbox has no toolchain {program.toolchain}")
        if toolchain.missing is not None:
            raise ValidatorFault(f"the toolchain {program.toolchain} cannot be used: {toolchain.missing}")
        for name in (*program.files, *program.outputs):
            if name in {"", ".", ".."} or "/" in name or "\0" in name:
                raise ValidatorFault(f"a program's files have plain names, not {name!r}")
        return toolchain

    def _run(self, toolchain: Toolchain, program: Program, given: bytes, abandoned: threading.Event) -> Run:
        if abandoned.is_set():
            raise ValidatorFault("the run was given up before it began")
        # By its full path: it is started without our environment, and so without our PATH.
        executable = shutil.which(self.executable)
        if executable is None:
            raise ValidatorFault(_MISSING)
        with Confinement(executable, toolchain, program, self._seccomp) as confinement:
            started = time.monotonic()
            seen = Watch(confinement, memoryview(given), abandoned)
            seen.see()
            code = confinement.process.returncode
            end = seen.end or (RunEnd.SIGNALLED if code > _SIGNAL or code < 0 else RunEnd.EXITED)
            exited = end is RunEnd.EXITED
            return Run(
                end=end,
                exit_code=code if exited else None,
                stdout=bytes(seen.stdout),
                stderr=bytes(seen.stderr),
                seconds=time.monotonic() - started,
                outputs=confinement.outputs() if exited else {},
            )


_SIGNAL = 128


def _version(executable: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(  # noqa: S603 - our own tool
            [executable, "--version"],
            capture_output=True,
            timeout=5,
            check=True,
            env={"PATH": os.environ.get("PATH", "")},
        )
        return said.stdout.decode(errors="replace").strip() or "bubblewrap"
    return "bubblewrap (not installed)"
