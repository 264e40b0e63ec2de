"""SQLite and PostgreSQL, asked the same in the same order, give the same answers."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.application.ports.store import Store
from tests.adapters.emptied import emptied
from tests.adapters.test_stores_side_by_side import SideBySide
from tests.contracts.store import OWNER
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url(postgres: Cluster) -> str:
    return postgres.database()


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[Database]:
    with open_database(url) as database:
        yield database


def test_sqlite_and_postgresql_agree(server: Database) -> None:
    """Whatever is done to both, every answer and every fault is the same on both; the file is closed and opened again
    in between, and another validator works in it all the while.
    """

    class Engines(SideBySide):
        def other_store(self) -> Store:
            emptied(server)
            return SqlAlchemyStore(server, OWNER, MemoryClock())

    run_state_machine_as_test(Engines, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))
