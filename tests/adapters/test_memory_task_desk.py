import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from reasonforge.adapters.memory.task_desk import MemoryTaskDesk
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.domain.identity import EpochNumber, TaskId
from reasonforge.domain.user_task import UserTaskFailure, UserTaskState
from tests.contracts.task_desk import EIGHT, OURS, Outcome, Submit, TaskDeskContract, answer_to, user_task


class TestMemoryTaskDesk(TaskDeskContract):
    @contextmanager
    def fresh(self) -> Iterator[tuple[TaskDesk, Submit, Outcome]]:
        desk = MemoryTaskDesk()
        yield desk, desk.submit, desk.outcome_of


def test_a_task_goes_its_way() -> None:
    """Queued, processing, completed; queued, processing, failed; queued, cancelled; and back to queued."""
    desk = MemoryTaskDesk()
    for number in range(4):
        desk.submit(user_task(f"t{number}", at=float(number)))
    assert desk.cancel(TaskId("t3"))
    asyncio.run(desk.take(OURS, EIGHT, 9))
    assert not desk.cancel(TaskId("t0"))
    assert [desk.state_of(TaskId(f"t{number}")) for number in range(4)] == [*["processing"] * 3, "cancelled"]
    asyncio.run(desk.settle(OURS, [answer_to("t0"), UserTaskFailure(TaskId("t1"), EpochNumber(8), "nobody answered")]))
    asyncio.run(desk.give_back(OURS, EIGHT))
    assert [desk.state_of(TaskId(f"t{number}")) for number in range(3)] == [
        UserTaskState.COMPLETED, UserTaskState.FAILED, UserTaskState.QUEUED,
    ]  # fmt: skip
