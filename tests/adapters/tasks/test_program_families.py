"""What the families promise whose answer is a program, beside what every family promises (test_families.py)."""

import asyncio
import copy
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pytest

from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from reasonforge.adapters.tasks.families.cache_simulators import CacheSimulators
from reasonforge.adapters.tasks.families.list_pipelines import ListPipelines
from reasonforge.adapters.tasks.families.pipeline_repairs import PipelineRepairs
from reasonforge.adapters.tasks.families.word_filters import WordFilters
from reasonforge.adapters.tasks.family import ArtefactFamily, Posed, pose
from reasonforge.adapters.tasks.source import task_of
from reasonforge.adapters.tasks.written_program import FINAL_ANSWER, ProgramFamily
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.finding import Finding
from tests.adapters.programs.sandboxed import handed_in, sandbox

FAMILIES: tuple[ProgramFamily[Any], ...] = (ListPipelines(), PipelineRepairs(), WordFilters(), CacheSimulators())
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
LEVELS = range(1, 11)


@cache
def posed_at(at: int, difficulty: int) -> tuple[Posed, ...]:
    return tuple(pose(FAMILIES[at], f"program {number}", difficulty) for number in range(4))


def every(family: ProgramFamily[Any]) -> list[Posed]:
    return [one for difficulty in LEVELS for one in posed_at(FAMILIES.index(family), difficulty)]


@EACH
def test_both_implementations_agree_everywhere(family: ProgramFamily[Any]) -> None:
    """On every test and case, the second implementation gives the same value; neither changes its arguments."""
    assert isinstance(family, ArtefactFamily)
    for posed in every(family):
        answer, (formal,) = family.answer(posed.instance), family.artefacts(posed.instance)
        pairs = [(test.input, test.output) for test in answer.tests]
        pairs += [(case["input"], case["output"]) for case in formal.against["cases"]]
        for given, output in pairs:
            before = copy.deepcopy(given)
            assert family.value_again(posed.instance, given) == family.value(posed.instance, given) == output
            assert given == before
        assert family.solve_again(posed.instance) == family.solve(posed.instance).final_answer == FINAL_ANSWER


@EACH
def test_statements_are_read_back(family: ProgramFamily[Any]) -> None:
    """Three phrasings, each read back as its instance, of bounded length, with the format and the entry in them."""
    for posed in every(family):
        statements = [family.state(posed.instance, way) for way in range(family.phrasings)]
        assert len(set(statements)) == family.phrasings == 3
        assert [family.read(statement) for statement in statements] == [posed.instance] * 3
        for statement in statements:
            assert f"{family.entry}(" in statement
            assert "final answer is" in statement
            assert "Python function" in statement
            assert len(statement) < 4_000
            assert statement.replace("\n", " ").isprintable()


@EACH
def test_damaged_statements_are_not_read(family: ProgramFamily[Any]) -> None:
    """A statement cut short, doubled, or with another word in it is not read, nor is a long nasty text."""
    for posed in every(family)[::5]:
        text = posed.statement
        start = time.process_time()
        for damaged in (text[:-5], text + text, text.replace("final", "last"), text * 500, "(1) " * 4_000, ""):
            assert family.read(damaged) is None
        assert time.process_time() - start < 1.0


@EACH
def test_size_never_falls(family: ProgramFamily[Any]) -> None:
    """No instance is smaller than one of the difficulty below."""
    sizes = [[family.size(one.instance) for one in posed_at(FAMILIES.index(family), level)] for level in LEVELS]
    assert all(max(below) <= min(above) for below, above in pairwise(sizes))
    assert max(sizes[0]) < min(sizes[-1])


@EACH
def test_one_value_does_not_pass(family: ProgramFamily[Any]) -> None:
    """No constant is right on more than half of the tests."""
    for posed in every(family):
        told = Counter(repr(test.output) for test in family.answer(posed.instance).tests)
        assert 2 * max(told.values()) <= sum(told.values())


@EACH
def test_generating_is_quick(family: ProgramFamily[Any]) -> None:
    """The median task takes less than 50 ms of processor time."""
    times = []
    for number in range(3):
        for difficulty in LEVELS:
            start = time.process_time()
            pose(family, f"quick {number}", difficulty)
            times.append(time.process_time() - start)
    assert median(times) < 0.05


@EACH
def test_nothing_of_the_tests_travels(family: ProgramFamily[Any]) -> None:
    """A miner is told the language, the entry and the limits, and of the formal check nothing."""
    task = task_of(family, "wire", 5)
    told = task.question(handed_in("").query_id).answer_format
    assert told == {**task.answer.wire_format(), "artifact": {"formal": {}}}
    assert set(told) == {"format", "language", "entry", "seconds", "memory_mb", "artifact"}


@EACH
@pytest.mark.bwrap
@pytest.mark.parametrize("difficulty", [7, *(pytest.param(one, marks=pytest.mark.slow) for one in (1, 4, 10))])
def test_the_reference_is_right_and_the_bug_is_not(family: ProgramFamily[Any], difficulty: int) -> None:
    """The checks that validators use give the reference 1.0 each, and the plausible bug less than that."""
    checkers = (HiddenTests(sandbox()), StaticAnalysis(sandbox()), DifferentialTests(sandbox()))

    async def judged(seed: str) -> tuple[list[Finding], list[Finding]]:
        task = task_of(family, seed, difficulty)
        instance = family.read(task.problem)
        right, wrong = family.solve(instance).code, family.go_wrong(instance, Random(seed)).code
        assert right != wrong
        return (
            [await checker.check(task, handed_in(right)) for checker in checkers],
            [await checker.check(task, handed_in(wrong)) for checker in checkers],
        )

    right, wrong = asyncio.run(judged(f"judged {difficulty}"))
    assert [finding.grade for finding in right] == [1.0, 1.0, 1.0], right
    assert wrong[0].grade < 1.0, wrong
    assert wrong[2].grade == 0.0, wrong


Pair = tuple[Any, Any]


def drawn(answer: Any, artefacts: Sequence[ArtefactSpecification]) -> tuple[list[Pair], list[Pair]]:
    """The inputs and outputs of the tests, and of the formal cases."""
    tests = [(test.input, test.output) for test in answer.tests]
    return tests, [(case["input"], case["output"]) for case in artefacts[0].against["cases"]]


def given_away(family: ProgramFamily[Any], statement: str) -> list[Pair]:
    """What a miner who has our source can draw from the statement alone."""
    instance = family.read(statement)
    tests, cases = drawn(family.answer(instance), family.artefacts(instance))
    return tests + cases


@EACH
def test_a_task_s_inputs_do_not_follow_from_its_statement(family: ProgramFamily[Any]) -> None:
    """Of a task's tests at least a quarter, and some of its cases, are on inputs that the statement does not give."""
    for difficulty in LEVELS:
        task = task_of(family, f"secret {difficulty}", difficulty)
        known = given_away(family, task.problem)
        tests, cases = drawn(task.answer, task.artefacts)
        assert sum(pair in known for pair in tests) < 0.75 * len(tests)
        assert any(pair not in known for pair in cases)
        assert task_of(family, f"secret {difficulty}", difficulty) == task


@EACH
@pytest.mark.bwrap
def test_a_table_of_inputs_does_not_pass(family: ProgramFamily[Any]) -> None:
    """A table of what the statement gives away is worth less than 0.75 on the tests, and 0 on the formal check."""
    task = task_of(family, "table", 5)
    known = given_away(family, task.problem)
    table = (
        f"def {family.entry}(*given):\n"
        f"    return next((told for asked, told in {known!r} if asked == [*given]), None)\n"
    )
    tests = asyncio.run(HiddenTests(sandbox()).check(task, handed_in(table)))
    formal = asyncio.run(DifferentialTests(sandbox()).check(task, handed_in(table)))
    assert tests.grade < 0.75, tests
    assert formal.grade == 0.0, formal


@EACH
def test_go_wrong_is_wrong(family: ProgramFamily[Any]) -> None:
    """The plausible bug is another program than the reference, and differs on a test and on a case."""
    rng = Random(5)
    for posed in every(family)[::3]:
        worked = family.go_wrong(posed.instance, rng)
        assert worked.final_answer == FINAL_ANSWER
        assert worked.code != family.solve(posed.instance).code
        assert worked.code.startswith("def ")
