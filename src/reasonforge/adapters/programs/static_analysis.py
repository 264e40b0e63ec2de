"""How sound a program looks without running it: a linter's findings, and what no task's program may contain."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

from attrs import evolve, field, frozen

from reasonforge.adapters.programs.canary import RIGHT, judged_canaries
from reasonforge.adapters.programs.submitted import PYTHON, code_answer, source_of
from reasonforge.application.ports.sandbox import MEBIBYTE, Program, Run, RunEnd, RunLimits, Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

SELECTION: Final = ("E4", "E7", "E9", "F", "B", "A001", "A002", "C4", "C901", "PIE", "PLE", "PLW", "S102", "S307")
"""What is wrong, fragile or needlessly hard to read; no opinions about layout, names or docstrings."""
WEIGHTS: Final = (
    ("F8", 5),  # undefined and unused names, redefinitions
    ("E9", 5),
    ("PLE", 5),
    ("S", 5),
    ("F", 2),
    ("B", 2),
    ("PLW", 2),
    ("C901", 2),
)
"""Of a finding, by the beginning of its rule's code; the first that fits. Any other weighs 1."""
FEWEST_LINES, MOST_LINES = 10, 40

_LINTING: Final = RunLimits(wall_seconds=10.0, cpu_seconds=5.0, memory_bytes=512 * MEBIBYTE, output_bytes=262_144)
_SURVEYING: Final = RunLimits(wall_seconds=10.0, cpu_seconds=5.0, memory_bytes=512 * MEBIBYTE, output_bytes=65_536)
_LINTER: Final = Program(
    toolchain="ruff",
    argv=(
        *("ruff", "check", "--isolated", "--ignore-noqa", "--no-cache", "--quiet", "--exit-zero"),
        *("--output-format", "json", "--target-version", "py311", "--config", "lint.mccabe.max-complexity = 15"),
        *("--select", ",".join(SELECTION), "--stdin-filename", "solution.py", "-"),
    ),
    limits=_LINTING,
)
_SURVEYOR: Final = Program(
    toolchain="python",
    argv=(*PYTHON, "survey.py"),
    files={"survey.py": Path(__file__).with_name("survey.py").read_bytes()},
    limits=_SURVEYING,
)


@frozen
class StaticAnalysis:
    """max(0, 1 - Σ weights of the findings / lines); 0 for what does not parse, lacks the entry, or has what is banned.

    `lines` are the statements of different shape (names, constants, `pass`, comments and blank lines do not count), at
    least 10 and at most 40: padding does not raise a grade, nor is a short program ruined by one remark.
    Suppressions in the source (`noqa`, `ruff: disable`, `type: ignore`) have no effect. A source that exhausts the
    limits of the tools (processor time 5 s, 512 MiB, 256 KiB of findings) gets 0.

    Attributes:
        sandbox: offers the toolchains `python` and `ruff`.
    """

    sandbox: Sandbox
    tool: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "tool", f"ruff and syntax survey in {self.sandbox.name}")

    def deadline_seconds(self, task: Task) -> float:  # noqa: ARG002 - the same for every task
        return 2 * (_LINTING.wall_seconds + _SURVEYING.wall_seconds) + 10.0

    async def check(self, task: Task, submission: Submission) -> Finding:
        entry = code_answer(task).entry
        source = source_of(submission)
        if isinstance(source, Finding):
            return source
        linted, surveyed = await asyncio.gather(self._tried(_LINTER, source), self._tried(_surveyor(entry), source))
        if isinstance(surveyed, str):
            return Finding(0.0, f"the source cannot be parsed: {surveyed}")
        if isinstance(linted, str):
            return Finding(0.0, f"the source cannot be linted: {linted}")
        if not surveyed["parsed"]:
            return Finding(0.0, "the source does not parse")
        if not surveyed["lines"]:
            return Finding(0.0, "the source has no statement")
        if not surveyed["defines"]:
            return Finding(0.0, f"the source does not define {entry}")
        if surveyed["bans"]:
            line, what = surveyed["bans"][0]
            return Finding(0.0, f"line {line} uses {what}, which no task's program may")
        return _graded(linted, surveyed["lines"])

    async def self_test(self) -> SelfTest:
        return await judged_canaries(self)

    async def _tried(self, program: Program, source: bytes) -> Any:
        """What a tool says about the source; a text where the source was too much for it.

        Raises:
            ValidatorFault: the tool does not work even on a plain source.
        """
        said = _said((await self.sandbox.run(program, [source]))[0])
        if isinstance(said, str):
            known = _said((await self.sandbox.run(program, [RIGHT]))[0])
            if isinstance(known, str):
                message = f"{program.argv[0]} does not work in {self.sandbox.name}: {known}"
                raise ValidatorFault(message)
        return said


def _surveyor(entry: str) -> Program:
    return evolve(_SURVEYOR, argv=(*_SURVEYOR.argv, entry)) if entry else _SURVEYOR


def _said(run: Run) -> Any:
    if run.end is not RunEnd.EXITED:
        return run.end.value
    if run.exit_code != 0:
        return f"exit code {run.exit_code}"
    try:
        return json.loads(run.stdout)
    except (ValueError, RecursionError):
        return "no result"


def _graded(findings: list[dict[str, Any]], statements: int) -> Finding:
    if not findings:
        return Finding(1.0, "no findings")
    codes = sorted(str(finding.get("code") or "E999") for finding in findings)
    lines = min(max(statements, FEWEST_LINES), MOST_LINES)
    total = sum(_weight(code) for code in codes)
    grade = max(0.0, 1.0 - total / lines)
    named = ", ".join(sorted(set(codes))[:8])
    return Finding(grade, f"{len(codes)} findings ({named}) weigh {total} over {lines} lines")


def _weight(code: str) -> int:
    return next((weight for start, weight in WEIGHTS if code.startswith(start)), 1)
