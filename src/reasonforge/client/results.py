"""What a gateway answers, frozen and typed. Members that a later gateway adds are kept, in `model_extra`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


def _nothing_is_empty(given: Any) -> Any:
    return () if given is None else given


class TaskStatus(StrEnum):
    """How far a task has come."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED})


class ReasoningStep(_Answer):
    """One step of the best answer's reasoning."""

    reasoning: str = ""
    evidence: str = ""
    confidence: float | None = None


class Task(_Answer):
    """A task of one's own. What belongs to an answer is None, or empty, until there is one."""

    task_id: str
    status: TaskStatus
    result: Any = None
    best_answer: str | None = None
    confidence: float | None = None
    reasoning_steps: Annotated[tuple[ReasoningStep, ...], BeforeValidator(_nothing_is_empty)] = ()
    processing_time_ms: float | None = None
    error: str | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in FINAL


class TaskPage(_Answer):
    """One page of one's own tasks; `next_cursor` is None on the last."""

    tasks: tuple[Task, ...]
    next_cursor: str | None = None


class LeaderboardRow(_Answer):
    """One miner in the last closed epoch; `share` of the weights, `total_tao` over its life."""

    rank: int
    uid: int
    hotkey: str
    s_epoch: float
    peb: float
    streak: int
    quality: float
    accuracy: float
    novelty: float
    efficiency: float
    share: float
    total_tao: float


class Leaderboard(_Answer):
    """The ranking, in all disciplines or in one. `epoch` is None before the first."""

    epoch: int | None
    domain: str | None
    miners: tuple[LeaderboardRow, ...]


class MinerEpoch(_Answer):
    """One epoch of a miner."""

    epoch: int
    rank: int
    s_epoch: float
    peb: float
    streak: int
    trap_penalty: float
    share: float
    quality: float
    accuracy: float
    novelty: float
    efficiency: float
    asked: int
    answered: int
    right: int


class MinerTask(_Answer):
    """One task that a miner was asked; a check is None where the validator could not make it."""

    epoch: int
    domain: str
    difficulty: int
    cms: float
    checks: Mapping[str, float | None]


class Miner(_Answer):
    """A miner's epochs, oldest first, and its last tasks."""

    uid: int
    hotkey: str
    epochs: tuple[MinerEpoch, ...]
    tasks: tuple[MinerTask, ...] = ()


class Statistics(_Answer):
    """The network so far."""

    epochs: int
    tasks: int
    miners: int
    validators: int
    submissions: int
    average_cms: float | None
    emission: Mapping[str, float | None]
    last_epoch: Mapping[str, Any] | None
    last_weights: Mapping[str, Any] | None


class Validator(_Answer):
    """A validator's health: VAS in [0, 1] (None when it judged nothing), stake in TAO, reputation in [1, 1.5]."""

    hotkey: str
    stake: float | None
    vas: float | None
    reputation: float | None
    last_epoch: int | None
    last_weights_outcome: str | None
    last_weights_at: float | None


class Validators(_Answer):
    """Every validator that the gateway knows of."""

    validators: tuple[Validator, ...]


class Usage(_Answer):
    """One's own usage and quota; its members are the gateway's."""


class Event(_Answer):
    """One thing that happened on the subnet. `id` grows; `at` is UTC seconds."""

    id: int
    type: str
    at: float
    data: Mapping[str, Any]
