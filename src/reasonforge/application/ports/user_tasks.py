"""The users' side of the desk where tasks wait for an epoch (the validators' side is task_desk)."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.domain.access_key import KeyId
from reasonforge.domain.identity import EpochNumber, TaskId
from reasonforge.domain.user_task import UserOutcome, UserTask, UserTaskState


@frozen
class NewTask:
    """What is to be queued.

    Attributes:
        idempotency_key: the caller's; None without. It is the key's own: other keys may use the same.
        fingerprint: tells one request's body from another's.
    """

    task: UserTask
    key: KeyId
    fingerprint: str
    callback_url: str | None = None
    idempotency_key: str | None = None


@frozen
class QueueRules:
    """What is counted in the transaction that queues.

    Attributes:
        month: the calendar month of the quota, `YYYY-MM`.
        quota: tasks that the key may submit in it; None without limit.
        most_queued: tasks that may wait, of everybody.
        most_of_owner: of one owner.
    """

    month: str
    quota: int | None
    most_queued: int = 10_000
    most_of_owner: int = 1_000


@frozen
class TaskRecord:
    """A user's task and how far it came. `position` orders an owner's tasks; `epoch` once it was taken into one."""

    position: int
    task: UserTask
    state: UserTaskState
    callback_url: str | None = None
    epoch: EpochNumber | None = None
    settled_at: float | None = None
    outcome: UserOutcome | None = None


@frozen
class Queued:
    """It waits, or did before: `fresh` is false when an earlier request with the same idempotency key queued it."""

    record: TaskRecord
    fresh: bool


@frozen
class OtherRequest:
    """The idempotency key was used before, for another body."""


@frozen
class QuotaSpent:
    """The month's quota is used up."""

    used: int


@frozen
class QueueFull:
    """Too many tasks wait; `own`: of this owner."""

    own: bool


SubmitOutcome = Queued | OtherRequest | QuotaSpent | QueueFull


class UserTasks(Protocol):
    """Promises:
    - `submit` is one transaction: the quota counts exactly the tasks that were queued, across all processes, and one
      idempotency key of one key queues one task, however many try at once;
    - an owner sees its own tasks only, and a stranger's is as none;
    - what `submit` returned from is still there after a crash; failures of the medium are `StoreFault`.
    """

    async def submit(self, new: NewTask, rules: QueueRules) -> SubmitOutcome: ...

    async def read(self, owner: str, task: TaskId) -> TaskRecord | None: ...

    async def page(self, owner: str, before: int | None, limit: int) -> Sequence[TaskRecord]:
        """The owner's newest `limit` tasks with a position less than `before`, newest first."""
        ...

    async def cancel(self, owner: str, task: TaskId, now: float) -> TaskRecord | None:
        """The task, cancelled if it was queued; None when the owner has no such."""
        ...

    async def used(self, key: KeyId, month: str) -> int:
        """Tasks that the key has queued in the month."""
        ...
