"""What every task family promises (adapters/tasks/family.py), instance by instance."""

import doctest
import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.tasks import family as family_module
from reasonforge.adapters.tasks.family import AnyFamily, Posed, kept, line, pose, written
from reasonforge.adapters.tasks.registry import BY_NAME, FAMILIES
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.step_review import derived_from, examine_distinct, goal_of, numbers_in
from reasonforge.domain.submission import Claim

FEW, MANY = 3, 20
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
HOW_MANY = pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
FORMAT_WORDS = {
    "integer": "one integer",
    "fraction": "fraction p/q",
    "decimal": "decimal number",
    "list": "list",
    "choice": "one letter",
    "text": "one name",
    "code": "Python",
    "proof": "proof_artifact",
}


@cache
def posed_at(name: str, difficulty: int, count: int) -> tuple[Posed, ...]:
    return tuple(pose(BY_NAME[name], f"test-{number}", difficulty) for number in range(count))


def every(family: AnyFamily, count: int) -> list[Posed]:
    return [posed for difficulty in family.difficulties for posed in posed_at(family.name, difficulty, count)]


LEAST = {
    Discipline.MATHEMATICS: 12,
    Discipline.CODE: 10,
    Discipline.SCIENTIFIC: 10,
    Discipline.STRATEGIC: 10,
    Discipline.CAUSAL: 10,
    Discipline.ETHICAL: 8,
}


def test_every_discipline_has_its_families() -> None:
    """At least sixty families of different names, as 7-tasks asks; ethical up to difficulty 8, the others up to 10."""
    counted = Counter(family.discipline for family in FAMILIES)
    assert {discipline: count for discipline, count in LEAST.items() if counted[discipline] < count} == {}
    assert len(BY_NAME) == len(FAMILIES)
    for family in FAMILIES:
        hardest = 8 if family.discipline is Discipline.ETHICAL else 10
        assert list(family.difficulties) == list(range(1, hardest + 1))


@EACH
@HOW_MANY
def test_both_solvers_agree_with_the_truth(family: AnyFamily, count: int) -> None:
    """The task's own checker accepts its truth, the worked answer, and the second solver's."""
    for posed in every(family, count):
        answer, worked = family.answer(posed.instance), family.solve(posed.instance)
        if not isinstance(answer, ExactAnswer):  # a program or a proof, which test_verified_families judges
            assert family.solve_again(posed.instance) == worked.final_answer
            assert answer.truth() == worked.code or answer.truth() == worked.proof
            continue
        for text in (answer.truth(), worked.final_answer, family.solve_again(posed.instance)):
            assert answer.check(text).grade == 1.0, (posed, text)


@EACH
@HOW_MANY
def test_slips_are_wrong_but_well_formed(family: AnyFamily, count: int) -> None:
    """A plausible slip is never right, and is refused for its value and not for how it is written."""
    rng = Random(7)
    for posed in every(family, count):
        answer = family.answer(posed.instance)
        if not isinstance(answer, ExactAnswer):
            continue
        for _ in range(4):
            finding = answer.check(family.slip(posed.instance, rng))
            assert finding.grade == 0.0, posed
            assert " is not one " not in finding.reason, posed


@EACH
@HOW_MANY
def test_statements_are_read_back(family: AnyFamily, count: int) -> None:
    """Every phrasing of an instance is another text, and is read back as that instance."""
    for posed in every(family, count):
        statements = [family.state(posed.instance, way) for way in range(family.phrasings)]
        assert len(set(statements)) == family.phrasings >= 2
        assert posed.statement in statements
        assert [family.read(statement) for statement in statements] == [posed.instance] * family.phrasings


@EACH
@HOW_MANY
def test_statements_say_how_to_answer(family: AnyFamily, count: int) -> None:
    """Every phrasing names the answer's format, in printable text of bounded length."""
    for posed in every(family, count):
        answer = family.answer(posed.instance)
        for way in range(family.phrasings):
            statement = family.state(posed.instance, way)
            assert FORMAT_WORDS[answer.format] in statement
            assert "inal answer" in statement
            assert statement.replace("\n", " ").isprintable()
            assert len(statement) < 4_000


@EACH
@HOW_MANY
def test_worked_claims_hold_and_lead_to_the_answer(family: AnyFamily, count: int) -> None:
    """Every claim is confirmed, and for a number they lead from the statement to it; all fits into a submission."""
    for posed in every(family, count):
        worked = family.solve(posed.instance)
        claims = [claim for line in worked.lines for claim in line.claims]
        assert {check_claim(claim) for claim in claims} <= {ClaimFinding.CONFIRMED}, posed
        assert all(line.idea and line.facts for line in worked.lines)
        assert 1 <= len(worked.lines) <= 50
        assert len(claims) <= 200
        assert all(len(line.claims) <= 20 for line in worked.lines)
        goal = goal_of(worked.final_answer, family.answer(posed.instance).wire_format())
        derived = derived_from(numbers_in(posed.statement), examine_distinct(claims))
        assert not goal.numbers or goal.reached_by(derived), posed


@EACH
@HOW_MANY
def test_size_never_falls(family: AnyFamily, count: int) -> None:
    """No instance is smaller than one of the difficulty below, and the hardest are larger than the easiest."""
    sizes = [
        [family.size(one.instance) for one in posed_at(family.name, level, count)] for level in family.difficulties
    ]
    assert all(max(below) <= min(above) for below, above in pairwise(sizes))
    assert max(sizes[0]) < min(sizes[-1])


@EACH
def test_seeds_give_different_statements(family: AnyFamily) -> None:
    """Twenty seeds of a difficulty give nearly as many statements, in more than one phrasing."""
    for difficulty in (1, 8):
        posed = [pose(family, f"seed {number}", difficulty) for number in range(20)]
        assert len({one.statement for one in posed}) >= 18
        ways = {family.state(one.instance, 0) == one.statement for one in posed}
        assert ways == {True, False}


@EACH
def test_generating_is_quick(family: AnyFamily) -> None:
    """The median task takes less than 50 ms of processor time."""
    times = []
    for number in range(3):
        for difficulty in family.difficulties:
            start = time.process_time()
            pose(family, f"quick {number}", difficulty)
            times.append(time.process_time() - start)
    assert median(times) < 0.05


def digest() -> str:
    whole = hashlib.sha256()
    for family in FAMILIES:
        for difficulty in family.difficulties[::2]:
            posed = pose(family, "hash seed", difficulty)
            slip = family.slip(posed.instance, Random(3))
            told = (posed.statement, family.answer(posed.instance).truth(), family.solve(posed.instance), slip)
            whole.update(repr(told).encode())
    return whole.hexdigest()


def test_hash_seeds_change_nothing() -> None:
    """Processes with other hash seeds make the same tasks, solutions and slips to the byte."""
    path = f"import sys; sys.path[:0] = {sys.path!r}"
    script = f"{path}; from tests.adapters.tasks.test_families import digest; print(digest())"
    found = {digest()}
    for seed in ("0", "1", "4242"):
        finished = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        found.add(finished.stdout.strip())
    assert len(found) == 1


@EACH
def test_read_takes_any_text(family: AnyFamily) -> None:
    """A text that is no statement of the family is None, whatever it holds."""

    @given(st.text())
    def property_(text: str) -> None:
        assert family.read(text) is None

    property_()


@EACH
def test_read_takes_damaged_statements(family: AnyFamily) -> None:
    """A statement with a piece cut out, doubled or put in is another instance's statement, or is not read."""
    posed = posed_at(family.name, 3, FEW)

    @given(
        st.sampled_from(posed), st.integers(0, 2_000), st.integers(0, 30), st.text(max_size=3) | st.integers().map(str)
    )
    def property_(one: Posed, at: int, length: int, put_in: str) -> None:
        text = one.statement[:at] + put_in + one.statement[at + length :]
        found = family.read(text)
        if found is not None:
            assert text in {family.state(found, way) for way in range(family.phrasings)}
            answer = family.answer(found)
            if isinstance(answer, ExactAnswer):
                assert answer.check(family.solve(found).final_answer).grade == 1.0

    property_()


@EACH
def test_read_is_quick_on_long_and_nasty_texts(family: AnyFamily) -> None:
    """Long repetitions of a statement's own pieces are refused in well under a second."""
    statement = posed_at(family.name, 3, FEW)[0].statement
    pieces = [
        statement,
        statement[: len(statement) // 2],
        "1, ",
        "(1, 1) ",
        "A > ",
        "a → b, ",
        "    ",
        "P(A=1 | ",
        "9" * 99,
        "\n\n",
    ]
    for piece in pieces:
        for size in (19_000, 2_000_000):
            text = piece * (size // len(piece))
            start = time.process_time()
            assert family.read(text) is None or text == statement
            assert time.process_time() - start < 1.0


@pytest.mark.parametrize("rounds", ["0", "1", "99", "007"])
def test_rounds_that_cannot_be_varied_are_not_read(rounds: str) -> None:
    """A program whose loop has no neighbour to compare with is not one the family would pose."""
    family = BY_NAME["program_output"]
    statement = posed_at(family.name, 3, FEW)[0].statement
    assert family.read(statement) is not None
    found = family.read(statement.replace("repeat 5 times", f"repeat {rounds} times"))
    assert found is None or rounds == "1"


@EACH
def test_families_read_only_their_own(family: AnyFamily) -> None:
    """No family reads another one's statement."""
    for other in FAMILIES:
        if other is not family:
            assert all(family.read(posed.statement) is None for posed in every(other, 1))


@EACH
@pytest.mark.parametrize("difficulty", [0, 11, -1])
def test_difficulties_out_of_range(family: AnyFamily, difficulty: int) -> None:
    """A difficulty the family does not have is refused."""
    with pytest.raises(ValueError, match="goes from difficulty 1 to"):
        pose(family, "x", difficulty)


def test_worked_examples_are_right() -> None:
    """Every worked example in the docstrings of the family module gives what it says."""
    assert doctest.testmod(family_module).failed == 0


def test_a_generator_that_finds_nothing_says_so() -> None:
    """Attempts are bounded, and running out of them is the validator's fault."""
    drawn: list[Any] = []
    with pytest.raises(ValidatorFault, match="2000 attempts"):
        kept(lambda: drawn.append(1), lambda _: True)
    assert len(drawn) == 2_000


def test_a_draw_that_its_type_refuses_is_drawn_again() -> None:
    """A value that cannot be is an unlucky draw, and no reason to stop."""
    numbers = iter(["x", "7"])
    assert kept(lambda: int(next(numbers)), lambda _: True) == 7


def test_lines_leave_out_what_computes_nothing() -> None:
    """A worked line tells its claims, without the vacuous ones; a false one is not hidden."""
    told = line("Add.", "Sum", Claim("1 + 1", "=", "2"), Claim("2 + 0", "=", "2"), Claim("1 + 1", "=", "3"))
    assert told.facts == "Sum: 1 + 1 = 2; 1 + 1 = 3."
    assert told.claims == (Claim("1 + 1", "=", "2"), Claim("1 + 1", "=", "3"))
    assert line("Wait.", "Nothing happens").facts == "Nothing happens."
    assert written(-7) == "(-7)"
