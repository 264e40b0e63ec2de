"""What a check costs: every verifier's, one at a time and two side by side on two worker processes.

python benchmarks/speed/checks.py [--seconds 1.0]

Each makes its own true example, whole: through the pool of worker processes, or in bubblewrap where programs are run
(left out where that is not installed). Formal proofs have proofs.py, containers sandbox.py, the pool's gain workers.py.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from importlib import import_module

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.checks.checker import ArtefactChecks
from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from reasonforge.adapters.symbolic.checker import SymbolicAnswers
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.registry import PROGRAMS
from reasonforge.adapters.tasks.source import task_of
from reasonforge.adapters.workers.pool import ProcessWorkers
from reasonforge.application.ports.checker import Checker
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.entrypoints.verification import PRELOAD, toolchains

SIDE_BY_SIDE = 2
INTEGER = read_answer({"format": "integer", "value": 1})
SYMBOLIC = (
    ("expression", {"format": "expression", "value": "2*x*(x+1)", "variables": ["x"]}, "2*x^2 + 2*x"),
    ("identity", {"format": "expression", "value": "sin(x)^2", "variables": ["x"]}, "(1 - cos(2*x))/2"),
    ("equation", {"format": "equation", "value": "y = 2*x + 1", "variables": ["x", "y"]}, "4*x - 2*y + 2 = 0"),
    ("interval", {"format": "interval", "value": "[0, 1) ∪ (2, oo)"}, "(2, oo) U [0, 1)"),
    ("quantity", {"format": "quantity", "value": "12.5", "unit": "m/s", "abs_tol": 0, "rel_tol": 0.001}, "45 km/h"),
)


def asked(answer: object, check: str, artefacts: tuple[ArtefactSpecification, ...] = ()) -> Task:
    """A task with this answer and one check."""
    specification = read_answer(answer) if isinstance(answer, dict) else INTEGER
    return Task(TaskId("speed"), "How fast?", Discipline.MATHEMATICS, 1, specification, (check,), artefacts=artefacts)


async def measure(name: str, seconds: float, check: Callable[[], Awaitable[Finding]]) -> None:
    """Prints milliseconds a check and checks a second; each must find its example right."""
    for _ in range(2 * SIDE_BY_SIDE):
        found = await check()
        assert found.grade == 1.0, (name, found)
    alone = await rate(seconds, check, 1)
    together = await rate(seconds, check, SIDE_BY_SIDE)
    print(f"  {name:<22} {1000 / alone:9.2f} ms a check {together:9.1f} checks/s with {SIDE_BY_SIDE} side by side")


async def rate(seconds: float, check: Callable[[], Awaitable[Finding]], side_by_side: int) -> float:
    """Checks a second."""
    start, made = time.perf_counter(), 0

    async def keep_on() -> None:
        nonlocal made
        while time.perf_counter() - start < seconds:
            await check()
            made += 1

    await asyncio.gather(*(keep_on() for _ in range(side_by_side)))
    return made / (time.perf_counter() - start)


async def main(seconds: float) -> None:
    print("checks of true examples, whole, on warm workers")
    async with ProcessWorkers(SIDE_BY_SIDE, preload=PRELOAD) as workers:
        symbolic = SymbolicAnswers(workers)
        for name, answer, final in SYMBOLIC:
            task, handed_in = asked(answer, "numerical"), Submission(QueryId("q"), (), final)
            await measure(name, seconds, lambda task=task, one=handed_in: symbolic.check(task, one))  # type: ignore[misc]
        for name in CHECKS:
            against, right, _ = import_module(CHECKS[name]).EXAMPLE
            task = asked(None, name, (ArtefactSpecification(name, {}, against),))
            handed_in = Submission(QueryId("q"), (), "1", artifact={name: right})
            checker = ArtefactChecks(name, workers)
            await measure(name, seconds, lambda c=checker, t=task, one=handed_in: c.check(t, one))  # type: ignore[misc]
    if shutil.which("bwrap") is None:
        print("  programs: bubblewrap is not installed")
        return
    family = PROGRAMS[0]
    posed = pose(family, "speed", 3)
    program = Submission(QueryId("q"), (), "", code_artifact=family.solve(posed.instance).code.encode())
    sandbox = BubblewrapSandbox(toolchains())
    made: dict[str, Checker] = {
        "tests": HiddenTests(sandbox),
        "static_analysis": StaticAnalysis(sandbox),
        "formal": DifferentialTests(sandbox),
    }
    task = task_of(family, "speed", 3)
    for name, one in made.items():
        await measure(f"{name} (bubblewrap)", seconds, lambda c=one: c.check(task, program))  # type: ignore[misc]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    asyncio.run(main(parser.parse_args().seconds))
