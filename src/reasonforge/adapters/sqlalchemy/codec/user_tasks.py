"""Users' tasks and what became of them ↔ rows of `user_tasks`."""

from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import FORMAT, Fields, check_format, read_json, write_json
from reasonforge.adapters.sqlalchemy.codec.findings import read_checks, write_checks
from reasonforge.adapters.sqlalchemy.codec.results import plain
from reasonforge.adapters.sqlalchemy.codec.submissions import read_step, step_document
from reasonforge.application.ports.user_tasks import NewTask, TaskRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId, Uid
from reasonforge.domain.user_task import UserAnswer, UserOutcome, UserTask, UserTaskFailure, UserTaskState

Row = dict[str, Any]


def queued_row(new: NewTask) -> Row:
    """A task that begins to wait."""
    task = new.task
    return {
        "task_id": task.task_id,
        "owner": task.owner,
        "key_id": new.key,
        "problem": write_json(task.problem),
        "discipline": task.discipline,
        "difficulty": task.difficulty,
        "timeout_seconds": task.timeout_seconds,
        "callback_url": new.callback_url,
        "idempotency_key": new.idempotency_key,
        "fingerprint": new.fingerprint,
        "submitted_at": task.submitted_at,
        "state": UserTaskState.QUEUED,
        "format": FORMAT,
    }


def read_task(row: Fields) -> UserTask:
    """The task that `queued_row` wrote."""
    check_format(row.integer("format"))
    return UserTask(
        task_id=TaskId(row.text("task_id")),
        owner=row.text("owner"),
        problem=str(read_json(row.text("problem"))),
        discipline=Discipline(row.text("discipline")),
        difficulty=row.integer("difficulty"),
        timeout_seconds=row.number("timeout_seconds"),
        submitted_at=row.number("submitted_at"),
    )


def read_record(row: Fields) -> TaskRecord:
    """The task and how far it came."""
    epoch, outcome, task = row.any("taken_epoch"), row.any("outcome"), read_task(row)
    return TaskRecord(
        position=row.integer("position"),
        task=task,
        state=UserTaskState(row.text("state")),
        callback_url=row.any("callback_url"),
        epoch=None if epoch is None else EpochNumber(epoch),
        settled_at=row.number_or_none("settled_at"),
        outcome=None if outcome is None else _read_outcome(task.task_id, Fields(read_json(outcome))),
    )


def outcome_columns(outcome: UserOutcome) -> Row:
    """The state an outcome settles a task in, and its document."""
    if isinstance(outcome, UserTaskFailure):
        document: Row = {"epoch": outcome.epoch, "failure": plain(outcome.reason)}
        return {"state": UserTaskState.FAILED, "outcome": write_json(document)}
    document = {
        "epoch": outcome.epoch,
        "final_answer": outcome.final_answer,
        "steps": [step_document(step) for step in outcome.steps],
        "confidence": outcome.confidence,
        "miner": outcome.miner,
        "uid": outcome.uid,
        "replies": outcome.replies,
        "checks": write_checks(outcome.checks),
        "processing_seconds": outcome.processing_seconds,
    }
    return {"state": UserTaskState.COMPLETED, "outcome": write_json(document)}


def _read_outcome(task: TaskId, fields: Fields) -> UserOutcome:
    epoch = EpochNumber(fields.integer("epoch"))
    if any(name == "failure" for name, _ in fields.items()):
        return UserTaskFailure(task, epoch, fields.text("failure"))
    return UserAnswer(
        task_id=task,
        epoch=epoch,
        final_answer=fields.text("final_answer"),
        steps=tuple(read_step(Fields(step)) for step in fields.array("steps")),
        confidence=fields.number("confidence"),
        miner=Hotkey(fields.text("miner")),
        uid=Uid(fields.integer("uid")),
        replies=fields.integer("replies"),
        checks=read_checks(fields.text("checks")),
        processing_seconds=fields.number("processing_seconds"),
    )
