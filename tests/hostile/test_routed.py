"""Every hostile answer and artefact through the whole verifier, over real worker processes, in one batch a task."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification
from reasonforge.entrypoints.verification import ToolSettings, open_tools
from tests.hostile.conftest import Watch
from tests.hostile.mathematics import HOSTILE
from tests.hostile.test_artefacts import CASES

NUMBER = read_answer({"format": "integer", "value": 1})
NUMERICAL = "numerical"
MOST_SECONDS = 60.0
Judged = tuple[str, str, Verification]


def batches() -> Sequence[tuple[Task, Sequence[tuple[str, Submission]]]]:
    """The hostile inputs, by the task that they are handed in to."""
    grouped: dict[str, tuple[Task, list[tuple[str, Submission]]]] = {}
    for name, check, against, artefact, _ in CASES:
        task = _task(NUMBER, check, against)
        handed_in = Submission(QueryId(name), (), "1", artifact={check: artefact})
        grouped.setdefault(f"{check} {against!r}", (task, []))[1].append((name, handed_in))
    for name, answer, final in HOSTILE:
        task = _task(read_answer(answer), "", {})
        grouped.setdefault(repr(answer), (task, []))[1].append((name, Submission(QueryId(name), (), final)))
    return list(grouped.values())


def _task(answer: Any, check: str, against: Mapping[str, Any]) -> Task:
    checks = (NUMERICAL, check) if check else (NUMERICAL,)
    artefacts = (ArtefactSpecification(check, {}, against),) if check else ()
    return Task(TaskId("hostile"), "Judge me.", Discipline.MATHEMATICS, 1, answer, checks, artefacts=artefacts)


async def judged() -> list[Judged]:
    """(name, check, what the verifier found) of each."""
    found: list[Judged] = []
    async with open_tools(ToolSettings(systems=frozenset(), workers=2)) as tools:
        for task, handed_in in batches():
            verifications = await tools.verifier.judge(task, [submission for _, submission in handed_in])
            names = (name for name, _ in handed_in)
            found += [(name, task.checks[-1], one) for name, one in zip(names, verifications, strict=True)]
    return found


@pytest.mark.slow
def test_nothing_is_unavailable_or_right(watch: Watch) -> None:
    """Each check of a hostile input is a number below 1, for all of them, and the validator does not grow."""
    outcomes: dict[str, list[Any]] = defaultdict(list)
    with watch(f"all {len(CASES) + len(HOSTILE)} of them", "the whole verifier", MOST_SECONDS) as trial:
        for name, check, verification in asyncio.run(judged()):
            outcomes[name].append(verification.checks[check].outcome)
        trial.verdict = "each check a number below 1"
    assert len(outcomes) == len(CASES) + len(HOSTILE)
    assert {name: found for name, found in outcomes.items() if any(isinstance(one, Unavailable) for one in found)} == {}
    assert {name: found for name, found in outcomes.items() if any(one >= 1.0 for one in found)} == {}
