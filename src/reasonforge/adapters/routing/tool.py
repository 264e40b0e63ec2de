"""One checker as a verifier uses it: under a deadline, and not at all for a while once it has broken down."""

import asyncio

from reasonforge.application.ports.checker import Checker
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable

FAULTS_IN_A_ROW = 3
"""After so many faults a tool rests."""
REST_SECONDS = 30.0
SLACK_SECONDS = 5.0
"""Beyond its own deadline, before a tool that hangs is given up."""


class Tool:
    """A checker that hangs, breaks or fails its self-test turns into a reason, never into a grade."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._distrusted = ""
        self._faults = 0
        self._rests_until = 0.0
        self._last_fault = ""

    @property
    def name(self) -> str:
        """Tool and version, as a verdict records them."""
        return self._checker.tool

    @property
    def is_trusted(self) -> bool:
        """False from a failed self-test on, until one is passed."""
        return not self._distrusted

    def most_seconds(self, task: Task) -> float:
        """How long one check of this task is waited for."""
        return self._checker.deadline_seconds(task) + SLACK_SECONDS

    async def check(self, task: Task, submission: Submission, until: float) -> Finding | Unavailable:
        """What the checker finds, unless it cannot; `until` is when the batch ends, by the event loop's clock."""
        now = asyncio.get_running_loop().time()
        if self._distrusted:
            return Unavailable(self._distrusted)
        if now < self._rests_until:
            return Unavailable(f"{self.name} rests after {FAULTS_IN_A_ROW} faults in a row: {self._last_fault}")
        if now >= until:
            return Unavailable(f"the batch was over before {self.name} had its turn")
        try:
            async with asyncio.timeout_at(min(until, now + self.most_seconds(task))):
                finding = await self._checker.check(task, submission)
        except ValidatorFault as fault:
            return self._broken(str(fault))
        except TimeoutError:
            return self._broken("did not keep its own deadline")
        self._faults = 0
        return finding

    async def self_test(self) -> SelfTest:
        """The checker's own; while it fails, the checker is not used."""
        told = await self._checker.self_test()
        self._distrusted = "" if told.passed else f"{told.tool} failed its self-test: {told.detail}"
        return told

    def _broken(self, why: str) -> Unavailable:
        self._faults += 1
        self._last_fault = why
        if self._faults >= FAULTS_IN_A_ROW:
            self._faults = 0
            self._rests_until = asyncio.get_running_loop().time() + REST_SECONDS
        return Unavailable(f"{self.name}: {why}")
