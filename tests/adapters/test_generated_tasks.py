import asyncio
from collections import Counter
from random import Random

import pytest
from attrs import evolve

from reasonforge.adapters.tasks.families.congruences import Congruences, System
from reasonforge.adapters.tasks.families.voting import Voting
from reasonforge.adapters.tasks.family import ArtefactFamily
from reasonforge.adapters.tasks.registry import ANYWHERE, BY_NAME
from reasonforge.adapters.tasks.source import GeneratedTasks, task_of
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from tests.contracts.task_source import EPOCH, TaskSourceContract

SOURCE = GeneratedTasks()


class TestGeneratedTasks(TaskSourceContract):
    def source(self) -> GeneratedTasks:
        return SOURCE


TASKS = asyncio.run(SOURCE.draw(EPOCH, 60, 9, Random(11)))


def test_a_drawn_task_can_be_made_again() -> None:
    """Family, version, seed and difficulty give the same task, but for whether it was a trap."""
    for task in TASKS:
        assert SOURCE.regenerate(task.family, task.version, task.seed, task.difficulty) == evolve(task, is_trap=False)


def test_difficulties_are_spread_evenly() -> None:
    """Of 60 tasks every difficulty from 1 to 8 has at least 4, and 9 and 10 have some."""
    counts = Counter(task.difficulty for task in TASKS)
    assert all(counts[difficulty] >= 4 for difficulty in range(1, 9))
    assert min(counts[9], counts[10]) >= 2


def test_families_take_turns() -> None:
    """In a draw no family of a discipline is used twice more than another of it."""
    used = Counter(task.family for task in TASKS)
    for discipline in Discipline:
        times = [used[family.name] for family in ANYWHERE if family.discipline is discipline]
        assert max(times) - min(times) <= 1


def test_every_format_is_used() -> None:
    """The families among them use all six answer formats."""
    formats = {task.answer.format for task in TASKS}
    assert formats == {"integer", "fraction", "decimal", "list", "choice", "text"}


def test_tasks_name_only_checks_of_their_discipline() -> None:
    """The answer's own check first, then others of the discipline's table; each artefact belongs to one of them."""
    for task in TASKS:
        assert task.checks[0] == ANSWER_CHECK[task.discipline]
        assert set(task.checks) <= set(DEFAULT_PARAMETERS.check_weights[task.discipline])
        assert {artefact.check for artefact in task.artefacts} <= set(task.checks)


def test_a_trap_s_question_is_like_any_other() -> None:
    """What travels of a trap is what would travel of the same task if it were none."""
    for task in TASKS:
        assert task.question(QueryId("q")) == evolve(task, is_trap=not task.is_trap).question(QueryId("q"))


def test_answers_survive_the_database() -> None:
    """Every generated answer is read back from its JSON form."""
    assert [read_answer(task.answer.specification()) for task in TASKS] == [task.answer for task in TASKS]


@pytest.mark.parametrize(
    "name", ["average_effect", "front_door", "identifiability", "intervention", "instrument", "simpson"]
)
def test_what_an_estimate_is_held_against_is_secret(name: str) -> None:
    """The models and samples that a claim is held against follow from the task's seed, and not from its statement."""
    family = BY_NAME[name]
    task = task_of(family, "00ff", 3)
    instance = family.read(task.problem)
    assert isinstance(family, ArtefactFamily)
    public = family.artefacts(instance)
    assert [one.asks for one in task.artefacts] == [one.asks for one in public]
    assert [one.against["seed"] for one in task.artefacts] != [one.against["seed"] for one in public]
    assert task == task_of(family, "00ff", 3)


def test_identity() -> None:
    """A task's own name says what it takes to make it again."""
    task = task_of(Congruences(), "00ff", 3)
    assert task.task_id == TaskId("mathematics.congruences/1/00ff/3")
    assert (task.source, task.previously_unsolved, task.is_trap) == ("generated", False, False)


def test_the_timeout_is_the_source_s() -> None:
    """Every task has the deadline that the source was made with."""
    tasks = asyncio.run(GeneratedTasks(timeout_seconds=7.0).draw(EPOCH, 6, 0, Random(1)))
    assert {task.timeout_seconds for task in tasks} == {7.0}


def test_what_cannot_be_drawn() -> None:
    """More traps than tasks, unknown families and versions, and difficulties a family lacks are refused by name."""
    with pytest.raises(ValueError, match="cannot be traps"):
        asyncio.run(SOURCE.draw(EPOCH, 3, 4, Random(1)))
    with pytest.raises(OperatorError, match="no task family 'poems'"):
        SOURCE.regenerate("poems", 1, "00", 1)
    with pytest.raises(OperatorError, match="version 2 is needed"):
        SOURCE.regenerate("congruences", 2, "00", 1)
    with pytest.raises(ValueError, match="difficulty 1 to 8, and 9 was asked"):
        SOURCE.regenerate("voting", 1, "00", 9)
    with pytest.raises(ValueError, match="at least one family"):
        GeneratedTasks(families=())
    with pytest.raises(ValueError, match="each of another name"):
        GeneratedTasks(families=(Voting(), Voting()))


class OneSystem(Congruences):
    """Has a single instance a difficulty."""

    def generate(self, rng: Random, difficulty: int) -> System:  # noqa: ARG002 - that is the point of it
        return super().generate(Random(difficulty), difficulty)


def test_running_out_of_statements_is_said() -> None:
    """A family that has no new statement left stops the draw instead of repeating one."""
    with pytest.raises(ValidatorFault, match="no more new statements"):
        asyncio.run(GeneratedTasks(families=(OneSystem(),)).draw(EPOCH, 60, 0, Random(1)))
