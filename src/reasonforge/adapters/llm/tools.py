"""What the agent checks its work with. Every use is bounded; none raises for what a model wrote."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from attrs import field, frozen
from attrs.validators import gt

from reasonforge.adapters.llm import algebra_text
from reasonforge.adapters.llm.algebra_text import Tree
from reasonforge.adapters.llm.bounded_process import Ending, run_bounded

OUTPUT_CHARACTERS = 2_000
_WORKER = Path(algebra_text.__file__).with_name("algebra_worker.py")


@frozen
class Finding:
    """What a tool says.

    Attributes:
        verdict: True: confirmed; False: refuted; None: it could not say.
        text: for the model, at most `OUTPUT_CHARACTERS`.
    """

    verdict: bool | None
    text: str


NO_TIME = Finding(None, "no time was left")


class RunsCode(Protocol):
    """Runs a Python program that a model wrote, where it can do no harm."""

    async def run(self, source: str, given: str, seconds: float) -> Finding:
        """True: it ended by itself without an error; False: it did not. `text` is what it wrote, or why it failed."""
        ...


class ChecksProof(Protocol):
    """Checks a formal proof's source against the goal that a question's answer format states."""

    async def check(self, answer_format: Mapping[str, Any], proof: bytes, seconds: float) -> Finding: ...


class ComputesAlgebra(Protocol):
    """Exact algebra on texts that `algebra_text` reads; what it cannot read has no verdict."""

    async def compute(self, request: str, seconds: float) -> Finding:
        """The result of `solve(x^2 - 4, x)` and its like (`algebra_text.OPERATIONS`)."""
        ...

    async def equal(self, left: str, right: str, seconds: float) -> Finding:
        """Whether two expressions are the same for all values of their symbols."""
        ...


@frozen
class UnavailableCode:
    """Where no sandbox is set up: a model's program is never run."""

    async def run(self, _source: str, _given: str, _seconds: float) -> Finding:
        return Finding(None, "unavailable: no sandbox is set up for running programs")


@frozen
class UnavailableProofs:
    """Where no proof checker is set up."""

    async def check(self, _answer_format: Mapping[str, Any], _proof: bytes, _seconds: float) -> Finding:
        return Finding(None, "unavailable: no proof checker is set up")


@frozen
class SympyAlgebra:
    """SymPy in a process of its own for each use, under limits, killed when its time is over.

    Attributes:
        seconds: of wall and processor time for one use, at most.
        memory_bytes: of address space.
    """

    seconds: float = field(default=8.0, validator=gt(0))
    memory_bytes: int = field(default=1 << 30, validator=gt(0))

    async def compute(self, request: str, seconds: float) -> Finding:
        read = algebra_text.read_operation(request)
        if read is None:
            asked = ", ".join(algebra_text.OPERATIONS)
            return Finding(None, f"this cannot be read; ask for one of {asked} of plain algebra")
        return await self._asked(*read, seconds)

    async def equal(self, left: str, right: str, seconds: float) -> Finding:
        sides = [algebra_text.read_algebra(left), algebra_text.read_algebra(right)]
        trees = [side for side in sides if side is not None and side[0] != "="]
        if len(trees) < 2:
            return Finding(None, "this cannot be read as algebra")
        found = await self._asked("equal", trees, seconds)
        return Finding({"yes": True, "no": False}.get(found.text), found.text)

    async def _asked(self, operation: str, trees: list[Tree], seconds: float) -> Finding:
        bound = min(self.seconds, seconds)
        if bound <= 0:
            return NO_TIME
        request = json.dumps([[int(bound) + 1, self.memory_bytes], operation, trees]).encode()
        command = [sys.executable, "-I", str(_WORKER)]
        try:
            ran = await run_bounded(command, request, wall_seconds=bound, output_bytes=OUTPUT_CHARACTERS)
        except OSError as fault:
            return Finding(None, f"unavailable: {fault}"[:OUTPUT_CHARACTERS])
        if ran.ending is not Ending.EXITED:
            return Finding(None, f"gave up: {ran.ending}")
        if ran.exit_code != 0:
            last = ran.output.strip().rpartition("\n")[2][:200]
            return Finding(None, f"failed: {last or 'it ran into its limits'}")
        return Finding(None, ran.output)


# What programs use is imported before the user changes: the interpreter may lie where nobody may read.
_LIMITED_PYTHON = """\
import os, resource as r, sys
import bisect, collections, decimal, fractions, functools, heapq, itertools, json, math, operator, random, re
import signal, statistics, string, threading, time
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
source = sys.stdin.buffer.read(int(sys.argv[3])).decode("utf-8", "replace")
for which, most in ((r.RLIMIT_CPU, int(sys.argv[1])), (r.RLIMIT_AS, int(sys.argv[2])), (r.RLIMIT_NPROC, 0),
                    (r.RLIMIT_FSIZE, 0), (r.RLIMIT_CORE, 0), (r.RLIMIT_NOFILE, 16)):
    r.setrlimit(which, (most, most))
del os, r, which, most
exec(compile(source, "program.py", "exec"), {"__name__": "__main__"})
"""


@frozen
class RlimitPython:
    """Runs a program in a child process under resource limits: time, memory, output, no children, no file content.

    **Limits are no walls.** The program can read what its user can read and use the network, and what it reads can end
    up in an answer. It runs as `nobody` when we are root, else as ourselves. Only an operator who runs the miner where
    that does no harm may choose it; the agent's default is `UnavailableCode`, and a real sandbox is the right one.
    One at a time, so that no question can take the machine from the others.
    """

    seconds: float = field(default=8.0, validator=gt(0))
    memory_bytes: int = field(default=256 << 20, validator=gt(0))
    _turn: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(1), init=False, repr=False, eq=False)

    async def run(self, source: str, given: str, seconds: float) -> Finding:
        bound = min(self.seconds, seconds)
        if bound <= 0:
            return NO_TIME
        data = source.encode("utf-8", "replace")
        limits = (int(bound) + 1, self.memory_bytes, len(data))
        command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _LIMITED_PYTHON, *map(str, limits)]
        try:
            async with self._turn:
                ran = await run_bounded(
                    command,
                    data + given.encode("utf-8", "replace"),
                    wall_seconds=bound,
                    output_bytes=OUTPUT_CHARACTERS,
                )
        except OSError as fault:
            return Finding(None, f"unavailable: {fault}"[:OUTPUT_CHARACTERS])
        if ran.ending is not Ending.EXITED:
            return Finding(False, f"stopped: {ran.ending}")
        if ran.exit_code != 0:
            return Finding(False, f"failed with exit code {ran.exit_code}: {ran.output[-500:]}")
        return Finding(True, ran.output)


@frozen
class Tools:
    """What an agent has at hand."""

    algebra: ComputesAlgebra = field(factory=SympyAlgebra)
    code: RunsCode = field(factory=UnavailableCode)
    proofs: ChecksProof = field(factory=UnavailableProofs)
