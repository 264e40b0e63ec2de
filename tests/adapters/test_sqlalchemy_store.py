from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.application.ports.store import Store
from tests.contracts.store import OWNER, StoreContract


class TestSqlAlchemyStore(StoreContract):
    @contextmanager
    def fresh(self) -> Iterator[Store]:
        with TemporaryDirectory() as folder, open_database(Path(folder) / "store.db") as database:
            yield SqlAlchemyStore(database, OWNER, MemoryClock())
