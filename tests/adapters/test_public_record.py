from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.public_record import SqlAlchemyPublicRecord
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.application.ports.public_record import PublicRecord
from reasonforge.application.ports.store import Store
from tests.contracts.public_record import PublicRecordContract
from tests.contracts.store import OWNER


class TestSqlAlchemyPublicRecord(PublicRecordContract):
    @contextmanager
    def fresh(self) -> Iterator[tuple[Store, PublicRecord]]:
        with TemporaryDirectory() as folder, open_database(Path(folder) / "state.db") as database:
            yield SqlAlchemyStore(database, OWNER, MemoryClock()), SqlAlchemyPublicRecord(database)
