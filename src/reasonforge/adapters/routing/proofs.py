from collections.abc import Mapping

from attrs import frozen

from reasonforge.application.ports.prover import Prover
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

_START_SECONDS = 2.0
"""What a stage may take beside its own limit: a sandbox made and taken down, and its turn waited for."""


@frozen
class ProofChecker:
    """The formal proof of a submission, judged by the prover of the task's system; right or wrong, nothing between.

    Attributes:
        provers: system → prover, keyed as `ProofAnswer.system` names them.
    """

    provers: Mapping[str, Prover]

    @property
    def tool(self) -> str:
        return ", ".join(prover.tool for _, prover in sorted(self.provers.items())) or "no prover"

    def deadline_seconds(self, task: Task) -> float:
        goal = task.answer
        if not isinstance(goal, ProofAnswer) or goal.system not in self.provers:
            return _START_SECONDS
        return self.provers[goal.system].stages * (goal.seconds + _START_SECONDS)

    async def check(self, task: Task, submission: Submission) -> Finding:
        goal = task.answer
        if not isinstance(goal, ProofAnswer):
            raise ValidatorFault(f"a task whose answer is {goal.format} has no statement to prove")
        prover = self.provers.get(goal.system)
        if prover is None:
            raise ValidatorFault(f"there is no prover for {goal.system} here")
        if goal.base not in prover.bases():
            raise ValidatorFault(f"{prover.tool} has no base {goal.base}")
        if submission.proof_artifact is None:
            return Finding(0.0, "no proof was handed in")
        outcome = await prover.prove(goal, submission.proof_artifact)
        return Finding(1.0 if outcome.proved else 0.0, f"{outcome.verdict}: {outcome.reason}")

    async def self_test(self) -> SelfTest:
        told = [one for _, prover in sorted(self.provers.items()) for one in await prover.self_test()]
        detail = "; ".join(f"{one.tool}: {one.detail}" for one in told) or "no prover is installed"
        return SelfTest(self.tool, passed=bool(told) and all(one.passed for one in told), detail=detail)
