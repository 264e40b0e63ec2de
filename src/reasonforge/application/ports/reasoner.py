from typing import Any, Protocol

from attrs import frozen

from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.task import Question


@frozen
class Solution:
    """What a reasoner came to."""

    steps: tuple[ReasoningStep, ...]
    final_answer: str
    artifact: Any = None
    proof_artifact: bytes | None = None
    code_artifact: bytes | None = None


@frozen
class NoAnswer:
    """An honest 'I do not know', with the reason. Never dressed up as an answer."""

    reason: str


class Reasoner(Protocol):
    """Thinks a question through.

    Promises: a `Solution` or `NoAnswer`, never an exception, for every question; it stops by itself when
    `budget_seconds` of its clock have passed.
    """

    @property
    def name(self) -> str:
        """Backend and model, as told in a health check."""
        ...

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer: ...
