"""Users' tasks without a disk: both sides of the desk, and the answers that are still to be sent."""

from collections import Counter
from collections.abc import Sequence

from attrs import define, evolve

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.outbox import Parcel
from reasonforge.application.ports.user_tasks import (
    NewTask,
    OtherRequest,
    Queued,
    QueueFull,
    QueueRules,
    QuotaSpent,
    SubmitOutcome,
    TaskRecord,
)
from reasonforge.domain.access_key import KeyId
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId
from reasonforge.domain.user_task import UserAnswer, UserOutcome, UserTask, UserTaskState


@define
class _Desked:
    """One task with what changes about it."""

    new: NewTask
    record: TaskRecord
    taken_by: Hotkey | None = None
    place: int = 0


@define
class _Waiting:
    """One answer on its way."""

    desked: _Desked
    due_at: float
    attempts: int = 0
    done: bool = False


class MemoryUserDesk:
    """The promises of the UserTasks, TaskDesk and Outbox ports, but for what a crash leaves: nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[TaskId, _Desked] = {}
        self._used: Counter[tuple[KeyId, str]] = Counter()
        self._parcels: dict[str, _Waiting] = {}

    async def submit(self, new: NewTask, rules: QueueRules) -> SubmitOutcome:
        for earlier in self._tasks.values():
            if new.idempotency_key is not None and (earlier.new.key, earlier.new.idempotency_key) == (
                new.key,
                new.idempotency_key,
            ):
                same = earlier.new.fingerprint == new.fingerprint
                return Queued(earlier.record, fresh=False) if same else OtherRequest()
        used = self._used[new.key, rules.month]
        if rules.quota is not None and used >= rules.quota:
            return QuotaSpent(used)
        waiting = [one.record.task.owner for one in self._in(UserTaskState.QUEUED)]
        if waiting.count(new.task.owner) >= rules.most_of_owner:
            return QueueFull(own=True)
        if len(waiting) >= rules.most_queued:
            return QueueFull(own=False)
        self._used[new.key, rules.month] += 1
        record = TaskRecord(len(self._tasks) + 1, new.task, UserTaskState.QUEUED, new.callback_url)
        self._tasks[new.task.task_id] = _Desked(new, record)
        return Queued(record, fresh=True)

    async def read(self, owner: str, task: TaskId) -> TaskRecord | None:
        found = self._tasks.get(task)
        return found.record if found is not None and found.record.task.owner == owner else None

    async def page(self, owner: str, before: int | None, limit: int) -> Sequence[TaskRecord]:
        own = [one.record for one in reversed(self._tasks.values()) if one.record.task.owner == owner]
        return [one for one in own if before is None or one.position < before][: max(0, limit)]

    async def cancel(self, owner: str, task: TaskId, now: float) -> TaskRecord | None:
        found = self._tasks.get(task)
        if found is None or found.record.task.owner != owner:
            return None
        if found.record.state is UserTaskState.QUEUED:
            found.record = evolve(found.record, state=UserTaskState.CANCELLED, settled_at=now)
        return found.record

    async def used(self, key: KeyId, month: str) -> int:
        return self._used[key, month]

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[UserTask]:
        mine = [one for one in self._tasks.values() if (one.taken_by, one.record.epoch) == (validator, epoch)]
        if not mine:
            mine = self._in_turns()[: max(0, most)]
            for place, one in enumerate(mine):
                one.taken_by, one.place = validator, place
                one.record = evolve(one.record, state=UserTaskState.PROCESSING, epoch=epoch)
        return [one.record.task for one in sorted(mine, key=lambda one: one.place)][: max(0, most)]

    async def settle(self, validator: Hotkey, outcomes: Sequence[UserOutcome]) -> None:
        for outcome in outcomes:
            found = self._tasks.get(outcome.task_id)
            if found is None or found.taken_by != validator:
                raise StoreFault(f"the task {outcome.task_id} was not taken by {validator}")
        now = self._clock.now()
        for outcome in outcomes:
            self._settle(self._tasks[outcome.task_id], outcome, now)

    def _settle(self, found: _Desked, outcome: UserOutcome, now: float) -> None:
        if found.record.state is not UserTaskState.PROCESSING:
            return
        state = UserTaskState.COMPLETED if isinstance(outcome, UserAnswer) else UserTaskState.FAILED
        found.record = evolve(found.record, state=state, settled_at=now, outcome=outcome)
        if found.new.callback_url is not None:
            self._parcels[f"msg_{outcome.task_id.removeprefix('task_')}"] = _Waiting(found, now)

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        left = [
            one for one in self._in(UserTaskState.PROCESSING) if (one.taken_by, one.record.epoch) == (validator, epoch)
        ]
        for one in left:
            one.taken_by = None
            one.record = evolve(one.record, state=UserTaskState.QUEUED, epoch=None)
        return len(left)

    async def claim(self, now: float, lease_seconds: float, limit: int) -> Sequence[Parcel]:
        due = [(one.due_at, name) for name, one in self._parcels.items() if not one.done and one.due_at <= now]
        claimed = []
        for _, name in sorted(due)[: max(0, limit)]:
            waiting = self._parcels[name]
            waiting.due_at = now + lease_seconds
            new = waiting.desked.new
            claimed.append(Parcel(name, new.key, new.callback_url or "", waiting.attempts, waiting.desked.record))
        return claimed

    async def delivered(self, parcel: str) -> None:
        self._parcels[parcel].done = True

    async def postpone(self, parcel: str, due_at: float, why: str) -> None:
        del why
        self._parcels[parcel].attempts += 1
        self._parcels[parcel].due_at = due_at

    async def abandon(self, parcel: str, why: str) -> None:
        del why
        self._parcels[parcel].done = True

    def _in(self, state: UserTaskState) -> list[_Desked]:
        return [one for one in self._tasks.values() if one.record.state is state]

    def _in_turns(self) -> list[_Desked]:
        """Owners take turns, each with its oldest."""
        turns: Counter[str] = Counter()
        queued = []
        for one in self._in(UserTaskState.QUEUED):
            queued.append((turns[one.record.task.owner], one.record.position, one))
            turns[one.record.task.owner] += 1
        return [one for _, _, one in sorted(queued, key=lambda item: item[:2])]
