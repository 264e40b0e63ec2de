"""`reasonforge verify`: one reply to one task, judged as a validator judges it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import frozen

from reasonforge.adapters.tasks.document import read_json_file, read_task_file
from reasonforge.domain.canonical import Uncanonical, submission_hash
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import QueryId
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Silence
from reasonforge.domain.submission import DEFAULT_LIMITS
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification
from reasonforge.entrypoints.verification import BUBBLEWRAP, ToolSettings, open_tools

RIGHT, WRONG, UNCHECKED = 0, 1, 2
WIRE_FIELDS = frozenset(
    {
        "task_id",
        "reasoning_steps",
        "final_answer",
        "artifact",
        "proof_artifact",
        "code_artifact",
        "proof_status",
        "time_taken_ms",
        "submission_hash",
    }
)


@frozen
class Judgement:
    """What became of a reply: a silence has no verification."""

    task: Task
    silence: Silence | None
    notes: tuple[str, ...]
    verification: Verification | None

    @property
    def exit_code(self) -> int:
        """0: the final answer is right; 1: it is not, or there is none; 2: something could not be checked."""
        if self.verification is None:
            return WRONG
        if any(isinstance(outcome, Unavailable) for outcome in self.verification.outcomes().values()):
            return UNCHECKED
        if self.verification.correctness is None:
            return UNCHECKED
        return RIGHT if self.verification.correctness == 1.0 else WRONG


def verify(
    *,
    task_file: Annotated[Path, typer.Argument(metavar="TASK.json", help="A task, or an array of tasks.")],
    reply_file: Annotated[
        Path,
        typer.Argument(metavar="REPLY.json", help="What a miner fills in: final_answer, reasoning_steps, artifact …"),
    ],
    task_id: Annotated[str, typer.Option(help="Which task, where the file has several.")] = "",
    sandbox: Annotated[
        str, typer.Option(help="What runs strangers' programs: a runner's socket, 'bubblewrap' (weaker), or 'none'.")
    ] = BUBBLEWRAP,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Judge one reply to one task exactly as a validator does: every check, its verdict, reason, tool and cost.

    Exit code 0: the final answer is right; 1: it is not; 2: something could not be checked.
    """
    task = _chosen(read_task_file(task_file), task_id, task_file)
    fields = _fields(read_json_file(reply_file, DEFAULT_LIMITS.message_bytes), reply_file)
    judgement = asyncio.run(_judge(task, fields, ToolSettings(sandbox=sandbox)))
    document = _document(judgement)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(document)))
    return judgement.exit_code


async def _judge(task: Task, fields: Mapping[str, Any], tools: ToolSettings) -> Judgement:
    query_id = QueryId(fields["task_id"])
    received = receive(fields, query_id)
    if isinstance(received, Silence):
        return Judgement(task, received, (), None)
    async with open_tools(tools) as opened:
        (verification,) = await opened.verifier.judge(task, [received])
    return Judgement(task, None, received.notes, verification)


def _chosen(tasks: tuple[Task, ...], task_id: str, path: Path) -> Task:
    found = [task for task in tasks if not task_id or task.task_id == task_id]
    if len(found) == 1:
        return found[0]
    if task_id:
        raise OperatorError(f"{path} has no task {task_id}")
    raise OperatorError(f"{path} has {len(tasks)} tasks: name one with --task-id")


def _fields(reply: Any, path: Path) -> dict[str, Any]:
    """The reply as it would arrive; a hand-written one needs neither the task's id nor the hash."""
    if not isinstance(reply, dict):
        raise OperatorError(f"{path} is no reply: a reply is a JSON object with the fields {', '.join(WIRE_FIELDS)}")
    strange = sorted(set(reply) - WIRE_FIELDS)
    if strange:
        known = ", ".join(sorted(WIRE_FIELDS))
        raise OperatorError(f"{path} has a field {strange[0][:40]!r} that no miner fills; there are {known}")
    fields = {"task_id": "reply", **reply}
    if not isinstance(fields["task_id"], str):
        raise OperatorError(f"{path}: task_id must be a text")
    if "submission_hash" not in fields:
        digest = submission_hash(fields)
        if isinstance(digest, Uncanonical):
            raise OperatorError(f"{path} cannot be sent as a reply: {digest.value}")
        fields["submission_hash"] = digest
    return fields


def _document(judgement: Judgement) -> dict[str, Any]:
    verification = judgement.verification
    document: dict[str, Any] = {
        "task_id": judgement.task.task_id,
        "exit_code": judgement.exit_code,
        "silence": None,
        "correctness": None,
        "checks": {},
        "steps": None,
        "notes": list(judgement.notes),
    }
    if judgement.silence is not None:
        document["silence"] = {"reason": judgement.silence.reason.value, "detail": judgement.silence.detail}
    if verification is not None:
        document["correctness"] = verification.correctness
        document["steps"] = {
            "confirmed": verification.steps.confirmed,
            "refuted": verification.steps.refuted,
            "reaches_answer": verification.steps.reaches_answer,
            "evidence_resolved": verification.steps.evidence_resolved,
            "evidence_unresolved": verification.steps.evidence_unresolved,
        }
        document["checks"] = {
            name: {
                "outcome": None if isinstance(verdict.outcome, Unavailable) else verdict.outcome,
                "unavailable": isinstance(verdict.outcome, Unavailable),
                "reason": verdict.reason,
                "tool": verdict.tool,
                "seconds": round(verdict.seconds, 4),
            }
            for name, verdict in verification.checks.items()
        }
    return document


def _lines(document: dict[str, Any]) -> list[str]:
    if document["silence"] is not None:
        return [f"not scored: {document['silence']['reason']}: {document['silence']['detail']}"]
    lines = [f"note: {note}" for note in document["notes"]]
    for name, check in document["checks"].items():
        outcome = "unavailable" if check["unavailable"] else f"{check['outcome']:.2f}"
        lines.append(f"{name:<16} {outcome:<12} {check['reason']} [{check['tool']}, {check['seconds']:.3f} s]")
    correctness = document["correctness"]
    verdict = "could not be decided" if correctness is None else "right" if correctness == 1.0 else "wrong"
    return [*lines, f"final answer: {verdict}"]
