"""Users' tasks in a database: both sides of the desk."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from reasonforge.adapters.sqlalchemy.codec.documents import Fields
from reasonforge.adapters.sqlalchemy.codec.user_tasks import outcome_columns, queued_row, read_record, read_task
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import key_usage, user_tasks, webhook_outbox
from reasonforge.adapters.sqlalchemy.grouped import Grouped
from reasonforge.application.ports.clock import Clock
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
from reasonforge.domain.user_task import UserOutcome, UserTask, UserTaskState

_AT = user_tasks.c
_OWN = select(user_tasks).where(_AT.owner == bindparam("owner"), _AT.task_id == bindparam("task"))


class SqlAlchemyUserTasks:
    """The promises of the UserTasks port. Submissions go to the disk in groups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writes = Grouped(database.write)
        self._reads = Grouped(database.read)

    async def submit(self, new: NewTask, rules: QueueRules) -> SubmitOutcome:
        return await self._writes.run(lambda connection: _submit(connection, new, rules))

    async def read(self, owner: str, task: TaskId) -> TaskRecord | None:
        def work(connection: Connection) -> TaskRecord | None:
            return _record(connection, _OWN, {"owner": owner, "task": task})

        return await self._reads.run(work)

    async def page(self, owner: str, before: int | None, limit: int) -> Sequence[TaskRecord]:
        newest = select(user_tasks).where(_AT.owner == owner).order_by(_AT.position.desc()).limit(max(0, limit))
        if before is not None:
            newest = newest.where(_AT.position < before)

        def work(connection: Connection) -> list[TaskRecord]:
            return [read_record(Fields(row)) for row in connection.execute(newest).mappings()]

        return await self._database.read(work)

    async def cancel(self, owner: str, task: TaskId, now: float) -> TaskRecord | None:
        def work(connection: Connection) -> TaskRecord | None:
            queued = update(user_tasks).where(
                _AT.owner == owner, _AT.task_id == task, _AT.state == UserTaskState.QUEUED
            )
            connection.execute(queued.values(state=UserTaskState.CANCELLED, settled_at=now))
            return _record(connection, _OWN, {"owner": owner, "task": task})

        return await self._database.write(work)

    async def used(self, key: KeyId, month: str) -> int:
        return await self._database.read(lambda connection: _used(connection, key, month))


class SqlAlchemyTaskDesk:
    """The promises of the TaskDesk port, over the same tables. `clock` dates outcomes for people."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[UserTask]:
        mine = (_AT.taken_by == validator) & (_AT.taken_epoch == epoch)
        held = select(user_tasks).where(mine).order_by(_AT.taken_place).limit(max(0, most))
        turn = func.row_number().over(partition_by=_AT.owner, order_by=_AT.position)
        waiting = select(_AT.position, turn.label("turn")).where(_AT.state == UserTaskState.QUEUED).subquery()
        in_turns = select(waiting.c.position).order_by(waiting.c.turn, waiting.c.position).limit(max(0, most))
        taken = {"state": UserTaskState.PROCESSING, "taken_by": validator, "taken_epoch": epoch}

        def work(connection: Connection) -> list[UserTask]:
            if connection.execute(select(_AT.position).where(mine).limit(1)).first() is None:
                for place, position in enumerate(connection.execute(in_turns).scalars().all()):
                    changed = update(user_tasks).where(_AT.position == position)
                    connection.execute(changed.values(**taken, taken_place=place))
            return [read_task(Fields(row)) for row in connection.execute(held).mappings()]

        return await self._database.write(work)

    async def settle(self, validator: Hotkey, outcomes: Sequence[UserOutcome]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for outcome in outcomes:
                _settle(connection, validator, outcome, now)

        await self._database.write(work)

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        unsettled = update(user_tasks).where(
            _AT.taken_by == validator, _AT.taken_epoch == epoch, _AT.state == UserTaskState.PROCESSING
        )
        queued = unsettled.values(state=UserTaskState.QUEUED, taken_by=None, taken_epoch=None, taken_place=None)

        def work(connection: Connection) -> int:
            return connection.execute(queued).rowcount

        return await self._database.write(work)


_EARLIER = select(user_tasks).where(_AT.key_id == bindparam("key"), _AT.idempotency_key == bindparam("idempotency_key"))
_USED = select(key_usage.c.used).where(key_usage.c.key_id == bindparam("key"), key_usage.c.month == bindparam("month"))
_WAITING = select(func.count(), func.sum((_AT.owner == bindparam("owner")).cast(_AT.difficulty.type))).where(
    _AT.state == UserTaskState.QUEUED
)
_COUNT_ONE = (
    update(key_usage)
    .where(key_usage.c.key_id == bindparam("key"), key_usage.c.month == bindparam("this_month"))
    .values(used=key_usage.c.used + 1)
)
_QUEUE = insert(user_tasks)
_FIRST_OF_MONTH = insert(key_usage)


def _submit(connection: Connection, new: NewTask, rules: QueueRules) -> SubmitOutcome:
    if new.idempotency_key is not None:
        same = {"key": new.key, "idempotency_key": new.idempotency_key}
        earlier = connection.execute(_EARLIER, same).mappings().first()
        if earlier is not None:
            if earlier["fingerprint"] != new.fingerprint:
                return OtherRequest()
            return Queued(read_record(Fields(earlier)), fresh=False)
    used = _used(connection, new.key, rules.month)
    if rules.quota is not None and used >= rules.quota:
        return QuotaSpent(used)
    waiting, own = connection.execute(_WAITING, {"owner": new.task.owner}).one()
    if (own or 0) >= rules.most_of_owner:
        return QueueFull(own=True)
    if waiting >= rules.most_queued:
        return QueueFull(own=False)
    counted = connection.execute(_COUNT_ONE, {"key": new.key, "this_month": rules.month})
    if counted.rowcount == 0:
        connection.execute(_FIRST_OF_MONTH, {"key_id": new.key, "month": rules.month, "used": 1})
    (position,) = connection.execute(_QUEUE, queued_row(new)).inserted_primary_key or (0,)
    return Queued(TaskRecord(position, new.task, UserTaskState.QUEUED, new.callback_url), fresh=True)


def _settle(connection: Connection, validator: Hotkey, outcome: UserOutcome, now: float) -> None:
    known = select(_AT.taken_by, _AT.state, _AT.callback_url).where(_AT.task_id == outcome.task_id)
    found = connection.execute(known).first()
    if found is None or found.taken_by != validator:
        raise StoreFault(f"the task {outcome.task_id} was not taken by {validator}")
    if found.state != UserTaskState.PROCESSING:
        return
    settled = {**outcome_columns(outcome), "settled_at": now}
    connection.execute(update(user_tasks).where(_AT.task_id == outcome.task_id).values(settled))
    if found.callback_url is not None:
        parcel = {
            "id": f"msg_{outcome.task_id.removeprefix('task_')}",
            "task_id": outcome.task_id,
            "state": "pending",
            "attempts": 0,
            "due_at": now,
        }
        connection.execute(insert(webhook_outbox), parcel)


def _used(connection: Connection, key: KeyId, month: str) -> int:
    return int(connection.execute(_USED, {"key": key, "month": month}).scalar() or 0)


def _record(connection: Connection, query: Select[Any], values: dict[str, Any]) -> TaskRecord | None:
    row = connection.execute(query, values).mappings().first()
    return None if row is None else read_record(Fields(row))
