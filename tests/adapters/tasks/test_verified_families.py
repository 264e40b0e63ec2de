"""Every family's own solution and its plausible wrong one, judged by the verifier that validators use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, WorkedSolution, pose
from reasonforge.adapters.tasks.registry import ANYWHERE, PROGRAMS, PROOFS
from reasonforge.adapters.tasks.source import task_of
from reasonforge.domain.discipline import answer_check
from reasonforge.domain.identity import QueryId
from reasonforge.domain.receive import receive, wire_fields
from reasonforge.domain.submission import ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification
from reasonforge.entrypoints.verification import BUBBLEWRAP, ToolSettings, inline_verifier, open_tools
from tests.requirement import require

SANDBOXED = tuple((family, "python") for family in PROGRAMS) + tuple(
    (family, system.rstrip("4")) for system, families in sorted(PROOFS.items()) for family in families
)
HOW_MANY = pytest.mark.parametrize("count", [1, pytest.param(4, marks=pytest.mark.slow)])


def handed_in(worked: WorkedSolution) -> Submission:
    """A solution as it arrives at a validator, through the wire's own form."""
    steps = [ReasoningStep(at, line.facts, claims=line.claims) for at, line in enumerate(worked.lines, start=1)]
    query = QueryId("q")
    fields = wire_fields(
        query,
        steps=steps,
        final_answer=worked.final_answer,
        artifact=dict(worked.artifact) or None,
        proof_artifact=worked.proof.encode() or None,
        code_artifact=worked.code.encode() or None,
    )
    received = receive(fields, query)
    assert isinstance(received, Submission), received
    return received


def wrong(family: AnyFamily, instance: object, rng: Random) -> WorkedSolution:
    if isinstance(family, ArtefactFamily):
        return family.go_wrong(instance, rng)
    return WorkedSolution(family.slip(instance, rng), family.solve(instance).lines)


async def judged(verifier: RoutedVerifier, family: AnyFamily, seed: str, difficulty: int) -> None:
    """The reference earns everything and needs no tool that is missing; the wrong one has a wrong answer."""
    task = task_of(family, seed, difficulty)
    posed = pose(family, seed, difficulty)
    bad = wrong(family, posed.instance, Random(f"{seed}/{difficulty}"))
    right, refused = await verifier.judge(task, [handed_in(family.solve(posed.instance)), handed_in(bad)])
    assert right.outcomes() == dict.fromkeys(task.checks, 1.0), (seed, difficulty, right)
    assert right.correctness == 1.0
    assert right.steps.refuted == 0
    if task.answer.format in {"integer", "fraction", "decimal"}:
        assert right.steps.reaches_answer
    assert_refused(task, refused)


def assert_refused(task: Task, refused: Verification) -> None:
    own = refused.outcomes()[answer_check(task.discipline, task.answer.format)]
    assert isinstance(own, float), refused
    assert own < 1.0, refused
    assert refused.correctness is not None
    assert refused.correctness < 1.0
    for name, outcome in refused.outcomes().items():
        assert isinstance(outcome, float), refused
        if task.artefact_for(name) is not None:
            assert outcome <= 0.5, (name, refused)


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
@HOW_MANY
def test_the_reference_passes_and_the_slip_does_not(family: AnyFamily, count: int) -> None:
    """What a family works out earns every check of its own task; what goes wrong in it is found."""

    async def go() -> None:
        verifier = inline_verifier(MemoryClock())
        for difficulty in family.difficulties:
            for number in range(count):
                await judged(verifier, family, f"judged-{number}", difficulty)

    asyncio.run(go())


@asynccontextmanager
async def sandboxed(toolchain: str) -> AsyncIterator[RoutedVerifier]:
    async with open_tools(ToolSettings(sandbox=BUBBLEWRAP, workers=1)) as tools:
        offered = await tools.sandbox.toolchains() if tools.sandbox else frozenset()
        require("bwrap", "python" in offered, "bubblewrap does not run Python here")
        require(toolchain if toolchain in {"coq", "lean"} else "bwrap", toolchain in offered, f"no {toolchain} here")
        yield tools.verifier


@pytest.mark.parametrize(("family", "toolchain"), SANDBOXED, ids=[family.name for family, _ in SANDBOXED])
@pytest.mark.parametrize("difficulties", [(1, 10), pytest.param((4, 7), marks=pytest.mark.slow)])
def test_programs_and_proofs_are_judged_in_the_sandbox(
    family: AnyFamily, toolchain: str, difficulties: tuple[int, ...]
) -> None:
    """The reference program or proof earns every check, the plausible wrong one does not."""

    async def go() -> None:
        async with sandboxed(toolchain) as verifier:
            for difficulty in difficulties:
                await judged(verifier, family, "judged", difficulty)

    asyncio.run(go())
