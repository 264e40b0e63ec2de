import asyncio
from collections.abc import Sequence

from attrs import frozen

from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answer import exactly
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.discipline import ANSWER_CHECK
from reasonforge.domain.finding import Finding
from reasonforge.domain.step_review import review_steps
from reasonforge.domain.submission import Claim, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview, Unavailable, Verdict, Verification

ANSWER_TOOL = "exact-answer/1"
CLAIM_TOOL = "arithmetic-claims/1"
_STEPS = "steps"


@frozen
class ExactVerifier:
    """Judges final answers by their declared type, and the arithmetic in the steps; needs nothing but the domain.

    - The discipline's answer check (`ANSWER_CHECK`) is the final answer's correctness.
    - `steps` is 0 when the final answer is wrong, or when no chain of confirmed claims leads from the problem's
      numbers to it; otherwise 1 / (1 + refuted): a single false or unreadable claim halves it, and no number of true
      ones beside it makes up for that. True arithmetic beside a wrong answer is free to write, so it earns nothing.
    - Any other check needs another verifier, and is `Unavailable` here.
    """

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        verifications = []
        for submission in submissions:
            verifications.append(_verify(task, submission))
            await asyncio.sleep(0)  # a batch must not hold up the event loop
        return verifications

    async def self_test(self) -> Sequence[SelfTest]:
        return (_answer_test(), _claim_test())


def _verify(task: Task, submission: Submission) -> Verification:
    finding = exactly(task.answer).check(submission.final_answer)
    review = review_steps(
        task,
        (claim for step in submission.steps for claim in step.claims),
        (step.evidence for step in submission.steps),
        submission.final_answer,
    )
    checks = {name: _verdict(name, task, finding, review) for name in task.checks}
    return Verification(checks, finding.grade, review)


def _verdict(name: str, task: Task, finding: Finding, review: StepReview) -> Verdict:
    if name == ANSWER_CHECK[task.discipline]:
        return Verdict(finding.grade, finding.reason, ANSWER_TOOL)
    if name == _STEPS:
        return _steps_verdict(finding, review)
    reason = f"no tool of this validator makes the check {name}"
    return Verdict(Unavailable(reason), reason, "none")


def _steps_verdict(finding: Finding, review: StepReview) -> Verdict:
    counts = f"{review.confirmed} claims confirmed, {review.refuted} refuted or unreadable"
    if review.confirmed + review.refuted == 0:
        return Verdict(0.0, "the steps claim nothing that can be checked", CLAIM_TOOL)
    if finding.grade < 1.0:
        return Verdict(0.0, f"{counts}; they cannot lead to the answer, which is wrong", CLAIM_TOOL)
    if not review.reaches_answer:
        return Verdict(0.0, f"{counts}; no chain of them leads from the problem to the answer", CLAIM_TOOL)
    return Verdict(1.0 / (1 + review.refuted), f"{counts}; they lead from the problem to the answer", CLAIM_TOOL)


def _answer_test() -> SelfTest:
    answer = read_answer({"format": "fraction", "value": "7/3"})
    accepts = exactly(answer).check(" $\\boxed{14/6}$. ").grade == 1.0
    refuses = exactly(answer).check("2.3333333333").grade == 0.0
    return _told(ANSWER_TOOL, accepts=accepts, refuses=refuses)


def _claim_test() -> SelfTest:
    accepts = check_claim(Claim("3 * 5 + 8 mod 7", "=", "2")) is ClaimFinding.CONFIRMED
    refuses = check_claim(Claim("1/3", "=", "0.333333")) is ClaimFinding.REFUTED
    return _told(CLAIM_TOOL, accepts=accepts, refuses=refuses)


def _told(tool: str, *, accepts: bool, refuses: bool) -> SelfTest:
    complaints = [] if accepts else ["refuses its true example"]
    complaints += [] if refuses else ["accepts its false example"]
    return SelfTest(tool, passed=accepts and refuses, detail=", ".join(complaints) or "true accepted, false refused")
