"""What every Checker promises (application/ports/checker.py)."""

import asyncio
import time
from collections.abc import Sequence

from reasonforge.application.ports.checker import Checker
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task


class CheckerContract:
    """Subclasses give a checker, a task of its kind, and submissions that are right, wrong and hostile."""

    def checker(self) -> Checker:
        raise NotImplementedError

    def task(self) -> Task:
        raise NotImplementedError

    def right(self) -> Submission:
        raise NotImplementedError

    def wrong(self) -> Sequence[Submission]:
        """Empty, malformed, plausible and hostile ones; none may be graded 1."""
        raise NotImplementedError

    def test_the_right_one_is_graded_one(self) -> None:
        """A right submission has grade 1, with a reason."""
        finding = asyncio.run(self.checker().check(self.task(), self.right()))
        assert finding.grade == 1.0
        assert finding.reason

    def test_no_other_is(self) -> None:
        """Whatever else is handed in gets a finding below 1 within the deadline, and never raises."""
        checker, task = self.checker(), self.task()
        for submission in self.wrong():
            started = time.monotonic()
            finding = asyncio.run(checker.check(task, submission))
            assert isinstance(finding, Finding)
            assert finding.grade < 1.0, (submission, finding)
            assert finding.reason
            assert time.monotonic() - started < checker.deadline_seconds(task) + 1.0

    def test_it_says_who_it_is(self) -> None:
        """A tool has a name, and passes its own test."""
        told = asyncio.run(self.checker().self_test())
        assert isinstance(told, SelfTest)
        assert told.passed, told.detail
        assert self.checker().tool
