"""What every TaskPool promises (application/ports/task_pool.py)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from attrs import evolve

from reasonforge.application.ports.task_pool import PooledTask, TaskPool
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId
from reasonforge.domain.pooled_task import pooled
from reasonforge.domain.task import Task

OURS, OTHER = Hotkey("validator-01"), Hotkey("validator-02")
EIGHT, NINE = EpochNumber(8), EpochNumber(9)


def own_task(number: int) -> Task:
    """A task written by hand: its answer is the number."""
    return pooled(
        Task(
            task_id=TaskId(f"own-{number}"),
            problem=f"What is {number} + 0? Answer with an integer.",
            discipline=Discipline.MATHEMATICS,
            difficulty=3,
            answer=read_answer({"format": "integer", "value": str(number)}),
            checks=("numerical",),
        )
    )


TASKS = tuple(own_task(number) for number in range(6))


class TaskPoolContract:
    """Subclasses give a fresh pool."""

    def fresh(self) -> AbstractContextManager[TaskPool]:
        raise NotImplementedError

    def run(self, scenario: Callable[[TaskPool], Coroutine[Any, Any, None]], tasks: Sequence[Task] = TASKS) -> None:
        async def go(pool: TaskPool) -> None:
            await pool.add(tasks)
            await scenario(pool)

        with self.fresh() as pool:
            asyncio.run(go(pool))

    def test_an_empty_pool_gives_nothing(self) -> None:
        """Nor does it refuse to."""

        async def scenario(pool: TaskPool) -> None:
            assert list(await pool.take(OURS, EIGHT, 3)) == []
            assert list(await pool.listed()) == []
            assert await pool.give_back(OURS, EIGHT) == 0

        self.run(scenario, ())

    def test_the_oldest_are_taken_and_nobody_gets_them_again(self) -> None:
        """Values come back equal, in the order of import, each to one epoch of one validator."""

        async def scenario(pool: TaskPool) -> None:
            assert tuple(await pool.take(OURS, EIGHT, 2)) == TASKS[:2]
            assert tuple(await pool.take(OTHER, EIGHT, 1)) == TASKS[2:3]
            assert tuple(await pool.take(OURS, NINE, 9)) == TASKS[3:]
            assert list(await pool.take(OTHER, NINE, 9)) == []

        self.run(scenario)

    def test_asked_again_it_gives_the_same(self) -> None:
        """For the same validator and epoch, whatever was added or asked for meanwhile."""

        async def scenario(pool: TaskPool) -> None:
            first = await pool.take(OURS, EIGHT, 2)
            await pool.add([own_task(77)])
            assert await pool.take(OURS, EIGHT, 2) == first
            assert await pool.take(OURS, EIGHT, 5) == first

        self.run(scenario)

    def test_what_is_beyond_a_smaller_share_goes_back(self) -> None:
        """An epoch that wants fewer when it is drawn again lets go of the rest, in their old place."""

        async def scenario(pool: TaskPool) -> None:
            await pool.take(OURS, EIGHT, 3)
            assert tuple(await pool.take(OURS, EIGHT, 1)) == TASKS[:1]
            assert tuple(await pool.take(OURS, NINE, 2)) == TASKS[1:3]

        self.run(scenario)

    def test_what_nobody_was_asked_goes_back(self) -> None:
        """Of one validator's epoch alone, to its old place."""

        async def scenario(pool: TaskPool) -> None:
            await pool.take(OURS, EIGHT, 2)
            await pool.take(OTHER, EIGHT, 1)
            assert await pool.give_back(OURS, EIGHT) == 2
            assert tuple(await pool.take(OURS, NINE, 3)) == (*TASKS[:2], TASKS[3])

        self.run(scenario)

    def test_the_list_tells_who_took_what(self) -> None:
        """All that were ever added, used or left."""

        async def scenario(pool: TaskPool) -> None:
            await pool.take(OURS, EIGHT, 1)
            assert tuple(await pool.listed()) == (
                PooledTask(TASKS[0], OURS, EIGHT),
                *(PooledTask(task) for task in TASKS[1:]),
            )

        self.run(scenario)

    @pytest.mark.parametrize(
        "again",
        [TASKS[0], evolve(own_task(70), task_id=TASKS[0].task_id), evolve(TASKS[0], task_id=TaskId("renamed"))],
        ids=["the whole", "its id", "its statement"],
    )
    def test_what_it_ever_had_is_refused(self, again: Task) -> None:
        """Also when that was asked already; and nothing beside it is added."""

        async def scenario(pool: TaskPool) -> None:
            await pool.take(OURS, EIGHT, 1)
            with pytest.raises(StoreFault, match="already"):
                await pool.add([own_task(71), again])
            assert len(await pool.listed()) == len(TASKS)

        self.run(scenario)

    def test_two_validators_at_once_share_no_task(self) -> None:
        """However their calls fall."""

        async def scenario(pool: TaskPool) -> None:
            taken = await asyncio.gather(pool.take(OURS, EIGHT, 3), pool.take(OTHER, EIGHT, 3))
            assert sorted(task.task_id for one in taken for task in one) == [task.task_id for task in TASKS]

        self.run(scenario)
