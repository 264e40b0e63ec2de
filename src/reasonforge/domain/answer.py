"""Answers by their declared type (7-tasks §7.3). Nothing here evaluates what a miner wrote."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from reasonforge.domain.finding import Finding


class AnswerSpecification(Protocol):
    """How the final answer is written and what it must equal."""

    @property
    def format(self) -> str:
        """The format's name: integer, fraction, decimal, list, choice, text, expression, code, proof …"""
        ...

    def wire_format(self) -> Mapping[str, Any]:
        """What travels to the miner: the specification without what would give the answer away."""
        ...

    def specification(self) -> Mapping[str, Any]:
        """The whole answer object as JSON, ground truth included (the database's form)."""
        ...

    def truth(self) -> str:
        """The right answer, written as the format asks; for code and proofs the reference artefact's source."""
        ...


@runtime_checkable
class ExactAnswer(AnswerSpecification, Protocol):
    """An answer that plain arithmetic and text can decide; every other format needs a tool (ports/checker.py)."""

    def check(self, final_answer: str) -> Finding:
        """Whether `final_answer` is right. Total: every text gets a finding, in bounded time; nothing raises."""
        ...


def exactly(answer: AnswerSpecification) -> ExactAnswer:
    """The same answer, known to need no tool.

    Raises:
        ValueError: its format needs one.
    """
    if isinstance(answer, ExactAnswer):
        return answer
    message = f"a final answer of format {answer.format} is decided by a tool"
    raise ValueError(message)
