"""The checker of formulas over workers, and the examiner of claims."""

import asyncio
from typing import Any

import pytest

from reasonforge.adapters.symbolic.checker import SymbolicAnswers, SymbolicClaims, goals_of, is_symbolic
from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.formula import ExpressionAnswer, IntervalAnswer
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.arithmetic import ClaimFinding
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.step_review import review_steps
from reasonforge.domain.submission import Claim, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview
from tests.adapters.symbolic.in_threads import ThreadWorkers

SINE = ExpressionAnswer("sin(2x)", variables=("x",))


def task(answer: AnswerSpecification, problem: str = "") -> Task:
    return Task(TaskId("t"), problem, Discipline.MATHEMATICS, 1, answer, ("numerical", "steps"))


def check(workers: ThreadWorkers, answer: AnswerSpecification, final: str) -> Finding:
    submission = Submission(QueryId("q"), (), final)
    return asyncio.run(SymbolicAnswers(workers).check(task(answer), submission))


def test_the_tool_believes_itself() -> None:
    """The self-test passes with workers that work."""
    assert asyncio.run(SymbolicAnswers(ThreadWorkers()).self_test()).passed


def test_a_tool_without_workers_has_not_passed() -> None:
    """Workers that run out of time make the self-test fail, and raise nothing."""
    workers = ThreadWorkers(out_of_time=frozenset({"judge_answer"}))
    assert not asyncio.run(SymbolicAnswers(workers).self_test()).passed


def test_what_cannot_be_read_needs_no_worker() -> None:
    """An unreadable text is graded in the calling process."""
    workers = ThreadWorkers()
    assert check(workers, SINE, "__import__('os')").grade == 0.0
    assert workers.called == []


@pytest.mark.parametrize(("final", "grade"), [("(0, 1]", 1.0), ("[0, 1]", 0.0), ("[0, 9^9^9]", 0.0)])
def test_intervals_are_read_by_a_worker(final: str, grade: float) -> None:
    """Their bounds are computed, which is nothing for the event loop."""
    workers = ThreadWorkers()
    assert check(workers, IntervalAnswer("(0, 1]"), final).grade == grade
    assert workers.called == ["judge_answer"]


def test_a_wrong_answer_takes_one_call() -> None:
    """Numbers decide against it."""
    workers = ThreadWorkers()
    assert check(workers, SINE, "2 sin(x)").grade == 0.0
    assert workers.called == ["judge_answer"]


def test_a_right_answer_is_proved() -> None:
    """Where numbers agree without being exact, SymPy is asked."""
    workers = ThreadWorkers()
    assert check(workers, SINE, "2 sin(x) cos(x)") == Finding(1.0, "'2 sin(x) cos(x)' is right")
    assert workers.called == ["judge_answer", "prove_answer"]


def test_numbers_stand_when_a_proof_takes_too_long() -> None:
    """A right answer whose proof runs out of time is right, and the reason says what it rests on."""
    found = check(ThreadWorkers(out_of_time=frozenset({"prove_answer"})), SINE, "2 sin(x) cos(x)")
    assert found.grade == 1.0
    assert "agrees at 24 points" in found.reason
    assert "no proof" in found.reason


def test_an_exceeded_limit_is_the_answers_failure() -> None:
    """What takes too long to compare is graded 0, with the limit in the reason."""
    found = check(ThreadWorkers(out_of_time=frozenset({"judge_answer"})), SINE, "2 sin(x) cos(x)")
    assert found.grade == 0.0
    assert "time limit of 5 s" in found.reason


@pytest.mark.parametrize("value", ["sin(2y)", "1/0", "2x + ", "f(x)", "9^9^9"])
def test_a_malformed_task_is_our_fault(value: str) -> None:
    """A truth that cannot be read is a fault of ours, whatever the miner wrote."""
    with pytest.raises(ValidatorFault, match="malformed"):
        check(ThreadWorkers(), ExpressionAnswer(value, variables=("x",)), "1")


@pytest.mark.parametrize(
    ("answer", "symbolic"),
    [
        ({"format": "integer", "value": 1}, False),
        ({"format": "set", "value": [1], "of": {"format": "integer"}}, False),
        ({"format": "set", "value": ["1"], "of": {"format": "expression"}}, True),
        ({"format": "interval", "value": "R"}, True),
        ({"format": "quantity", "value": 1, "unit": "m"}, True),
    ],
)
def test_whose_an_answer_is(answer: dict[str, Any], symbolic: bool) -> None:
    """Formulas and collections of them are this tool's; what the domain can decide is not."""
    assert is_symbolic(read_answer(answer)) is symbolic


SQUARE = ExpressionAnswer("x^2 + 2x + 1", variables=("x",))
PROBLEM = "Expand (x + 1)^2 as a polynomial."
FIRST = Claim("(x+1)^2", "=", "(x+1)*(1+x)")
SECOND = Claim("(x+1)^2", "=", "x^2 + 2x + 1")


def reviewed(*claims: Claim, final: str = "x^2 + 2x + 1", answer: AnswerSpecification = SQUARE) -> StepReview:
    posed = task(answer, PROBLEM)
    examination = asyncio.run(SymbolicClaims(ThreadWorkers()).examination(posed, claims, final))
    return review_steps(posed, claims, (), final, examination)


def test_a_symbolic_chain_reaches_its_answer() -> None:
    """Confirmed identities from the problem's formula to the answer count, and reach it."""
    assert reviewed(FIRST, SECOND) == StepReview(confirmed=2, reaches_answer=True)


@pytest.mark.parametrize(
    "claims",
    [
        (),
        (Claim("x^2 + 2x + 1", "=", "x^2 + 2x + 1 + 0"),),
        (Claim("x^2 + 2x + 2", "=", "(x+1)^2"),),
        (Claim("sin(x)^2 + cos(x)^2", "=", "tan(x)/tan(x)"),),
        (Claim("(x+1)^2", "≥", "x^2 + 2x + 1"),),
    ],
)
def test_what_reaches_no_answer(claims: tuple[Claim, ...]) -> None:
    """Nothing, vacuous, false or unrelated claims, and inequalities, lead nowhere."""
    assert not reviewed(*claims).reaches_answer


def test_order_and_repetition_change_nothing() -> None:
    """The same claims in another order, in other notation and with needless assumptions are the same review."""
    again = (SECOND, FIRST, Claim("x^2+2*x+1", "=", "(1+x)**2"), Claim("(x+1)^2", "=", "x^2+2x+1", ("x > 0",)))
    assert reviewed(*again) == reviewed(FIRST, SECOND)


def test_false_and_unreadable_claims_are_counted() -> None:
    """Each distinct one, once; plain arithmetic is still the domain's."""
    found = reviewed(
        SECOND, Claim("x", "=", "x+1"), Claim("x", "=", "?"), Claim("2+2", "=", "5"), Claim("3*4", "=", "12")
    )
    assert found == StepReview(confirmed=2, refuted=3, reaches_answer=True)


def test_claims_that_take_too_long_cannot_be_read() -> None:
    """A limit exceeded is the miner's failure, and raises nothing."""
    examiner = SymbolicClaims(ThreadWorkers(out_of_time=frozenset({"judge_claims"})))
    found = asyncio.run(examiner.examine([FIRST], {"x": "real"}))
    assert [claim.finding for claim in found] == [ClaimFinding.UNREADABLE]


def test_goals() -> None:
    """Expressions and whole numbers give goals; words and what cannot be read give none."""
    assert goals_of(SQUARE, "1 + x") == goals_of(SQUARE, " $x+1$. ") != ()
    assert goals_of(IntegerAnswer(5), "5") == ("5",)
    assert goals_of(SQUARE, "?") == ()
