"""A named check on a structured artefact, made in a worker process."""

import math
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from attrs import field, frozen

from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.artefact import part_of
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

MOST_VALUES, MOST_CHARACTERS, MOST_BITS, MOST_DEPTH = 20_000, 500_000, 4_096, 32
_RUN: Final = "reasonforge.adapters.checks.worker:run"
_RUN_EXAMPLE: Final = "reasonforge.adapters.checks.worker:run_example"
_LIBRARIES: Final = {"logic": "z3-solver", "simulation": "scipy", "statistics": "scipy"}
_GRACE_SECONDS = 1.0
_SELF_TEST_SECONDS = 60.0


def _known(_instance: object, _attribute: object, check: str) -> None:
    if check not in CHECKS:
        message = f"{check!r} is none of the checks on artefacts: {', '.join(CHECKS)}"
        raise ValueError(message)


@frozen
class ArtefactChecks:
    """`Checker` of one check on the part of a submission's artefact that belongs to it.

    Attributes:
        check_name: one of `worker.CHECKS`.
        seconds: what one check may take in its worker.
    """

    check_name: str = field(validator=_known)
    workers: Workers
    seconds: float = 10.0

    @property
    def tool(self) -> str:
        library = _LIBRARIES.get(self.check_name)
        return f"{self.check_name} of {_versioned('reasonforge')}" + (f" with {_versioned(library)}" if library else "")

    def deadline_seconds(self, task: Task) -> float:  # noqa: ARG002 - the same for every task
        return self.seconds + _GRACE_SECONDS

    async def check(self, task: Task, submission: Submission) -> Finding:
        specification = task.artefact_for(self.check_name)
        if specification is None:
            raise ValidatorFault(f"task {task.task_id} has no data for its check {self.check_name}")
        artefact = part_of(submission.artifact, self.check_name)
        if artefact is None:
            return Finding(0.0, f"the submission has no artefact {self.check_name}")
        if flaw := unbounded(artefact):
            return Finding(0.0, f"the artefact {self.check_name} {flaw}")
        work = {
            "check": self.check_name,
            "against": specification.against,
            "artefact": artefact,
            "final_answer": submission.final_answer,
        }
        found = await self.workers.call(_RUN, work, self.seconds)
        if isinstance(found, Exceeded):
            return Finding(0.0, f"checking {self.check_name} exceeded its {found.reason}")
        return Finding(found["grade"], found["reason"])

    async def self_test(self) -> SelfTest:
        try:
            grades = await self.workers.call(_RUN_EXAMPLE, self.check_name, _SELF_TEST_SECONDS)
        except ValidatorFault as fault:
            return SelfTest(self.tool, passed=False, detail=str(fault))
        if isinstance(grades, Exceeded):
            return SelfTest(self.tool, passed=False, detail=f"the examples exceeded a {grades.reason}")
        right, wrong = grades
        detail = f"graded its true example {right:g} and its false one {wrong:g}"
        return SelfTest(self.tool, passed=right == 1.0 and wrong < 1.0, detail=detail)


def _versioned(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package}, not installed"


def unbounded(artefact: Any) -> str:
    """Why an artefact is not looked into any further; empty when it may be.

    It may hold at most 20,000 values, 500,000 characters (of keys too) and whole numbers of 4,096 bits, 32 deep, and
    nothing but plain JSON: no NaN and no infinity.
    """
    values = characters = 0
    waiting: list[tuple[Any, int]] = [(artefact, 1)]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        inner: list[Any] = []
        if isinstance(value, Mapping):
            if not all(isinstance(key, str) for key in value):
                return "has a key that is no text"
            characters += sum(map(len, value))
            inner = list(value.values())
        elif isinstance(value, list | tuple):
            inner = list(value)
        elif isinstance(value, str):
            characters += len(value)
        elif flaw := _odd_number(value):
            return flaw
        if values + len(waiting) + len(inner) > MOST_VALUES:
            return f"has more than {MOST_VALUES} values"
        if characters > MOST_CHARACTERS:
            return f"has more than {MOST_CHARACTERS} characters"
        if inner and depth >= MOST_DEPTH:
            return f"is more than {MOST_DEPTH} deep"
        waiting.extend((one, depth + 1) for one in inner)
    return ""


def _odd_number(value: Any) -> str:
    if value is None or type(value) is bool:
        return ""
    if type(value) is int:
        return f"has a whole number of more than {MOST_BITS} bits" if value.bit_length() > MOST_BITS else ""
    if type(value) is float:
        return "" if math.isfinite(value) else "has a number that is not finite"
    return "has a value that is no JSON"
