"""What needs no tool: final answers of exact formats, and the arithmetic that the steps claim."""

from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answer import exactly
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import Claim
from reasonforge.domain.verdict import StepReview

ANSWER_TOOL = "exact-answer/1"
CLAIM_TOOL = "arithmetic-claims/1"


def steps_finding(correctness: float, review: StepReview) -> Finding:
    """What the check `steps` is worth; true arithmetic beside a wrong answer is free to write, so it earns nothing."""
    counts = f"{review.confirmed} claims confirmed, {review.refuted} refuted or unreadable"
    if review.confirmed + review.refuted == 0:
        return Finding(0.0, "the steps claim nothing that can be checked")
    if correctness < 1.0:
        return Finding(0.0, f"{counts}; they cannot lead to the answer, which is wrong")
    if not review.reaches_answer:
        return Finding(0.0, f"{counts}; no chain of them leads from the problem to the answer")
    return Finding(1.0 / (1 + review.refuted), f"{counts}; they lead from the problem to the answer")


def exact_self_tests() -> tuple[SelfTest, ...]:
    """One for the answers, one for the claims."""
    answer = exactly(read_answer({"format": "fraction", "value": "7/3"}))
    return (
        told(
            ANSWER_TOOL,
            accepts=answer.check(" $\\boxed{14/6}$. ").grade == 1.0,
            refuses=answer.check("2.3333333333").grade == 0.0,
        ),
        told(
            CLAIM_TOOL,
            accepts=check_claim(Claim("3 * 5 + 8 mod 7", "=", "2")) is ClaimFinding.CONFIRMED,
            refuses=check_claim(Claim("1/3", "=", "0.333333")) is ClaimFinding.REFUTED,
        ),
    )


def told(tool: str, *, accepts: bool, refuses: bool) -> SelfTest:
    """A self-test's result in words."""
    complaints = [] if accepts else ["refuses its true example"]
    complaints += [] if refuses else ["accepts its false example"]
    return SelfTest(tool, passed=accepts and refuses, detail=", ".join(complaints) or "true accepted, false refused")
