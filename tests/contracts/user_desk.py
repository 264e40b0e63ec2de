"""What every desk of users' tasks promises: UserTasks, TaskDesk and Outbox (application/ports)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

import pytest
from attrs import evolve, frozen

from reasonforge.application.ports.outbox import Outbox
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.ports.user_tasks import (
    NewTask,
    OtherRequest,
    Queued,
    QueueFull,
    QueueRules,
    QuotaSpent,
    TaskRecord,
    UserTasks,
)
from reasonforge.domain.access_key import KeyId
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId, Uid
from reasonforge.domain.submission import Claim, ReasoningStep
from reasonforge.domain.user_task import UserAnswer, UserTask, UserTaskFailure, UserTaskState
from reasonforge.domain.verdict import Unavailable, Verdict

ALICE, BOB = KeyId("a" * 18), KeyId("b" * 18)
OWNERS = {ALICE: "alice", BOB: "bob"}
FIRST, SECOND = Hotkey("5First"), Hotkey("5Second")
EPOCH = EpochNumber(7)
RULES = QueueRules("2026-11", quota=None)


def new(number: int, key: KeyId = ALICE, idempotency_key: str | None = None, callback: str | None = None) -> NewTask:
    task = UserTask(
        TaskId(f"task_{number}"), OWNERS[key], f"What is {number}\0☃?", Discipline.CAUSAL, 3, 60.5, 1_700_000_000.25
    )
    return NewTask(task, key, f"body {number}", callback, idempotency_key)


def answer(number: int, epoch: EpochNumber = EPOCH) -> UserAnswer:
    step = ReasoningStep(1, "because \0 ☃", "seen", 0.1 + 0.2, "", (Claim("x", "=", "1", ("x > 0",)),))
    checks = {"numerical": Verdict(1 / 3, "third", "tool"), "proof": Verdict(Unavailable("no Lean"), "", "lean")}
    return UserAnswer(TaskId(f"task_{number}"), epoch, "42 \ud800", (step,), 0.6, FIRST, Uid(3), 4, checks, 1.5)


def ids(tasks: object) -> list[str]:
    assert isinstance(tasks, list | tuple)
    return [task.task_id for task in tasks]


@frozen
class Desk:
    """One store by its three sides."""

    users: UserTasks
    validators: TaskDesk
    outbox: Outbox


class UserDeskContract:
    """Subclasses give an empty desk that knows the keys ALICE and BOB."""

    def fresh(self) -> AbstractContextManager[Desk]:
        raise NotImplementedError

    def run(self, go: Callable[[Desk], Awaitable[None]]) -> None:
        async def whole(desk: Desk) -> None:
            await go(desk)

        with self.fresh() as desk:
            asyncio.run(whole(desk))

    def test_a_task_waits_and_is_its_owners(self) -> None:
        """What was submitted comes back to its owner, and to nobody else."""

        async def go(desk: Desk) -> None:
            queued = await desk.users.submit(new(1, callback="https://a.example/x"), RULES)
            assert isinstance(queued, Queued)
            assert queued == Queued(
                TaskRecord(queued.record.position, new(1).task, UserTaskState.QUEUED, "https://a.example/x"), fresh=True
            )
            assert await desk.users.read("alice", TaskId("task_1")) == queued.record
            assert await desk.users.read("bob", TaskId("task_1")) is None
            assert await desk.users.cancel("bob", TaskId("task_1"), 1.0) is None
            assert list(await desk.users.page("bob", None, 10)) == []

        self.run(go)

    def test_pages_follow_one_another(self) -> None:
        """Newest first; what comes meanwhile shifts nothing."""

        async def go(desk: Desk) -> None:
            for number in range(5):
                await desk.users.submit(new(number), RULES)
                await desk.users.submit(new(number + 10, BOB), RULES)
            first = await desk.users.page("alice", None, 2)
            await desk.users.submit(new(5), RULES)
            second = await desk.users.page("alice", first[-1].position, 10)
            assert [one.task.task_id for one in (*first, *second)] == [f"task_{number}" for number in (4, 3, 2, 1, 0)]

        self.run(go)

    def test_one_idempotency_key_queues_one_task_however_many_try_at_once(self) -> None:
        """50 at once make one task, counted once; another body is another request; another key's is its own."""

        async def go(desk: Desk) -> None:
            tried = [evolve(new(1, ALICE, "k"), task=new(number).task) for number in range(50)]
            found = await asyncio.gather(*(desk.users.submit(one, RULES) for one in tried))
            assert all(isinstance(one, Queued) for one in found)
            assert len({one.record.task.task_id for one in found if isinstance(one, Queued)}) == 1
            assert sum(one.fresh for one in found if isinstance(one, Queued)) == 1
            assert await desk.users.used(ALICE, RULES.month) == 1
            assert await desk.users.submit(new(77, ALICE, "k"), RULES) == OtherRequest()
            assert isinstance(await desk.users.submit(new(78, BOB, "k"), RULES), Queued)

        self.run(go)

    def test_the_quota_counts_what_was_queued(self) -> None:
        """Of many at once exactly the quota is queued; another month, and another key, count for themselves."""

        async def go(desk: Desk) -> None:
            few = evolve(RULES, quota=3)
            found = await asyncio.gather(*(desk.users.submit(new(number), few) for number in range(20)))
            assert sum(isinstance(one, Queued) for one in found) == 3
            assert found.count(QuotaSpent(3)) == 17
            assert await desk.users.used(ALICE, few.month) == 3
            assert await desk.users.used(BOB, few.month) == 0
            assert isinstance(await desk.users.submit(new(30, BOB), few), Queued)
            assert isinstance(await desk.users.submit(new(31), evolve(few, month="2026-12")), Queued)

        self.run(go)

    def test_the_queue_is_bounded(self) -> None:
        """One owner's tasks and everybody's; what is refused is not counted."""

        async def go(desk: Desk) -> None:
            tight = evolve(RULES, most_queued=3, most_of_owner=2)
            for number in range(2):
                await desk.users.submit(new(number), tight)
            assert await desk.users.submit(new(2), tight) == QueueFull(own=True)
            assert isinstance(await desk.users.submit(new(3, BOB), tight), Queued)
            assert await desk.users.submit(new(4, BOB), tight) == QueueFull(own=False)
            assert await desk.users.used(BOB, RULES.month) == 1

        self.run(go)

    def test_owners_take_turns(self) -> None:
        """The oldest first, no owner more than one ahead; asked again the same, whatever was settled or came since."""

        async def go(desk: Desk) -> None:
            for number in range(4):
                await desk.users.submit(new(number), RULES)
            await desk.users.submit(new(10, BOB), RULES)
            taken = await desk.validators.take(FIRST, EPOCH, 3)
            assert ids(taken) == ["task_0", "task_10", "task_1"]
            assert taken[0] == new(0).task
            await desk.users.submit(new(11, BOB), RULES)
            await desk.validators.settle(FIRST, [answer(10)])
            assert list(await desk.validators.take(FIRST, EPOCH, 3)) == list(taken)
            assert ids(await desk.validators.take(SECOND, EPOCH, 1)) == ["task_2"]
            assert ids(await desk.validators.take(FIRST, EpochNumber(8), 9)) == ["task_3", "task_11"]
            assert list(await desk.validators.take(SECOND, EpochNumber(8), 9)) == []

        self.run(go)

    def test_the_first_outcome_stays(self) -> None:
        """A task that was settled is completed, or failed, for ever; values come back equal."""

        async def go(desk: Desk) -> None:
            for number in range(2):
                await desk.users.submit(new(number), RULES)
            await desk.validators.take(FIRST, EPOCH, 2)
            failure = UserTaskFailure(TaskId("task_1"), EPOCH, "nobody answered")
            await desk.validators.settle(FIRST, [answer(0), failure])
            await desk.validators.settle(FIRST, [evolve(answer(0), final_answer="43"), answer(1)])
            first = await desk.users.read("alice", TaskId("task_0"))
            second = await desk.users.read("alice", TaskId("task_1"))
            assert first is not None
            assert second is not None
            assert (first.state, first.outcome, first.epoch) == (UserTaskState.COMPLETED, answer(0), EPOCH)
            assert (second.state, second.outcome) == (UserTaskState.FAILED, failure)
            assert first.settled_at is not None

        self.run(go)

    def test_only_who_took_a_task_settles_it(self) -> None:
        """Another validator's outcome is refused, with all that came with it."""

        async def go(desk: Desk) -> None:
            for number in range(2):
                await desk.users.submit(new(number), RULES)
            await desk.validators.take(FIRST, EPOCH, 1)
            await desk.validators.take(SECOND, EPOCH, 1)
            with pytest.raises(StoreFault):
                await desk.validators.settle(SECOND, [answer(1), answer(0)])
            found = await desk.users.read("alice", TaskId("task_1"))
            assert found is not None
            assert found.state is UserTaskState.PROCESSING

        self.run(go)

    def test_what_is_given_back_waits_in_its_old_place(self) -> None:
        """All but what was settled, and before what came later."""

        async def go(desk: Desk) -> None:
            for number in range(3):
                await desk.users.submit(new(number), RULES)
            await desk.validators.take(FIRST, EPOCH, 2)
            await desk.validators.settle(FIRST, [answer(0)])
            assert await desk.validators.give_back(FIRST, EPOCH) == 1
            assert await desk.validators.give_back(FIRST, EPOCH) == 0
            assert ids(await desk.validators.take(SECOND, EPOCH, 9)) == ["task_1", "task_2"]

        self.run(go)

    def test_only_a_queued_task_is_cancelled(self) -> None:
        """A cancelled one is never taken; one that was taken goes on."""

        async def go(desk: Desk) -> None:
            for number in range(2):
                await desk.users.submit(new(number), RULES)
            gone = await desk.users.cancel("alice", TaskId("task_0"), 5.0)
            assert gone is not None
            assert (gone.state, gone.settled_at) == (UserTaskState.CANCELLED, 5.0)
            assert ids(await desk.validators.take(FIRST, EPOCH, 9)) == ["task_1"]
            going = await desk.users.cancel("alice", TaskId("task_1"), 6.0)
            assert going is not None
            assert going.state is UserTaskState.PROCESSING

        self.run(go)

    def test_an_answer_with_a_callback_is_one_parcel(self) -> None:
        """It is due at once, nobody else's while it is leased, due again after that, and gone when it was delivered."""

        async def go(desk: Desk) -> None:
            await desk.users.submit(new(0, callback="https://a.example/x"), RULES)
            await desk.users.submit(new(1), RULES)
            await desk.validators.take(FIRST, EPOCH, 2)
            await desk.validators.settle(FIRST, [answer(0), answer(1)])
            await desk.validators.settle(FIRST, [answer(0)])
            late = 1e12
            (parcel,) = await desk.outbox.claim(late, 60.0, 10)
            assert (parcel.key, parcel.url, parcel.attempts) == (ALICE, "https://a.example/x", 0)
            assert parcel.record == await desk.users.read("alice", TaskId("task_0"))
            assert list(await desk.outbox.claim(late + 59.0, 60.0, 10)) == []
            (again,) = await desk.outbox.claim(late + 60.0, 60.0, 10)
            assert again == parcel
            await desk.outbox.postpone(parcel.id, late + 100.0, "503")
            assert list(await desk.outbox.claim(late + 99.0, 60.0, 10)) == []
            (third,) = await desk.outbox.claim(late + 100.0, 60.0, 10)
            assert third == evolve(parcel, attempts=1)
            await desk.outbox.delivered(parcel.id)
            assert list(await desk.outbox.claim(late * 2, 60.0, 10)) == []

        self.run(go)

    def test_an_abandoned_parcel_never_comes_back(self) -> None:
        """Nor does one that is postponed after it was delivered."""

        async def go(desk: Desk) -> None:
            await desk.users.submit(new(0, callback="https://a.example/x"), RULES)
            await desk.validators.take(FIRST, EPOCH, 2)
            await desk.validators.settle(FIRST, [UserTaskFailure(TaskId("task_0"), EPOCH, "nobody")])
            (parcel,) = await desk.outbox.claim(1e12, 60.0, 10)
            await desk.outbox.abandon(parcel.id, "410")
            await desk.outbox.postpone(parcel.id, 0.0, "late")
            assert list(await desk.outbox.claim(1e13, 60.0, 10)) == []

        self.run(go)
