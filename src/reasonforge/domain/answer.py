"""Answers by their declared type (7-tasks §7.3). Nothing here evaluates what a miner wrote."""

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import frozen


@frozen
class AnswerFinding:
    """What a final answer turned out to be.

    Attributes:
        correctness: 1.0 right, 0.0 wrong; between them only where the format knows partial answers.
        reason: one sentence for people; quotes at most 80 characters of the miner.
    """

    correctness: float
    reason: str


class AnswerSpecification(Protocol):
    """How the final answer is written and what it must equal."""

    @property
    def format(self) -> str:
        """The format's name: integer, fraction, decimal, list, choice, text …"""
        ...

    def wire_format(self) -> Mapping[str, Any]:
        """What travels to the miner: the specification without what would give the answer away."""
        ...

    def specification(self) -> Mapping[str, Any]:
        """The whole answer object as JSON, ground truth included (the database's form)."""
        ...

    def truth(self) -> str:
        """The right answer, written as the format asks."""
        ...

    def check(self, final_answer: str) -> AnswerFinding:
        """Whether `final_answer` is right. Total: every text gets a finding, in bounded time; nothing raises."""
        ...
