"""Whether a program can be told from the task's reference: many small inputs, and laws between its own outputs."""

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from attrs import field, frozen

from reasonforge.adapters.programs.canary import judged_canaries
from reasonforge.adapters.programs.comparison import Failed, Outcome, normal, outcome_of, same
from reasonforge.adapters.programs.relations import first_calls, holds, returned, second_calls
from reasonforge.adapters.programs.submitted import NO_RESULT, asked, code_answer, harnessed, source_of
from reasonforge.application.ports.sandbox import Run, RunEnd, Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.program import CodeAnswer
from reasonforge.domain.artefacts.formal import CHECK, check_relation
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

MAX_CALLS = 5_000
_CALLS_A_SECOND = 100
_OUTPUT_BYTES = 524_288
_OVERHEAD_SECONDS = 2.0


@frozen
class DifferentialTests:
    """1 when no case and no relation of the task tells the program from a right one, else 0: one example refutes.

    All calls of a round go to one process, in an order shuffled by the source, so that a program whose values depend on
    the calls before is found out. A round may take the task's seconds a test plus one second every 100 calls, and write
    512 KiB. Cases come from the family: bounded-exhaustive and random inputs with the reference's values.

    Attributes:
        sandbox: offers the toolchain `python`.
    """

    sandbox: Sandbox
    tool: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "tool", f"differential tests in {self.sandbox.name}")

    def deadline_seconds(self, task: Task) -> float:
        cases, relations = _against(task)
        calls = len(cases) + sum(len(_first_calls(relation)) for relation in relations)
        return 2 * (2 * _seconds(code_answer(task), calls) + _OVERHEAD_SECONDS) + 5.0

    async def check(self, task: Task, submission: Submission) -> Finding:
        answer, (cases, relations) = code_answer(task), _against(task)
        source = source_of(submission)
        if isinstance(source, Finding):
            return source
        asks = [_first_calls(relation) for relation in relations]
        outcomes = await self._round(answer, source, [[case["input"] for case in cases], *asks])
        for number, (case, outcome) in enumerate(zip(cases, outcomes[0], strict=True), start=1):
            if isinstance(outcome, Failed):
                return Finding(0.0, f"case {number} of {len(cases)}: {outcome.why}")
            if not same(outcome.value, normal(case["output"])):
                return Finding(0.0, f"case {number} of {len(cases)}: another value than the reference's")
        first = [returned(part) for part in outcomes[1:]]
        if any(values is None for values in first):
            return Finding(0.0, "gave no value to an input of a relation")
        given = [values for values in first if values is not None]
        again = [second_calls(relation, values) for relation, values in zip(relations, given, strict=True)]
        second = await self._round(answer, source, again) if any(again) else [[] for _ in again]
        for relation, before, part in zip(relations, given, second, strict=True):
            values = returned(part)
            if values is None or not holds(relation, before, values):
                return Finding(0.0, f"breaks a relation that every right program keeps: {relation['relation']}")
        return Finding(1.0, f"agrees with the reference on {len(cases)} cases and keeps {len(relations)} relations")

    async def self_test(self) -> SelfTest:
        return await judged_canaries(self)

    async def _round(
        self, answer: CodeAnswer, source: bytes, parts: Sequence[Sequence[list[Any]]]
    ) -> list[list[Outcome]]:
        """The outcomes of all calls of all parts, made in one process and in shuffled order."""
        calls = [call for part in parts for call in part]
        order = list(range(len(calls)))
        Random(int.from_bytes(hashlib.sha256(source).digest(), "big")).shuffle(order)
        program = harnessed(answer, source, _OUTPUT_BYTES, _seconds(answer, len(calls)))
        (run,) = await self.sandbox.run(program, [asked([calls[at] for at in order])])
        found = dict(zip(order, _outcomes(run, len(calls)), strict=True))
        ordered = iter([found[at] for at in range(len(calls))])
        return [[next(ordered) for _ in part] for part in parts]


def _outcomes(run: Run, count: int) -> list[Outcome]:
    """One outcome a call; a run that did not end well has none."""
    if run.end is not RunEnd.EXITED:
        return [Failed(run.end.value)] * count
    if run.exit_code != 0:
        return [Failed(NO_RESULT.get(run.exit_code or 0, f"exit code {run.exit_code}"))] * count
    lines = run.stdout.split(b"\n")
    if len(lines) != count + 1 or lines[-1]:
        return [Failed("gave not one result a call")] * count
    return [outcome_of(line) for line in lines[:-1]]


def _seconds(answer: CodeAnswer, calls: int) -> float:
    return answer.seconds + calls / _CALLS_A_SECOND


def _against(task: Task) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The task's cases and relations.

    Raises:
        ValidatorFault: it has none, or they make no sense.
    """
    artefact = task.artefact_for(CHECK)
    if artefact is None or not code_answer(task).entry:
        message = f"task {task.task_id} has nothing to compare a function with"
        raise ValidatorFault(message)
    cases, relations = artefact.against.get("cases"), artefact.against.get("relations", [])
    if not isinstance(cases, list) or not cases or not isinstance(relations, list):
        message = f"task {task.task_id} needs lists of cases and relations"
        raise ValidatorFault(message)
    if any(not isinstance(case, Mapping) or not {"input", "output"} <= case.keys() for case in cases):
        message = f"a case of task {task.task_id} has no input or no output"
        raise ValidatorFault(message)
    if any(not isinstance(case["input"], list) for case in cases):
        message = f"a case of task {task.task_id} has no list of arguments"
        raise ValidatorFault(message)
    try:
        for relation in relations:
            check_relation(relation)
    except ValueError as wrong:
        message = f"a relation of task {task.task_id} makes no sense: {wrong}"
        raise ValidatorFault(message) from wrong
    if len(cases) + sum(2 * len(relation["inputs"]) for relation in relations) > MAX_CALLS:
        message = f"task {task.task_id} asks for more than {MAX_CALLS} calls"
        raise ValidatorFault(message)
    return cases, relations


def _first_calls(relation: Mapping[str, Any]) -> list[list[Any]]:
    try:
        return first_calls(relation)
    except (TypeError, ValueError) as wrong:
        message = f"a relation's input is nothing that its transform works on: {wrong}"
        raise ValidatorFault(message) from wrong
