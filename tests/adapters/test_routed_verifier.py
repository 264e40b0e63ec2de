import asyncio
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.routing.exact import ANSWER_TOOL, CLAIM_TOOL
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview, Unavailable, Verdict, Verification
from tests.contracts.verifier import VerifierContract

TASK = Task(
    TaskId("t"),
    "A bag holds 3 red and 4 blue balls. What is the chance that two drawn balls are red?",
    Discipline.MATHEMATICS,
    2,
    FractionAnswer(Fraction(1, 7)),
    ("numerical", "steps"),
)
CHAIN = (Claim("3 + 4", "=", "7"), Claim("7 - 1", "=", "6"), Claim("(3/7) * (2/6)", "=", "1/7"))


class TestRoutedVerifier(VerifierContract):
    def verifier(self) -> RoutedVerifier:
        return RoutedVerifier(MemoryClock())


def verified(task: Task, submission: Submission) -> Verification:
    (verification,) = asyncio.run(RoutedVerifier(MemoryClock()).judge(task, [submission]))
    return verification


def handed_in(final_answer: str, claims: tuple[Claim, ...] = CHAIN, evidence: str = "") -> Submission:
    steps = tuple(
        ReasoningStep(number, "Then this.", evidence, claims=(claim,)) for number, claim in enumerate(claims, start=1)
    )
    return Submission(QueryId("q"), steps, final_answer)


def test_everything_about_a_good_reply() -> None:
    """A right answer with a chain that reaches it and a resolved quote has full checks, and the review says why."""
    assert verified(TASK, handed_in("2/14", evidence="3 red and 4 blue balls")) == Verification(
        checks={
            "numerical": Verdict(1.0, "'2/14' is right", ANSWER_TOOL),
            "steps": Verdict(
                1.0, "3 claims confirmed, 0 refuted or unreadable; they lead from the problem to the answer", CLAIM_TOOL
            ),
        },
        correctness=1.0,
        steps=StepReview(confirmed=3, reaches_answer=True, evidence_resolved=1),
    )


@pytest.mark.parametrize(
    ("final", "claims", "score"),
    [
        ("1/7", CHAIN, 1.0),
        ("1/7", CHAIN[::-1] * 3, 1.0),
        ("1/7", (), 0.0),
        ("1/7", CHAIN[:2], 0.0),
        ("1/7", (Claim("1/7", "=", "1/7"),), 0.0),
        ("1/7", (*CHAIN, Claim("3 + 4", "=", "8")), 0.5),
        ("1/7", (*CHAIN, Claim("3 + 4", "=", "8"), Claim("8", "=", "4 + 3")), 0.5),
        ("1/7", (*CHAIN, Claim("P(red)", "=", "3/7"), Claim("3 + 4", "=", "8")), 1 / 3),
        ("6/7", (*CHAIN, Claim("1 - 1/7", "=", "6/7")), 0.0),
        ("I think 1/7", CHAIN, 0.0),
    ],
)
def test_steps(final: str, claims: tuple[Claim, ...], score: float) -> None:
    """0 without a chain to the right answer; with one, 1 / (1 + false or unreadable claims)."""
    assert verified(TASK, handed_in(final, claims)).checks["steps"].outcome == score


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_padding_a_false_claim_with_true_ones_gains_nothing(numbers: list[int]) -> None:
    """However many true claims stand beside it, a false one costs the same."""
    padding = tuple(Claim(f"{number} + 1", "=", str(number + 1)) for number in numbers)
    assert verified(TASK, handed_in("1/7", (*CHAIN, Claim("1 + 1", "=", "3"), *padding))).checks["steps"].outcome == 0.5


@pytest.mark.parametrize("name", ["proof", "tests", "formal", "anything"])
def test_other_checks_are_unavailable(name: str) -> None:
    """A check of another name, or of another discipline, is not this verifier's."""
    task = Task(TaskId("t"), TASK.problem, Discipline.MATHEMATICS, 2, TASK.answer, (name,))
    verification = verified(task, handed_in("1/7"))
    assert isinstance(verification.checks[name].outcome, Unavailable)
    assert verification.correctness == 1.0
