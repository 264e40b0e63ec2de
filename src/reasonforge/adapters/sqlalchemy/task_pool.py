"""An operator's own tasks in a database."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from reasonforge.adapters.sqlalchemy.codec.documents import FORMAT, Fields, check_format
from reasonforge.adapters.sqlalchemy.codec.tasks import read_task, write_task
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.pool_tables import pool_tasks
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.task_pool import PooledTask
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.pooled_task import statement_digest
from reasonforge.domain.task import Task

_AT = pool_tasks.c


class SqlAlchemyTaskPool:
    """The promises of the TaskPool port. `clock` dates rows for people."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, tasks: Sequence[Task]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for task in tasks:
                digest = statement_digest(task)
                same = select(_AT.task_id).where((_AT.task_id == task.task_id) | (_AT.statement == digest))
                if connection.execute(same).first() is not None:
                    raise StoreFault(f"the pool has the task {task.task_id} or its statement already")
                row = {
                    "task_id": task.task_id,
                    "statement": digest,
                    "format": FORMAT,
                    "task": write_task(task),
                    "imported_at": now,
                }
                connection.execute(insert(pool_tasks), row)

        await self._database.write(work)

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[Task]:
        held = select(pool_tasks).where(_AT.taken_by == validator, _AT.taken_epoch == epoch).order_by(_AT.position)
        waiting = select(pool_tasks).where(_AT.taken_by.is_(None)).order_by(_AT.position).limit(max(0, most))

        def work(connection: Connection) -> list[Task]:
            mine = connection.execute(held).mappings().all()
            chosen = mine or connection.execute(waiting).mappings().all()
            kept = chosen[: max(0, most)]
            for row in mine[len(kept) :]:
                _mark(connection, row["position"], None, None)
            if not mine:
                for row in kept:
                    _mark(connection, row["position"], validator, epoch)
            return [_task(Fields(row)) for row in kept]

        return await self._database.write(work)

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        mine = update(pool_tasks).where(_AT.taken_by == validator, _AT.taken_epoch == epoch)

        def work(connection: Connection) -> int:
            return connection.execute(mine.values(taken_by=None, taken_epoch=None)).rowcount

        return await self._database.write(work)

    async def listed(self) -> Sequence[PooledTask]:
        every = select(pool_tasks).order_by(_AT.position)

        def work(connection: Connection) -> list[PooledTask]:
            return [_pooled(Fields(row)) for row in connection.execute(every).mappings()]

        return await self._database.read(work)


def _mark(connection: Connection, position: int, validator: Hotkey | None, epoch: EpochNumber | None) -> None:
    changed = update(pool_tasks).where(_AT.position == position)
    connection.execute(changed.values(taken_by=validator, taken_epoch=epoch))


def _task(row: Fields) -> Task:
    check_format(row.integer("format"))
    return read_task(row.any("task"))


def _pooled(row: Fields) -> PooledTask:
    taken_by, epoch = row.any("taken_by"), row.any("taken_epoch")
    if taken_by is None:
        return PooledTask(_task(row))
    return PooledTask(_task(row), Hotkey(taken_by), EpochNumber(epoch))
