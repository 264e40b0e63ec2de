"""What every TaskDesk promises (application/ports/task_desk.py)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId, Uid
from reasonforge.domain.user_task import UserAnswer, UserOutcome, UserTask, UserTaskFailure

OURS, OTHER = Hotkey("validator-01"), Hotkey("validator-02")
EIGHT, NINE = EpochNumber(8), EpochNumber(9)
Submit = Callable[[UserTask], object]
Outcome = Callable[[TaskId], UserOutcome | None]


def user_task(name: str, owner: str = "ann", at: float = 0.0) -> UserTask:
    return UserTask(TaskId(name), owner, f"What is {name}?", Discipline.MATHEMATICS, 3, 60.0, at)


def answer_to(name: str, text: str = "42") -> UserAnswer:
    return UserAnswer(TaskId(name), EIGHT, text, (), 0.75, Hotkey("miner-01"), Uid(3), 4, {}, 12.5)


def names(tasks: Sequence[UserTask]) -> list[str]:
    return [task.task_id for task in tasks]


class TaskDeskContract:
    """Subclasses give a fresh desk, how a task is submitted to it, and how its outcome is seen."""

    def fresh(self) -> AbstractContextManager[tuple[TaskDesk, Submit, Outcome]]:
        raise NotImplementedError

    def run(self, scenario: Callable[[TaskDesk, Submit, Outcome], Coroutine[Any, Any, None]]) -> None:
        with self.fresh() as (desk, submit, outcome):
            asyncio.run(scenario(desk, submit, outcome))

    def test_the_oldest_are_taken_and_owners_take_turns(self) -> None:
        """Of two owners neither has more than one more than the other while both have some; the oldest come first."""

        async def scenario(desk: TaskDesk, submit: Submit, _outcome: Outcome) -> None:
            for at in range(5):
                submit(user_task(f"ann-{at}", "ann", at))
            submit(user_task("bob-0", "bob", 10.0))
            submit(user_task("bob-1", "bob", 11.0))
            assert names(await desk.take(OURS, EIGHT, 5)) == ["ann-0", "bob-0", "ann-1", "bob-1", "ann-2"]
            assert names(await desk.take(OTHER, EIGHT, 5)) == ["ann-3", "ann-4"]

        self.run(scenario)

    def test_asked_again_it_gives_the_same(self) -> None:
        """For the same validator and epoch, whatever was queued meanwhile."""

        async def scenario(desk: TaskDesk, submit: Submit, _outcome: Outcome) -> None:
            submit(user_task("one", at=1.0))
            submit(user_task("two", at=2.0))
            first = await desk.take(OURS, EIGHT, 2)
            submit(user_task("older", at=0.0))
            assert list(await desk.take(OURS, EIGHT, 2)) == list(first) == [
                user_task("one", at=1.0), user_task("two", at=2.0),
            ]  # fmt: skip

        self.run(scenario)

    def test_no_two_validators_get_one_task(self) -> None:
        """What one took is gone for the other, and for its own next epoch."""

        async def scenario(desk: TaskDesk, submit: Submit, _outcome: Outcome) -> None:
            submit(user_task("one"))
            assert names(await desk.take(OURS, EIGHT, 3)) == ["one"]
            assert list(await desk.take(OTHER, EIGHT, 3)) == []
            assert list(await desk.take(OURS, NINE, 3)) == []

        self.run(scenario)

    def test_nothing_is_taken_where_nothing_may_be(self) -> None:
        """None of the queued where none may be taken."""

        async def scenario(desk: TaskDesk, submit: Submit, _outcome: Outcome) -> None:
            submit(user_task("one"))
            assert list(await desk.take(OURS, EIGHT, 0)) == []
            assert names(await desk.take(OURS, EIGHT, 1)) == ["one"]

        self.run(scenario)

    def test_the_first_outcome_stays(self) -> None:
        """Settling again, the same or otherwise, changes nothing."""

        async def scenario(desk: TaskDesk, submit: Submit, outcome: Outcome) -> None:
            submit(user_task("one"))
            await desk.take(OURS, EIGHT, 1)
            for told in (answer_to("one"), answer_to("one", "43"), UserTaskFailure(TaskId("one"), EIGHT, "why")):
                await desk.settle(OURS, [told])
            assert outcome(TaskId("one")) == answer_to("one")

        self.run(scenario)

    def test_only_who_took_it_settles_it(self) -> None:
        """Neither another validator nor one that never took it; nothing of that call is kept."""

        async def scenario(desk: TaskDesk, submit: Submit, outcome: Outcome) -> None:
            submit(user_task("one", at=1.0))
            submit(user_task("two", at=2.0))
            await desk.take(OURS, EIGHT, 1)
            with pytest.raises(StoreFault):
                await desk.settle(OTHER, [answer_to("one")])
            with pytest.raises(StoreFault):
                await desk.settle(OURS, [answer_to("one"), answer_to("two")])
            assert outcome(TaskId("one")) is None

        self.run(scenario)

    def test_what_is_given_back_is_queued_in_its_old_place(self) -> None:
        """But for what was settled; it can be taken by anybody, the oldest first."""

        async def scenario(desk: TaskDesk, submit: Submit, outcome: Outcome) -> None:
            for at, name in enumerate(("one", "two", "three", "four")):
                submit(user_task(name, at=float(at)))
            await desk.take(OURS, EIGHT, 3)
            await desk.settle(OURS, [answer_to("two")])
            assert await desk.give_back(OURS, EIGHT) == 2
            assert await desk.give_back(OURS, EIGHT) == 0
            assert names(await desk.take(OTHER, NINE, 9)) == ["one", "three", "four"]
            assert outcome(TaskId("two")) == answer_to("two")

        self.run(scenario)
