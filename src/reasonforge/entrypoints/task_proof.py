"""One task proved: examined by its family in a worker process, and two replies to it judged as a validator judges."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from reasonforge.adapters.tasks.examination import REPLY
from reasonforge.adapters.workers.pool import ProcessWorkers, WorkerLimits
from reasonforge.application.ports.sandbox import MEBIBYTE
from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.discipline import answer_check
from reasonforge.domain.receive import receive
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification
from reasonforge.entrypoints.task_files import FiledTask
from reasonforge.entrypoints.verification import NO_SANDBOX, Tools, ToolSettings, open_tools

EXAMINE = "reasonforge.adapters.tasks.examination:examine_json"
EXAMINE_SECONDS = 30.0
_LIMITS = WorkerLimits(message_bytes=64 * MEBIBYTE)
_NEEDS = {"code": "sandbox for programs", "lean4": "Lean 4", "coq": "Coq"}


@frozen
class Proof:
    """What came of a task: sentences about what is wrong, and about what this machine cannot check."""

    task: FiledTask
    wrong: tuple[str, ...]
    unchecked: tuple[str, ...]


async def prove_all(tasks: Sequence[FiledTask], jobs: int, settings: ToolSettings) -> list[Proof]:
    """A proof of each, in their order; `jobs` at a time.

    Raises:
        OperatorError: a sandbox that is not there.
    """
    if not tasks:
        return []
    places = asyncio.Semaphore(2 * jobs)  # while one is examined, another is judged
    async with (
        ProcessWorkers(jobs, limits=_LIMITS, preload=("reasonforge.adapters.tasks.examination",)) as workers,
        open_tools(settings) as tools,
    ):

        async def proved(one: FiledTask) -> Proof:
            async with places:
                return await _prove(one, workers, tools, settings)

        return list(await asyncio.gather(*(proved(one) for one in tasks)))


async def _prove(one: FiledTask, workers: Workers, tools: Tools, settings: ToolSettings) -> Proof:
    if one.task is None:
        return Proof(one, (one.wrong,), ())
    found = await workers.call(EXAMINE, dict(one.document), EXAMINE_SECONDS)
    if isinstance(found, Exceeded):
        return Proof(one, (f"its family cannot solve it within the {found.reason}",), ())
    if found["wrong"]:
        return Proof(one, tuple(found["wrong"]), ())
    replies = [_received(found["right"]), _received(found["mistaken"])]
    handed_in = [reply for reply in replies if isinstance(reply, Submission)]
    if len(handed_in) < len(replies):
        return Proof(one, ("its reference reply cannot be handed in",), ())
    right, mistaken = await tools.verifier.judge(one.task, handed_in)
    unavailable = {name: verdict.reason for name, verdict in right.checks.items() if _is_unavailable(right, name)}
    unchecked = tuple(dict.fromkeys(_missing(one.task, name, why, settings) for name, why in unavailable.items()))
    return Proof(one, tuple(_complaints(one.task, right, mistaken)), unchecked)


def _received(fields: Mapping[str, Any]) -> Submission | None:
    received = receive(fields, REPLY)
    return received if isinstance(received, Submission) else None


def _complaints(task: Task, right: Verification, mistaken: Verification) -> list[str]:
    """Whether the reference earns everything that can be checked, and the other does not earn the answer's check."""
    own = answer_check(task.discipline, task.answer.format)
    said = []
    for name, outcome in right.outcomes().items():
        if name == "steps" and not task.family:
            continue  # whoever wrote the task by hand gave no steps
        if isinstance(outcome, float) and outcome < 1.0:
            said.append(f"the reference reply earns {outcome:g} of the check {name}: {right.checks[name].reason}")
    answered = mistaken.outcomes()[own]
    if isinstance(answered, float) and answered >= 1.0:
        said.append(f"a wrong reply passes the check {own}: {mistaken.checks[own].reason}")
    if mistaken.correctness is not None and mistaken.correctness >= 1.0:
        said.append("a wrong reply counts as right")
    return said


def _is_unavailable(verification: Verification, name: str) -> bool:
    return isinstance(verification.outcomes()[name], Unavailable)


def _missing(task: Task, name: str, why: str, settings: ToolSettings) -> str:
    """What this machine lacks for a check."""
    if isinstance(task.answer, ExactAnswer):
        return f"{name}: {why}"
    system = str(task.answer.specification().get("system", task.answer.format))
    turned_off = ", for --sandbox is none" if settings.sandbox == NO_SANDBOX else ""
    return f"no {_NEEDS.get(system, 'tool for ' + system)}{turned_off}"
