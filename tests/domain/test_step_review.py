"""What claims and quotations amount to, independent of order, cut and padding."""

import time
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.numeric import DecimalAnswer, FractionAnswer, IntegerAnswer
from reasonforge.domain.answers.sequence import fractions, integers
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import TaskId
from reasonforge.domain.step_review import Goal, examine_distinct, goal_of, numbers_in, resolve_evidence, review_steps
from reasonforge.domain.submission import Claim
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview

PROBLEM = "Rows of 7 leave 2 over and rows of 5 leave 3 over. How many beads are there at least?"
CHAIN = (
    Claim("7 * 3 mod 5", "=", "1"),
    Claim("(3 - 2) * 3 mod 5", "=", "3"),
    Claim("2 + 7 * 3", "=", "23"),
)


BEADS = IntegerAnswer(23)


def task(answer: AnswerSpecification = BEADS, problem: str = PROBLEM) -> Task:
    return Task(TaskId("t"), problem, Discipline.MATHEMATICS, 1, answer, ("numerical", "steps"))


def review(*claims: Claim, evidence: tuple[str, ...] = (), final: str = "23") -> StepReview:
    return review_steps(task(), claims, evidence, final)


def equals(lhs: str, rhs: str) -> Claim:
    return Claim(lhs, "=", rhs)


def test_a_chain_reaches_its_answer() -> None:
    """True claims from the problem's numbers to the answer are confirmed and reach it."""
    assert review(*CHAIN) == StepReview(confirmed=3, reaches_answer=True)


@given(st.permutations([*CHAIN, equals("23 mod 7", "2"), equals("1 + 1", "3"), equals("x", "y")]), st.integers(1, 3))
def test_order_and_repetition_change_nothing(claims: list[Claim], times: int) -> None:
    """The same claims in any order, any number of times, are the same review."""
    assert review(*claims * times) == StepReview(confirmed=4, refuted=2, reaches_answer=True)


@pytest.mark.parametrize(
    "claims",
    [
        (),
        (equals("23", "23"),),
        (equals("23 + 0", "23"),),
        (equals("23 * 1", "23"),),
        (equals("46 - 23", "23"),),
        (equals("2 + 7 * 3", "24"),),
        (Claim("2 + 7 * 3", "≥", "23"),),
        (equals("11 + 13", "24"), equals("24 - 1", "23.5")),
        (equals("11 * 13", "143"), equals("143 - 120", "23")),
    ],
)
def test_what_reaches_nothing(claims: tuple[Claim, ...]) -> None:
    """Claims that are vacuous, false, no equations, or hold no number of the problem lead nowhere."""
    assert not review(*claims).reaches_answer


def test_one_claim_may_lead_to_the_next() -> None:
    """A claim counts when its numbers come from another one; without that other one it does not."""
    first, second = equals("7 * 5", "35"), equals("46 - 35 + 12", "23")
    assert review(first, second).reaches_answer
    assert not review(second).reaches_answer


@pytest.mark.parametrize(
    ("answer", "final", "goal"),
    [
        (IntegerAnswer(1), " $23$.", Goal((Fraction(23),))),
        (FractionAnswer(Fraction(1)), "14/6", Goal((Fraction(7, 3),))),
        (DecimalAnswer(Fraction(1), abs_tol=0.1, rel_tol=0.2), "2.5e1", Goal((Fraction(25),), 0.1, 0.2)),
        (integers([1]), "[2, 3]", Goal((Fraction(2), Fraction(3)))),
        (fractions([Fraction(1)]), "[1/2]", Goal((Fraction(1, 2),))),
        (integers([]), "[]", Goal(())),
        (integers([1]), "[2, x]", Goal(())),
        (IntegerAnswer(1), "2.5", Goal(())),
        (TextAnswer("x"), "23", Goal(())),
    ],
)
def test_goals(answer: AnswerSpecification, final: str, goal: Goal) -> None:
    """The numbers of a final answer are those that its format reads."""
    assert goal_of(final, answer.wire_format()) == goal


def test_a_goal_without_numbers_is_never_reached() -> None:
    """Words cannot be derived by arithmetic, and neither can an empty list."""
    assert not Goal(()).reached_by([Fraction(1)])


def test_a_decimal_is_reached_within_its_tolerance() -> None:
    """The exact value in a claim leads to the rounded one in the answer."""
    decimal = task(DecimalAnswer(Fraction(2, 3), rel_tol=1e-3, digits=4), "2 litres for 3 people")
    assert review_steps(decimal, [equals("4 / 6", "2/3")], (), "0.6667") == StepReview(confirmed=1)
    assert review_steps(decimal, [equals("1/3 * 2", "2/3")], (), "0.6667").reaches_answer
    assert not review_steps(decimal, [equals("1/3 * 2", "2/3")], (), "0.67").reaches_answer


def test_numbers_of_a_statement() -> None:
    """Integers, decimals and quotients of a statement are given, and so are a quotient's parts."""
    assert numbers_in("P = 3/10 of 2.50 g, x1 = 7, 1/0") == {
        Fraction(n) for n in ("3", "10", "3/10", "5/2", "1", "7", "0")
    }


def test_only_the_first_200_claims_are_examined() -> None:
    """The 201st different claim is not looked at."""
    assert len(examine_distinct(equals(f"{n} + 1", str(n + 1)) for n in range(1, 1_000))) == 200


def test_a_flood_of_claims_is_cheap() -> None:
    """A thousand claims as long and as costly as they may be take well under a second."""
    rng = Random(1)
    flood = [equals("+".join(str(rng.randrange(10**12)) for _ in range(28)), str(n)) for n in range(1_000)]
    flood += [equals(f"({n}^64 - {n}^63)^3 / 7", "1") for n in range(1_000)]
    start = time.perf_counter()
    assert review(*flood).confirmed == 0
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize(
    ("quotes", "counts"),
    [
        (["Rows of 7 leave 2 over"], (1, 0)),
        (["rows  OF 7\nleave 2 over", '"Rows of 7 leave 2 over"'], (1, 0)),
        (["Rows of 7 leave 2 over", "rows of 5 leave 3 over"], (2, 0)),
        (["Rows of 7 leave 2 over", "of 7 leave 2 over and rows"], (1, 0)),
        (["Rows of 7", "of 7"], (0, 2)),
        (["Rows of 8 leave 2 over", ""], (0, 1)),
        ([PROBLEM, "Rows of 7 leave 2 over", "rows of 5 leave 3 over"], (2, 0)),
        (["“How many beads are there”"], (1, 0)),
        ([PROBLEM + " x"], (0, 1)),
        ([PROBLEM[at : at + 14] for at in range(len(PROBLEM) - 14)], (6, 0)),
    ],
)
def test_evidence(quotes: list[str], counts: tuple[int, int]) -> None:
    """Quotes of at least 12 characters resolve where they occur, overlapping ones once."""
    assert resolve_evidence(quotes, PROBLEM) == counts


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
def test_evidence_never_raises(quotes: list[str], source: str) -> None:
    """Any texts can be quotes and sources, and no quote counts twice."""
    assert sum(resolve_evidence(quotes, source)) <= len(set(quotes))


@given(st.lists(st.text(max_size=40)), st.text("Rows of 7 leave", max_size=20))
def test_more_evidence_never_resolves_less(quotes: list[str], more: str) -> None:
    """A quote beside others does not unresolve them."""
    assert resolve_evidence([*quotes, more], PROBLEM)[0] >= resolve_evidence(quotes, PROBLEM)[0]
