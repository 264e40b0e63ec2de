from typing import Protocol

from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task


class Checker(Protocol):
    """One tool that decides one thing about a submission: its final answer of some format, or one named check.

    Promises of `check`: nothing a submission holds can make it raise or outlive `deadline_seconds`; a limit that the
    submission exceeds is a finding of grade 0 whose reason says which; what is broken or missing on our side is a
    `ValidatorFault`. It never works on the event loop for more than a few milliseconds. A task of which it cannot make
    sense (its own data are malformed) is a `ValidatorFault` too: no miner pays for a task's author.
    """

    @property
    def tool(self) -> str:
        """Name and version, as a verdict records them."""
        ...

    def deadline_seconds(self, task: Task) -> float:
        """The longest one check of this task can take by the tool's own limits, in seconds."""
        ...

    async def check(self, task: Task, submission: Submission) -> Finding: ...

    async def self_test(self) -> SelfTest:
        """One true and one false example, judged; never raises: a tool that is missing or broken has not passed."""
        ...
