"""The two families of formal tasks. That their proofs are proofs is tried in tests/honest/test_proofs.py."""

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.tasks.families.formal_coq import FormalCoq
from reasonforge.adapters.tasks.families.formal_lean import FormalLean
from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, Posed, pose
from reasonforge.adapters.tasks.formal.coq_theorems import COQ_THEOREMS
from reasonforge.adapters.tasks.formal.lean_theorems import LEAN_THEOREMS
from reasonforge.adapters.tasks.formal.theorem import FormalTheorem
from reasonforge.domain.answers.proof import ProofAnswer

FAMILIES: tuple[AnyFamily, ...] = (FormalLean(), FormalCoq())
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
THEOREMS = pytest.mark.parametrize("theorem", [*LEAN_THEOREMS, *COQ_THEOREMS], ids=lambda theorem: theorem.name)


@EACH
def test_statements_are_read_back_in_three_phrasings(family: AnyFamily) -> None:
    """Each is another text, printable, short, and names the constant, the artefact and the final answer."""
    for difficulty in family.difficulties:
        for seed in range(20):
            posed = pose(family, str(seed), difficulty)
            statements = [family.state(posed.instance, way) for way in range(family.phrasings)]
            assert len(set(statements)) == 3
            assert posed.statement in statements
            assert [family.read(statement) for statement in statements] == [posed.instance] * 3
            answer = family.answer(posed.instance)
            assert isinstance(answer, ProofAnswer)
            for statement in statements:
                assert answer.statement in statement
                assert "proof_artifact" in statement
                assert "inal answer" in statement
                assert statement.replace("\n", " ").isprintable()
                assert len(statement) < 4_000


@EACH
def test_seeds_give_different_statements(family: AnyFamily) -> None:
    """Twenty seeds of any difficulty give at least eighteen statements."""
    for difficulty in family.difficulties:
        assert len({pose(family, f"seed {number}", difficulty).statement for number in range(20)}) >= 18


@EACH
def test_sizes_rise(family: AnyFamily) -> None:
    """Each difficulty is larger than the one below."""
    sizes = [family.size(pose(family, "x", difficulty).instance) for difficulty in family.difficulties]
    assert all(below < above for below, above in pairwise(sizes))


@EACH
def test_a_solution_and_a_wrong_one(family: AnyFamily) -> None:
    """The proof is the answer's reference; the wrong one differs in answer and in proof; nothing else is asked for."""
    assert isinstance(family, ArtefactFamily)
    for difficulty in family.difficulties:
        instance = pose(family, "y", difficulty).instance
        worked, wrong = family.solve(instance), family.go_wrong(instance, Random(1))
        assert worked.proof == family.answer(instance).truth()
        assert worked.proof != wrong.proof != ""
        assert worked.final_answer == family.solve_again(instance) == "see proof_artifact"
        assert wrong.final_answer == family.slip(instance, Random(1)) != worked.final_answer
        assert 1 <= len(worked.lines) <= 50
        assert all(told.idea and told.facts for told in worked.lines)
        assert family.checks(instance) == ("proof",)
        assert family.artefacts(instance) == ()


@EACH
def test_the_reference_does_not_travel(family: AnyFamily) -> None:
    """Neither in the statement nor in the answer's format."""
    for difficulty in family.difficulties:
        posed = pose(family, "z", difficulty)
        answer = family.answer(posed.instance)
        assert answer.truth() not in posed.statement
        assert answer.truth() not in str(answer.wire_format())


@THEOREMS
def test_drawn_numbers_make_it_true_and_others_do_not(theorem: FormalTheorem) -> None:
    """Counting confirms what is drawn; where a number is fixed by the others, another one makes it false."""
    numbers = theorem.draw(Random(50))
    for seed in range(50):
        numbers = theorem.draw(Random(seed))
        assert theorem.true_of(numbers)
        assert theorem.numbers_in(theorem.stated(numbers)) == numbers
    assert not theorem.true_of(dict.fromkeys(numbers, 0))
    if len(numbers) > 2:
        last = max(numbers)
        changed = [theorem.true_of({**numbers, last: numbers[last] + by}) for by in (1, 2, 3)]
        assert not all(changed) or theorem.name == "weighted_bound"


@EACH
def test_altered_statements_are_not_read_unless_true(family: AnyFamily) -> None:
    """A statement with a piece put in or cut out is another true instance, which can be solved, or is not read."""
    posed = [pose(family, str(seed), difficulty) for difficulty in family.difficulties for seed in range(2)]

    @given(st.sampled_from(posed), st.integers(0, 900), st.integers(0, 4), st.text(max_size=3) | st.integers().map(str))
    def property_(one: Posed, at: int, length: int, put_in: str) -> None:
        text = one.statement[:at] + put_in + one.statement[at + length :]
        found = family.read(text)
        if found is not None:
            assert text in {family.state(found, way) for way in range(3)}
            assert family.solve_again(found) == family.solve(found).final_answer
            assert family.answer(found).truth()

    property_()


@EACH
def test_reading_is_quick(family: AnyFamily) -> None:
    """Numbers of any size and long repetitions are refused at once."""
    statement = pose(family, "1", 3).statement
    for text in (statement * 30, statement.replace("\n\n", "\n\n" + "9" * 9_000), "\n\n" * 9_000, "9" * 2_000_000):
        start = time.process_time()
        assert family.read(text) is None
        assert time.process_time() - start < 0.5


def test_no_family_reads_the_others_statements() -> None:
    """Lean's statements are not Coq's."""
    lean, coq = FAMILIES
    assert all(coq.read(pose(lean, "a", level).statement) is None for level in range(1, 11))
    assert all(lean.read(pose(coq, "a", level).statement) is None for level in range(1, 11))
