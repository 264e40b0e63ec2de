from collections.abc import Sequence
from typing import Protocol

from reasonforge.domain.examination import Examination
from reasonforge.domain.submission import Claim
from reasonforge.domain.task import Task


class ClaimExaminer(Protocol):
    """Looks into claims that plain arithmetic cannot read: formulas with names in them.

    Promises of `examination`: total for every claim and answer; a claim it cannot read or decide in time is one that
    cannot be read; what is broken on our side is a `ValidatorFault`; back within `most_seconds`.
    """

    @property
    def most_seconds(self) -> float:
        """The longest the claims of one submission can take."""
        ...

    async def examination(self, task: Task, claims: Sequence[Claim], final_answer: str) -> Examination: ...
