"""The gateway's ports without a disk and in a database keep the same promises."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reasonforge.adapters.memory.access_keys import MemoryAccessKeys
from reasonforge.adapters.memory.event_log import MemoryEventLog
from reasonforge.adapters.memory.user_desk import MemoryUserDesk
from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.outbox import SqlAlchemyOutbox
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyTaskDesk, SqlAlchemyUserTasks
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.access_key import AccessKey, Tier
from tests.contracts.access_keys import AccessKeysContract
from tests.contracts.event_log import EventLogContract
from tests.contracts.user_desk import ALICE, BOB, OWNERS, Desk, UserDeskContract


@contextmanager
def fresh_database() -> Iterator[Database]:
    with TemporaryDirectory() as folder, open_database(Path(folder) / "state.db", claim=False) as database:
        yield database


class TestMemoryAccessKeys(AccessKeysContract):
    @contextmanager
    def fresh(self) -> Iterator[MemoryAccessKeys]:
        yield MemoryAccessKeys()


class TestSqliteAccessKeys(AccessKeysContract):
    @contextmanager
    def fresh(self) -> Iterator[SqlAlchemyAccessKeys]:
        with fresh_database() as database:
            yield SqlAlchemyAccessKeys(database)


class TestMemoryEventLog(EventLogContract):
    @contextmanager
    def fresh(self, kept: int) -> Iterator[MemoryEventLog]:
        yield MemoryEventLog(kept)


class TestSqliteEventLog(EventLogContract):
    @contextmanager
    def fresh(self, kept: int) -> Iterator[SqlAlchemyEventLog]:
        with fresh_database() as database:
            yield SqlAlchemyEventLog(database, kept)


class TestMemoryUserDesk(UserDeskContract):
    @contextmanager
    def fresh(self) -> Iterator[Desk]:
        desk = MemoryUserDesk(SystemClock())
        yield Desk(desk, desk, desk)


def desk_on(database: Database) -> Desk:
    """A desk that knows the keys of the contract."""

    async def keys() -> None:
        known = SqlAlchemyAccessKeys(database)
        for key in (ALICE, BOB):
            await known.add(AccessKey(key, OWNERS[key], "", Tier.PRO, bytes(32), 1, 0.0))

    asyncio.run(keys())
    return Desk(SqlAlchemyUserTasks(database), SqlAlchemyTaskDesk(database, SystemClock()), SqlAlchemyOutbox(database))


class TestSqliteUserDesk(UserDeskContract):
    @contextmanager
    def fresh(self) -> Iterator[Desk]:
        with fresh_database() as database:
            yield desk_on(database)
