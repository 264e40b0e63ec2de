"""What an owner submits, and how far it came."""

import json
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from reasonforge.application.gateway.list_tasks import TaskPage
from reasonforge.application.gateway.submit_task import TaskRequest
from reasonforge.application.ports.user_tasks import TaskRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.user_task import UserAnswer, UserTaskFailure, UserTaskState
from reasonforge.domain.verdict import Unavailable, Verdict


class Domain(StrEnum):
    """The kind of reasoning."""

    MATHEMATICS = "mathematics"
    CODE = "code"
    SCIENTIFIC = "scientific"
    STRATEGIC = "strategic"
    CAUSAL = "causal"
    ETHICAL = "ethical"


class SubmitRequest(BaseModel):
    """A problem to be reasoned through."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [
                {
                    "problem": "What is the least positive integer n with n^3 congruent to 5 modulo 13?",
                    "domain": "mathematics",
                    "difficulty": 3,
                    "timeout_seconds": 120,
                }
            ]
        },
    )

    problem: str = Field(min_length=10, max_length=10_000, description="The statement, 10 to 10,000 characters.")
    domain: Domain | None = Field(default=None, description="Detected from the statement when absent.")
    difficulty: Annotated[int, Field(ge=1, le=10, strict=True)] | None = Field(
        default=None, description="1 to 10; estimated from the statement when absent."
    )
    timeout_seconds: Annotated[float, Field(ge=30, le=600, strict=True)] = Field(
        default=300.0, description="What each miner has for it, 30 to 600 seconds."
    )
    callback_url: str | None = Field(
        default=None,
        min_length=9,
        max_length=2_000,
        description="An https URL on the public Internet that the finished task is posted to (Standard Webhooks).",
    )

    @field_validator("problem")
    @classmethod
    def _is_text(cls, problem: str) -> str:
        """No NUL, which not every database can hold, and no half of a surrogate pair, which is no text."""
        if "\0" in problem or any("\ud800" <= sign <= "\udfff" for sign in problem):
            raise ValueError("the problem holds a NUL, or half a character")
        return problem

    def to_domain(self) -> TaskRequest:
        """The request as the use case takes it."""
        return TaskRequest(
            problem=self.problem,
            discipline=None if self.domain is None else Discipline(self.domain.value),
            difficulty=self.difficulty,
            timeout_seconds=self.timeout_seconds,
            callback_url=self.callback_url,
        )


class StepResponse(BaseModel):
    """One step of the best answer's reasoning, as the miner handed it in: text, never markup."""

    step_id: int
    reasoning: str
    evidence: str
    confidence: float

    @classmethod
    def of(cls, step: ReasoningStep) -> Self:
        return cls(
            step_id=step.step_id,
            reasoning=legible(step.reasoning),
            evidence=legible(step.evidence),
            confidence=step.confidence,
        )


class CheckResponse(BaseModel):
    """One check of the best answer; `outcome` from 0 to 1, null when it could not be made."""

    outcome: float | None
    reason: str
    tool: str

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        outcome = verdict.outcome
        if isinstance(outcome, Unavailable):
            return cls(outcome=None, reason=outcome.reason, tool=verdict.tool)
        return cls(outcome=outcome, reason=verdict.reason, tool=verdict.tool)


class ResultResponse(BaseModel):
    """Where the best answer comes from and what was checked of it."""

    epoch: int
    miner: str = Field(description="The hotkey whose reply it is.")
    uid: int
    replies: int = Field(description="Independent replies there were.")
    checks: dict[str, CheckResponse]


class TaskResponse(BaseModel):
    """A task of one's own. What belongs to an answer is null, or empty, until there is one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "task_id": "task_5e1f0c9a7b3d4e21a6c88d90f1e2b3a4",
                    "status": "completed",
                    "domain": "mathematics",
                    "difficulty": 3,
                    "submitted_at": 1767225600.0,
                    "finished_at": 1767226920.5,
                    "epoch": 41,
                    "result": {
                        "epoch": 41,
                        "miner": "5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1repo5EYjQX",
                        "uid": 7,
                        "replies": 12,
                        "checks": {"numerical": {"outcome": 0.83, "reason": "83% say the same", "tool": "agreement"}},
                    },
                    "best_answer": "7",
                    "confidence": 0.83,
                    "reasoning_steps": [
                        {"step_id": 1, "reasoning": "7^3 = 343 = 26·13 + 5", "evidence": "", "confidence": 1.0}
                    ],
                    "processing_time_ms": 5310.2,
                    "error": None,
                }
            ]
        }
    )

    task_id: str
    status: UserTaskState
    domain: str
    difficulty: int
    submitted_at: float = Field(description="UTC seconds")
    finished_at: float | None = Field(description="UTC seconds; null until it is completed, failed or cancelled.")
    epoch: int | None = Field(description="The epoch that took it up.")
    result: ResultResponse | None
    best_answer: str | None
    confidence: float | None = Field(description="The best answer's share of the standing of all who answered, 0 to 1.")
    reasoning_steps: list[StepResponse]
    processing_time_ms: float | None
    error: str | None = Field(description="Why it failed, one sentence.")

    @classmethod
    def of(cls, record: TaskRecord) -> Self:
        answer = record.outcome if isinstance(record.outcome, UserAnswer) else None
        failure = record.outcome if isinstance(record.outcome, UserTaskFailure) else None
        return cls(
            task_id=record.task.task_id,
            status=record.state,
            domain=record.task.discipline.value,
            difficulty=record.task.difficulty,
            submitted_at=record.task.submitted_at,
            finished_at=record.settled_at,
            epoch=record.epoch,
            result=None if answer is None else _result(answer),
            best_answer=None if answer is None else legible(answer.final_answer),
            confidence=None if answer is None else answer.confidence,
            reasoning_steps=[] if answer is None else [StepResponse.of(step) for step in answer.steps],
            processing_time_ms=None if answer is None else answer.processing_seconds * 1000.0,
            error=None if failure is None else failure.reason,
        )


class TaskPageResponse(BaseModel):
    """One's own tasks, newest first; `next_cursor` asks for those that follow, null on the last page."""

    tasks: list[TaskResponse]
    next_cursor: str | None

    @classmethod
    def of(cls, page: TaskPage, next_cursor: str | None) -> Self:
        return cls(tasks=[TaskResponse.of(record) for record in page.tasks], next_cursor=next_cursor)


def webhook_body(record: TaskRecord) -> bytes:
    """The message that a finished task's webhook carries: an event with the task as `GET` shows it."""
    document: dict[str, Any] = {
        "type": f"task.{record.state.value}",
        "timestamp": record.settled_at,
        "data": TaskResponse.of(record).model_dump(mode="json"),
    }
    return json.dumps(document, separators=(",", ":")).encode()


def legible(text: str) -> str:
    """`text` as JSON in UTF-8 can hold it: a miner's half of a surrogate pair becomes �."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def _result(answer: UserAnswer) -> ResultResponse:
    checks = {name: CheckResponse.of(verdict) for name, verdict in answer.checks.items()}
    return ResultResponse(epoch=answer.epoch, miner=answer.miner, uid=answer.uid, replies=answer.replies, checks=checks)
