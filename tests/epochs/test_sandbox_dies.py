"""An epoch whose sandbox dies, or hangs, in the middle: it ends, nobody loses a score, and the operator is told."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define, evolve, field

from reasonforge import InProcessSubnet
from reasonforge.adapters.tasks.families.congruences import Congruences
from reasonforge.adapters.tasks.registry import PROGRAMS
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.events import Event, TaskScored
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochReport, ScoredReply
from reasonforge.domain.verdict import Unavailable
from reasonforge.domain.weights import WeightRow
from reasonforge.entrypoints.cast import Solver
from reasonforge.entrypoints.run_tally import SubnetRun
from reasonforge.entrypoints.verification import ToolSettings, open_tools
from tests.sandboxes import IMAGE, require_kind

RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=6))
MINERS = (Solver(1.0), Solver(1.0))
TASKS = GeneratedTasks((*PROGRAMS[:1], Congruences()))
MOST_SECONDS = 240.0
ENGINES = [
    pytest.param(("--engine", "bubblewrap"), "bubblewrap", marks=pytest.mark.bwrap, id="bubblewrap"),
    pytest.param(("--image", f"python={IMAGE}"), "docker", marks=pytest.mark.docker, id="docker"),
]


@define
class Saboteur:
    """Does something once: when the first task of code has been scored."""

    sabotage: Callable[[], None]
    done: bool = False
    scored: list[int] = field(factory=list)

    def emit(self, event: Event) -> None:
        if not isinstance(event, TaskScored) or event.scored.task.discipline is not Discipline.CODE:
            return
        self.scored.append(event.scored.index)
        if not self.done:
            self.sabotage()
            self.done = True


@contextmanager
def runner(options: tuple[str, ...]) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """The real service, as an operator starts it, and its socket."""
    with tempfile.TemporaryDirectory(prefix="rf-dies-") as directory:
        path = Path(directory, "socket")
        command = [sys.executable, "-m", "reasonforge", "sandbox", "serve", "--socket", str(path), *options]
        command += [] if "bubblewrap" in options else ["--owner", f"reasonforge-dies-{os.getpid()}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().strip() == str(path)
                yield path, process
            finally:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(timeout=30)


async def epoch(path: Path, sabotage: Callable[[], None]) -> tuple[SubnetRun, Saboteur]:
    saboteur = Saboteur(sabotage)
    async with open_tools(ToolSettings(sandbox=str(path), systems=frozenset(), workers=1)) as tools:
        subnet = InProcessSubnet(1, MINERS, seed=5, rules=RULES, verifier=tools.verifier, tasks=TASKS, jury=False)
        subnet.watch(saboteur)
        async with subnet:
            return await subnet.run_epochs(1), saboteur


def report_of(run: SubnetRun) -> EpochReport:
    (ran,) = run.epochs
    (report,) = ran.reports
    return report


def replies(report: EpochReport) -> dict[tuple[int, str], ScoredReply]:
    return {(task.index, reply.hotkey): reply for task in report.tasks for reply in task.replies}


def answer_check_of(report: EpochReport, index: int) -> str:
    """What the final answer of a task counts under, which every image can check."""
    return ANSWER_CHECK[report.tasks[index].task.discipline]


def told(run: SubnetRun) -> str:
    return " ".join(notice.what for notice in run.notices)


def assert_nobody_lost(run: SubnetRun, saboteur: Saboteur) -> None:
    """What needed the sandbox afterwards is void, all else counts in full, weights were set, and it was said."""
    report = report_of(run)
    first, *later = saboteur.scored
    assert later, "some programs were asked for after the sandbox was gone"
    for (index, _), reply in replies(report).items():
        assert reply.silence is None
        if index in later:
            assert reply.void
            assert all(isinstance(verdict.outcome, Unavailable) for verdict in reply.checks.values())
        else:
            assert not reply.void
            assert reply.correctness == 1.0
            assert reply.checks[answer_check_of(report, index)].outcome == 1.0
    for miner in report.miners:
        assert (miner.asked, miner.answered, miner.void) == (6, 6, len(later))
        assert miner.right == 6 - len(later)
        assert miner.dimensions.accuracy > 0.99
        assert miner.trap_penalty == 1.0
        assert miner.s_epoch > 0
    assert isinstance(report.weights, WeightRow)
    assert "the check 'tests' could not be made" in told(run)
    assert "sandbox runner" in told(run)
    assert first not in later


@pytest.mark.slow
@pytest.mark.parametrize(("options", "kind"), ENGINES)
def test_a_sandbox_that_is_killed(options: tuple[str, ...], kind: str) -> None:
    """SIGKILL in the middle of the epoch: it ends, void is void, and the operator reads what became of the runner."""
    require_kind(kind)
    with runner(options) as (path, process):
        run, saboteur = asyncio.run(epoch(path, process.kill))
    assert_nobody_lost(run, saboteur)


@pytest.mark.slow
@pytest.mark.bwrap
def test_a_sandbox_that_hangs() -> None:
    """SIGSTOP in the middle of the epoch: it is taken for dead before long, and then rests, so that the epoch ends."""
    require_kind("bubblewrap")
    with runner(("--engine", "bubblewrap")) as (path, process):
        began = time.monotonic()
        run, saboteur = asyncio.run(epoch(path, lambda: process.send_signal(signal.SIGSTOP)))
        assert time.monotonic() - began < MOST_SECONDS
    assert_nobody_lost(run, saboteur)


@pytest.mark.slow
@pytest.mark.bwrap
def test_a_sandbox_that_lives() -> None:
    """The same epoch undisturbed: every program is judged, and nothing is said."""
    require_kind("bubblewrap")
    with runner(("--engine", "bubblewrap")) as (path, _):
        run, saboteur = asyncio.run(epoch(path, lambda: None))
    report = report_of(run)
    assert len(saboteur.scored) >= 2
    assert {miner.void for miner in report.miners} == {0}
    assert {miner.right for miner in report.miners} == {6}
    assert "could not be made" not in told(run)
