from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification


@frozen
class SelfTest:
    """Whether a checker can be believed: it must accept its true example and refuse its false one."""

    tool: str
    passed: bool
    detail: str


class Verifier(Protocol):
    """Judges what miners claim.

    Promises of `judge`: one verification a submission, in order; its `checks` are exactly `task.checks`; nothing a
    submission holds can make it raise, hang past its limits, or come back `Unavailable`; what is missing on our side
    is always `Unavailable`, never a number.
    """

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]: ...

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        """As `judge`, where every submission is to a task of its own, side by side all the same."""
        ...

    async def self_test(self) -> Sequence[SelfTest]:
        """One result a tool; a tool that fails is not used."""
        ...
