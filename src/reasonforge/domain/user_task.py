"""What somebody outside asks of the subnet, and the best verified answer it gets (7-tasks §7.4).

The way of a user's task: queued by the gateway → processing once a validator took it into an epoch → completed with an
answer, or failed with a reason. Only a queued one can still be cancelled.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId, Uid
from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.task import difficulty_in_range
from reasonforge.domain.verdict import Verdict


class UserTaskState(StrEnum):
    """How far a user's task has come."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@frozen
class UserTask:
    """A question of a user, as a validator takes it into an epoch. It has no ground truth: none is taken from users.

    Attributes:
        task_id: the gateway's name of it; never travels to a miner.
        owner: who submitted it: tasks of one owner share its place in an epoch.
        submitted_at: UTC seconds.
        timeout_seconds: what each miner has for it.
    """

    task_id: TaskId
    owner: str
    problem: str
    discipline: Discipline
    difficulty: int = field(validator=difficulty_in_range)
    timeout_seconds: float
    submitted_at: float


@frozen
class UserAnswer:
    """The best-checked reply of the heaviest group of answers that mean the same.

    Attributes:
        final_answer, steps: as the miner handed them in, sanitised.
        confidence: the group's share of the standing of all who answered, in [0, 1]; copies count once.
        miner, uid: whose reply it is.
        replies: independent replies that there were.
        checks: what could be checked without a ground truth.
        processing_seconds: from when the miners were asked to when the answer was chosen.
    """

    task_id: TaskId
    epoch: EpochNumber
    final_answer: str
    steps: tuple[ReasoningStep, ...]
    confidence: float
    miner: Hotkey
    uid: Uid
    replies: int
    checks: Mapping[str, Verdict]
    processing_seconds: float


@frozen
class UserTaskFailure:
    """Why a user's task got no answer; `reason` is one sentence that a user may read."""

    task_id: TaskId
    epoch: EpochNumber
    reason: str


UserOutcome = UserAnswer | UserTaskFailure
