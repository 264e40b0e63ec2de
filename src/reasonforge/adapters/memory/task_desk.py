"""The TaskDesk without a disk: for the in-process subnet, for a validator without a gateway, and for tests."""

from collections.abc import Sequence

from attrs import define

from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId
from reasonforge.domain.user_task import UserAnswer, UserOutcome, UserTask, UserTaskState


@define
class _Desked:
    """One task on the desk. The only thing in this module that changes."""

    task: UserTask
    taken_by: tuple[Hotkey, EpochNumber] | None = None
    place: int = 0
    outcome: UserOutcome | None = None
    cancelled: bool = False

    @property
    def waits(self) -> bool:
        return self.taken_by is None and self.outcome is None and not self.cancelled


class MemoryTaskDesk:
    """The promises of the TaskDesk port, but for what a crash leaves: nothing. `submit`, `cancel`, `state_of` and
    `outcome_of` are the users' side of it.
    """

    def __init__(self) -> None:
        self._tasks: dict[TaskId, _Desked] = {}

    def submit(self, task: UserTask) -> None:
        """Queue a task; `StoreFault` when its id is taken."""
        if task.task_id in self._tasks:
            raise StoreFault(f"there is a task {task.task_id} already")
        self._tasks[task.task_id] = _Desked(task)

    def cancel(self, task: TaskId) -> bool:
        """Whether it was still queued, and so could be."""
        desked = self._tasks[task]
        desked.cancelled = desked.cancelled or desked.waits
        return desked.cancelled

    def state_of(self, task: TaskId) -> UserTaskState:
        """How far a task has come; `KeyError` when there is none."""
        desked = self._tasks[task]
        if desked.cancelled:
            return UserTaskState.CANCELLED
        if desked.outcome is not None:
            answered = isinstance(desked.outcome, UserAnswer)
            return UserTaskState.COMPLETED if answered else UserTaskState.FAILED
        return UserTaskState.QUEUED if desked.taken_by is None else UserTaskState.PROCESSING

    def outcome_of(self, task: TaskId) -> UserOutcome | None:
        """What became of it; None while nothing has."""
        return self._tasks[task].outcome

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[UserTask]:
        held = [one for one in self._tasks.values() if one.taken_by == (validator, epoch)]
        if held:
            return [one.task for one in sorted(held, key=lambda one: one.place)][: max(0, most)]
        taken = _in_turns([one for one in self._tasks.values() if one.waits])[: max(0, most)]
        for place, one in enumerate(taken):
            one.taken_by, one.place = (validator, epoch), place
        return [one.task for one in taken]

    async def settle(self, validator: Hotkey, outcomes: Sequence[UserOutcome]) -> None:
        for outcome in outcomes:
            desked = self._tasks.get(outcome.task_id)
            if desked is None or desked.taken_by is None or desked.taken_by[0] != validator:
                raise StoreFault(f"the task {outcome.task_id} was not taken by {validator}")
        for outcome in outcomes:
            desked = self._tasks[outcome.task_id]
            if desked.outcome is None:
                desked.outcome = outcome

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        left = [one for one in self._tasks.values() if one.taken_by == (validator, epoch) and one.outcome is None]
        for one in left:
            one.taken_by = None
        return len(left)


def _in_turns(queued: Sequence[_Desked]) -> list[_Desked]:
    """Owners take turns, each with its oldest; whose oldest is older goes first."""
    oldest_first = sorted(queued, key=lambda one: (one.task.submitted_at, one.task.task_id))
    had: dict[str, int] = {}
    rounds = []
    for place, one in enumerate(oldest_first):
        turn = had.get(one.task.owner, 0)
        had[one.task.owner] = turn + 1
        rounds.append((turn, place, one))
    return [one for _, _, one in sorted(rounds, key=lambda item: item[:2])]
