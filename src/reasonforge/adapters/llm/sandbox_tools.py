"""What an agent checks its programs and proofs with where its operator has a sandbox. Nothing here trusts a model."""

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen
from attrs.validators import gt

from reasonforge.adapters.llm.tools import NO_TIME, OUTPUT_CHARACTERS, Finding
from reasonforge.application.ports.prover import Prover
from reasonforge.application.ports.sandbox import Program, RunEnd, RunLimits, Sandbox
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.errors import ValidatorFault

_PYTHON = ("python3", "-I", "-B", "-X", "utf8", "program.py")
_PROCESSES = 16
_OVERHEAD_SECONDS = 2.0
"""A sandbox made, and its turn waited for."""


@frozen
class SandboxPython:
    """Runs a model's program in the sandbox, with no network and no file but itself.

    Attributes:
        seconds: of wall and processor time for one use, at most.
        memory_bytes: of all its processes together.
    """

    sandbox: Sandbox
    seconds: float = field(default=8.0, validator=gt(0))
    memory_bytes: int = field(default=256 << 20, validator=gt(0))

    async def run(self, source: str, given: str, seconds: float) -> Finding:
        bound = min(self.seconds, seconds)
        if bound <= 0:
            return NO_TIME
        program = Program(
            toolchain="python",
            argv=_PYTHON,
            files={"program.py": source.encode("utf-8", "replace")},
            limits=RunLimits(
                wall_seconds=bound,
                cpu_seconds=bound,
                memory_bytes=self.memory_bytes,
                output_bytes=1 << 16,
                file_bytes=1 << 20,
                processes=_PROCESSES,
            ),
        )
        try:
            async with asyncio.timeout(bound + _OVERHEAD_SECONDS):
                (ran,) = await self.sandbox.run(program, (given.encode("utf-8", "replace"),))
        except ValidatorFault as fault:
            return _unavailable(str(fault))
        except TimeoutError:
            return _unavailable("the sandbox had no place in time")
        written = ran.stdout.decode("utf-8", "replace")
        if ran.end is not RunEnd.EXITED:
            return Finding(False, f"stopped: {ran.end}")
        if ran.exit_code != 0:
            complaint = ran.stderr.decode("utf-8", "replace")
            return Finding(False, f"failed with exit code {ran.exit_code}: {(written + complaint)[-500:]}")
        return Finding(True, written[:OUTPUT_CHARACTERS])


@frozen
class ProverProofs:
    """Checks a proof of the very statement that the question asks for, as a validator would.

    Attributes:
        provers: system → prover, keyed as `ProofAnswer.system` names them.
    """

    provers: Mapping[str, Prover]

    async def check(self, answer_format: Mapping[str, Any], proof: bytes, seconds: float) -> Finding:
        if seconds <= 0:
            return NO_TIME
        goal = stated_goal(answer_format)
        if goal is None:
            return Finding(None, "the question states no goal that could be checked")
        prover = self.provers.get(goal.system)
        if prover is None or goal.base not in prover.bases():
            return _unavailable(f"no prover for {goal.system} over {goal.base} is set up")
        try:
            async with asyncio.timeout(seconds):
                outcome = await prover.prove(evolve(goal, seconds=min(goal.seconds, seconds)), proof)
        except ValidatorFault as fault:
            return _unavailable(str(fault))
        except TimeoutError:
            return Finding(None, "gave up: no verdict in the time that was left")
        return Finding(outcome.proved, f"{outcome.verdict}: {outcome.reason}"[:OUTPUT_CHARACTERS])


def stated_goal(answer_format: Mapping[str, Any]) -> ProofAnswer | None:
    """The goal as it travels in a question; None when it is none. A validator may send anything."""
    fields = {name: value for name, value in answer_format.items() if name != "artifact"}
    try:
        goal = read_answer({**fields, "reference": ""})
    except ValueError:
        return None
    return goal if isinstance(goal, ProofAnswer) else None


def _unavailable(why: str) -> Finding:
    return Finding(None, f"unavailable: {why}"[:OUTPUT_CHARACTERS])
