from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.application.ports.store import Store
from tests.adapters.emptied import emptied
from tests.contracts.store import StoreContract


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with open_database(Path(tmp_path_factory.mktemp("contract")) / "store.db") as database:
        yield database


class TestSqlAlchemyStore(StoreContract):
    _database: Database

    @pytest.fixture(autouse=True)
    def _opened(self, one_database: Database) -> None:
        self._database = one_database

    @contextmanager
    def fresh(self) -> Iterator[Store]:
        yield emptied(self._database)
