"""What every ClaimExaminer promises (application/ports/examiner.py)."""

import asyncio
import time

from reasonforge.application.ports.examiner import ClaimExaminer
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.arithmetic import ClaimFinding
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import TaskId
from reasonforge.domain.submission import Claim
from reasonforge.domain.task import Task

TASK = Task(TaskId("t"), "Let x = 2. What is x + 1?", Discipline.MATHEMATICS, 1, IntegerAnswer(3), ("numerical",))
RIGHT, WRONG = Claim("(x + 1)^2", "=", "x^2 + 2*x + 1"), Claim("(x + 1)^2", "=", "x^2 + 1")
HOSTILE = (
    Claim("__import__('os')", "=", "0"),
    Claim("9^9^9^9", "=", "x"),
    Claim("(" * 400, "=", "x"),
    Claim("", "", ""),
)


class ExaminerContract:
    """Subclasses give an examiner."""

    def examiner(self) -> ClaimExaminer:
        raise NotImplementedError

    def found(self, *claims: Claim) -> list[ClaimFinding]:
        examination = asyncio.run(self.examiner().examination(TASK, claims, "3"))
        return [examination.claims[claim].finding for claim in claims]

    def test_true_and_false_are_told_apart(self) -> None:
        """An identity is confirmed, what is none is refuted."""
        assert self.found(RIGHT, WRONG) == [ClaimFinding.CONFIRMED, ClaimFinding.REFUTED]

    def test_hostile_claims_are_unreadable_in_time(self) -> None:
        """Nothing a claim holds raises, is confirmed, or takes longer than promised."""
        started = time.monotonic()
        assert ClaimFinding.CONFIRMED not in self.found(*HOSTILE)
        assert time.monotonic() - started < self.examiner().most_seconds

    def test_no_claims(self) -> None:
        """Nothing claimed, nothing found."""
        assert asyncio.run(self.examiner().examination(TASK, (), "3")).claims == {}
