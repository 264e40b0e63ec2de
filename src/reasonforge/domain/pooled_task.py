"""A task as an operator's pool has it, and as a validator asks it."""

import hashlib

from attrs import evolve

from reasonforge.domain.answers.open_answer import OPEN
from reasonforge.domain.task import Task

SOURCE = "database"


def pooled(task: Task, instance: str = "") -> Task:
    """The task as the pool keeps it; `instance` names it where its family can, else its statement does.

    Raises:
        ValueError: nobody knows its answer.
    """
    if task.answer.format == OPEN:
        message = f"the task {task.task_id} has no answer, and only what can be judged belongs in a pool"
        raise ValueError(message)
    return evolve(task, source=SOURCE, instance=instance or f"pool: {statement_digest(task)}")


def statement_digest(task: Task) -> str:
    """SHA-256 in hex of what is asked, white space at its ends and runs of it apart."""
    return hashlib.sha256(" ".join(task.problem.split()).encode("utf-8", "surrogatepass")).hexdigest()
