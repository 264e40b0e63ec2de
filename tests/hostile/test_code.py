"""No hostile program is paid for more than it computes, raises, or outlives its limits (tests/hostile/code.py)."""

import asyncio
import time
from typing import Any

import pytest

from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from reasonforge.domain.finding import Finding
from tests.adapters.programs.sandboxed import handed_in, sandbox, task
from tests.hostile.code import CASES, SOURCES, STYLE_IS_BAD, TESTS
from tests.hostile.conftest import Watch

pytestmark = pytest.mark.bwrap
SECONDS = 0.5
TASK = task("f", TESTS, CASES, seconds=SECONDS)
AT_LENGTH = {
    *("loops without end", "loops when loaded", "sleeps", "ignores signals", "computes in C without end", "backtracks"),
    *("stops itself", "a bomb of constants", "forks without end", "starts threads", "prints without end", "recurses"),
}
"""Those whose runs end at a limit: each takes several seconds, all of them a minute."""
EACH = [pytest.param(name, marks=[pytest.mark.slow] if name in AT_LENGTH else []) for name in SOURCES]
EACH_SOURCE = [pytest.param(name, marks=[] if name in STYLE_IS_BAD else [pytest.mark.slow]) for name in SOURCES]
RIGHT = "def f(n):\n    return (n * n + 7) % 101\n"


def judged(checker: Any, source: str | bytes) -> tuple[Finding, float]:
    start = time.monotonic()
    return asyncio.run(checker.check(TASK, handed_in(source))), time.monotonic() - start


@pytest.mark.parametrize("name", EACH)
def test_hostile_programs_gain_nothing(name: str, watch: Watch) -> None:
    """It passes no test, is told from the reference, and each run ends within a second of its limit."""
    for checker, limit in (
        (HiddenTests(sandbox()), len(TESTS) * (2 * SECONDS + 1)),
        (DifferentialTests(sandbox()), 2 * (SECONDS + len(CASES) / 100) + 1),
    ):
        with watch(name, checker.tool, limit - 0.5) as trial:
            finding, trial.seconds = judged(checker, SOURCES[name])
            trial.verdict, trial.grade = finding.reason, finding.grade
        assert finding.grade == 0.0, (checker.tool, finding)
        assert len(finding.reason) < 300


@pytest.mark.parametrize("name", EACH_SOURCE)
def test_hostile_programs_are_no_fault_of_the_linter(name: str, watch: Watch) -> None:
    """Static analysis always comes to a grade, in bounded time; what cannot be read or is banned gets 0."""
    checker = StaticAnalysis(sandbox())
    with watch(name, checker.tool, 11.0) as trial:
        finding, trial.seconds = judged(checker, SOURCES[name])
        trial.verdict = finding.reason  # a tidy program may pass: it counts only where some test does
    assert finding.grade == 0.0 or name not in STYLE_IS_BAD, finding


def test_an_honest_program_is_right_here() -> None:
    """What the hostile ones are asked for can be done."""
    for checker in (HiddenTests(sandbox()), DifferentialTests(sandbox()), StaticAnalysis(sandbox())):
        assert judged(checker, RIGHT)[0].grade == 1.0


@pytest.mark.parametrize("why", ["quiet", "prints", "closes standard output", "sleeping thread"])
def test_honest_noise_is_forgiven(why: str) -> None:
    """A right program that also prints, or leaves something running, is right all the same."""
    before = {
        "quiet": "",
        "prints": "import sys\nprint('=1')\nprint('warning', file=sys.stderr)\n",
        "closes standard output": "import sys\nsys.stdout.close()\n",
        "sleeping thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()\n",
    }[why]
    assert judged(HiddenTests(sandbox()), before + RIGHT)[0].grade == 1.0
