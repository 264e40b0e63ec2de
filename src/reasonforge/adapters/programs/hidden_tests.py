"""Whether a program computes what it should on inputs its author has not seen."""

import asyncio
import json
from itertools import islice

from attrs import field, frozen

from reasonforge.adapters.programs.canary import judged_canaries
from reasonforge.adapters.programs.comparison import Failed, normal, outcome_of, same, same_tokens
from reasonforge.adapters.programs.submitted import NO_RESULT, asked, code_answer, harnessed, source_of
from reasonforge.application.ports.sandbox import Run, RunEnd, Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

OVERRUNS = 3
"""Tests that may run out of time; after so many, those left count as failed without being run."""
_AT_ONCE = 8
_LEAST_OUTPUT = 16_384
_OVERHEAD_SECONDS = 1.0


@frozen
class HiddenTests:
    """The share of a task's hidden tests that a program passes; inside a test all or nothing.

    Each test is a process of its own, which gets the test's input and nothing else of the task. A function's value is
    compared type by type (comparison.py), a script's output word by word. A program whose output is more than 16 KiB
    and twice what the longest expected output needs is over its limit.

    Attributes:
        sandbox: offers the toolchain `python`.
    """

    sandbox: Sandbox
    tool: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "tool", f"hidden tests in {self.sandbox.name}")

    def deadline_seconds(self, task: Task) -> float:
        answer = code_answer(task)
        return len(answer.tests) * (2 * answer.seconds + _OVERHEAD_SECONDS) + 5.0

    async def check(self, task: Task, submission: Submission) -> Finding:
        answer = code_answer(task)
        source = source_of(submission)
        if isinstance(source, Finding):
            return source
        failures = await self._failures(answer, source)
        total = len(answer.tests)
        if not failures:
            return Finding(1.0, f"passes all {total} tests")
        first, why = failures[0]
        return Finding(
            (total - len(failures)) / total,
            f"passes {total - len(failures)} of {total} tests; the first to fail is test {first}: {why}",
        )

    async def self_test(self) -> SelfTest:
        return await judged_canaries(self)

    async def _failures(self, answer: CodeAnswer, source: bytes) -> list[tuple[int, str]]:
        """Numbers (from 1) of the failed tests, each with the reason."""
        program = harnessed(answer, source, _output_bytes(answer), answer.seconds)
        failures: list[tuple[int, str]] = []
        overruns = 0
        tests = enumerate(answer.tests, start=1)
        while part := list(islice(tests, _AT_ONCE)):
            if overruns >= OVERRUNS:
                failures += [(number, "not run any more") for number, _ in part]
                continue
            runs = await self.sandbox.run(program, [_told(answer, test) for _, test in part])
            for (number, test), run in zip(part, runs, strict=True):
                overruns += run.end is RunEnd.TIME
                why = _shortfall(answer, test, run)
                if why:
                    failures.append((number, why))
                await asyncio.sleep(0)
        return failures


def _told(answer: CodeAnswer, test: CodeTest) -> bytes:
    """All that enters the sandbox of a test."""
    return asked([test.input]) if answer.entry else test.input.encode()


def _shortfall(answer: CodeAnswer, test: CodeTest, run: Run) -> str:
    """Why the test is failed; empty where it is passed. Never tells what was expected."""
    if run.end is not RunEnd.EXITED:
        return run.end.value
    if run.exit_code != 0:
        return (
            NO_RESULT.get(run.exit_code or 0, f"exit code {run.exit_code}")
            if answer.entry
            else (f"exit code {run.exit_code}")
        )
    if not answer.entry:
        return "" if same_tokens(run.stdout, test.output) else "prints something else"
    lines = run.stdout.split(b"\n")
    if len(lines) != 2 or lines[1]:
        return "gave no result"
    outcome = outcome_of(lines[0])
    if isinstance(outcome, Failed):
        return outcome.why
    return "" if same(outcome.value, normal(test.output)) else "another value"


def _output_bytes(answer: CodeAnswer) -> int:
    longest = max(len(json.dumps(test.output)) for test in answer.tests)
    return _LEAST_OUTPUT + 2 * longest
