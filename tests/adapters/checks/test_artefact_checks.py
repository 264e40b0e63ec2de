import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from reasonforge.adapters.checks.checker import ArtefactChecks, unbounded
from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.adapters.workers.pool import ProcessWorkers
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from tests.honest import ethical, strategic
from tests.hostile import ethical as hostile_ethical
from tests.hostile import strategic as hostile_strategic

HOSTILE = (*hostile_strategic.CASES, *hostile_ethical.CASES)
HONEST = [case for case in (*strategic.CASES, *ethical.CASES) if case[4]]
PRELOAD = ("z3", "scipy")


def task(check: str, against: Mapping[str, Any] | None) -> Task:
    artefacts = () if against is None else (ArtefactSpecification(check, {"describe": "", "schema": {}}, against),)
    answer = IntegerAnswer(42)
    return Task(TaskId("t"), "?", Discipline.STRATEGIC, 5, answer, (check,), artefacts=artefacts)


def submission(artifact: Any, final_answer: str = "") -> Submission:
    return Submission(QueryId("q"), (), final_answer, artifact)


def found(
    check: str, against: Mapping[str, Any] | None, artifact: Any, answer: str = "", seconds: float = 10.0
) -> Finding:
    async def scene() -> Finding:
        async with ProcessWorkers(size=1, preload=()) as workers:
            checker = ArtefactChecks(check, workers, seconds)
            return await checker.check(task(check, against), submission(artifact, answer))

    return asyncio.run(scene())


def test_honest_and_hostile_through_workers() -> None:
    """Through worker processes every honest artefact is right, and no hostile one raises or is right."""

    async def scene() -> None:
        async with ProcessWorkers(preload=PRELOAD) as workers:

            async def grade(case: strategic.Case) -> float:
                _, check, against, artefact, _ = case
                checker = ArtefactChecks(check, workers)
                finding = await checker.check(task(check, against), submission({check: artefact}))
                assert finding.reason
                return finding.grade

            honest = await asyncio.gather(*map(grade, HONEST))
            hostile = await asyncio.gather(*map(grade, HOSTILE))
            assert [case[0] for case, got in zip(HONEST, honest, strict=True) if got != 1.0] == []
            assert [case[0] for case, got in zip(HOSTILE, hostile, strict=True) if got == 1.0] == []

    asyncio.run(scene())


@pytest.mark.parametrize("check", CHECKS)
def test_self_test(check: str) -> None:
    """Each check tells its true example from its false one, in a worker, and says with what."""

    async def scene() -> None:
        async with ProcessWorkers(size=1, preload=()) as workers:
            outcome = await ArtefactChecks(check, workers).self_test()
            assert outcome.passed, outcome.detail
            assert outcome.tool.startswith(check)

    asyncio.run(scene())


def test_self_test_without_workers() -> None:
    """Workers that cannot work fail the self-test, which does not raise."""

    async def scene() -> None:
        workers = ProcessWorkers(size=1)
        await workers.aclose()
        outcome = await ArtefactChecks("solver", workers).self_test()
        assert not outcome.passed
        assert "closed" in outcome.detail

    asyncio.run(scene())


@pytest.mark.parametrize("artifact", [None, {}, [], "solver", {"solver": None}, {"Solver": {}}])
def test_without_artefact(artifact: Any) -> None:
    """A submission without the artefact fails the check, which is the miner's doing."""
    assert found("solver", hostile_strategic.MIX, artifact) == Finding(0.0, "the submission has no artefact solver")


def test_without_the_tasks_data() -> None:
    """A task that uses a check and brings no data for it is our fault."""
    with pytest.raises(ValidatorFault, match="no data for its check solver"):
        found("solver", None, {"solver": {}})


@pytest.mark.parametrize(
    ("check", "against"),
    [
        ("solver", {"variables": ["x"]}),
        ("constraints", {"variables": ["x"], "constraints": [{"kind": "magic"}]}),
        ("equilibrium", {"payoffs": [[[1, 2], [3]]], "zero_sum": True}),
        ("coverage", {"considerations": [], "problem": "?"}),
        ("logic", {"vocabulary": {"atoms": ["p"]}, "premises": {"one": "q"}, "options": {"A": "p"}}),
    ],
)
def test_malformed_data_of_the_task(check: str, against: Mapping[str, Any]) -> None:
    """A task whose data make no sense is our fault, whatever the miner handed in."""
    with pytest.raises(ValidatorFault, match="raised ValueError"):
        found(check, against, {check: {"x": 1}})


def test_out_of_time() -> None:
    """A check that takes longer than it may is failed, with the limit in the reason."""
    case = next(case for case in HONEST if case[1] == "logic")
    finding = found("logic", case[2], {"logic": case[3]}, seconds=0.001)
    assert finding == Finding(0.0, "checking logic exceeded its time limit of 0.001 s")


@pytest.mark.parametrize(
    ("answer", "grade"), [("A", 1.0), (" a. ", 1.0), (r"\boxed{A}", 1.0), ("B", 0.0), ("", 0.0), ("А", 0.0)]
)
def test_the_final_answer_is_the_option(answer: str, grade: float) -> None:
    """Where the task says so, the final answer must name the option that the argument concludes."""
    against = {**hostile_ethical.DUTY, "final_answer_is_option": True}
    argument = {"premises": ["rule", "fact", "mild"], "conclusion": "A"}
    assert found("logic", against, {"logic": argument}, answer).grade == grade


def test_an_unknown_check() -> None:
    """There is no checker for a check that nobody makes."""
    with pytest.raises(ValueError, match="none of the checks"):
        ArtefactChecks("magic", ProcessWorkers(size=1))


def _deep(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("artefact", "flaw"),
    [
        ({"x": [1, 2.5, "a", None, True]}, ""),
        (list(range(19_999)), ""),
        (list(range(20_000)), "has more than 20000 values"),
        ([[[]] * 150] * 150, "has more than 20000 values"),
        ("a" * 500_000, ""),
        ({"a" * 500_001: 1}, "has more than 500000 characters"),
        (2**4096 - 1, ""),
        ([-(2**4096)], "has a whole number of more than 4096 bits"),
        ([float("nan")], "has a number that is not finite"),
        ({"x": float("-inf")}, "has a number that is not finite"),
        ({1: 2}, "has a key that is no text"),
        ({(1, 2): 2}, "has a key that is no text"),
        (_deep(31), ""),
        (_deep(32), "is more than 32 deep"),
        (_deep(100_000), "is more than 32 deep"),
        (b"bytes", "has a value that is no JSON"),
        ({1, 2}, "has a value that is no JSON"),
    ],
    ids=[f"case{at}" for at in range(17)],
)
def test_bounds(artefact: Any, flaw: str) -> None:
    """What is too long, too many, too deep or no JSON is told before anything else looks at it."""
    assert unbounded(artefact) == flaw
