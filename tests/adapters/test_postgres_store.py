"""The Store on PostgreSQL: the same contract, and what only a server can do to it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.postgres import _OPTIONS, LOCK_SECONDS
from reasonforge.adapters.sqlalchemy.state_file import is_claimed, look_at
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.application.ports.store import Store
from reasonforge.domain.errors import OperatorError, StoreFault
from tests.adapters.emptied import emptied
from tests.contracts.store import OWNER, PAST, SILENT, StoreContract, report_of, scored
from tests.postgres import Cluster, cluster, postgres
from tests.strategies import epoch_of

__all__ = ["postgres"]
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def one_database(postgres: Cluster) -> Iterator[Database]:
    with open_database(postgres.database()) as database:
        yield database


class TestPostgresStore(StoreContract):
    """In one database: PostgreSQL's are three hundred files each, and taking them away takes longer than the tests."""

    _database: Database

    @pytest.fixture(autouse=True)
    def _opened(self, one_database: Database) -> None:
        self._database = one_database

    @contextmanager
    def fresh(self) -> Iterator[Store]:
        yield emptied(self._database)


def ask(database: Database, statement: str) -> Any:
    def work(connection: Connection) -> Any:
        return connection.execute(text(statement)).scalar()

    return asyncio.run(database.read(work))


def test_a_second_neuron_is_refused(postgres: Cluster) -> None:
    """Who opens a database that a validator holds is told so, and gets it once that one is gone."""
    url = postgres.database()
    with open_database(url):
        assert is_claimed(url)
        with pytest.raises(OperatorError, match="is in use by another validator; stop that one"):
            open_database(url)
        open_database(url, claim=False).close()  # a gateway works beside it
    assert not is_claimed(url)
    open_database(url).close()


def test_a_server_that_is_away_loses_nothing() -> None:
    """While the server is down each call is a fault with a sentence; afterwards all is there, and work goes on under
    the same claim.
    """

    async def go(server: Cluster, database: Database, url: str) -> None:
        store = SqlAlchemyStore(database, OWNER, MemoryClock())
        await store.open_epoch(epoch_of(0))
        await store.record(epoch_of(0), scored(0, replies=[SILENT]), PAST)
        server.stop()
        for _ in range(2):
            with pytest.raises(StoreFault, match=r"cannot be reached|is going away"):
                await store.record(epoch_of(0), scored(1, replies=[SILENT]), [])
        server.start()
        await store.record(epoch_of(0), scored(1, replies=[SILENT]), [])
        assert sorted(await store.recorded(epoch_of(0).number)) == [0, 1]
        assert is_claimed(url)

    with cluster() as server:
        url = server.database()
        with open_database(url) as database:
            asyncio.run(go(server, database, url))


def test_another_programs_database_is_refused(postgres: Cluster) -> None:
    """A database with tables of somebody else is left alone."""
    url = postgres.database()
    postgres.asked(url, "CREATE TABLE somebody (id int)")
    with pytest.raises(OperatorError, match="belongs to another program"):
        open_database(url)
    assert postgres.asked(url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == "1"


def test_a_newer_database_is_refused(postgres: Cluster) -> None:
    """What a newer program wrote is not touched by this one."""
    url = postgres.database()
    open_database(url).close()
    postgres.asked(url, f"UPDATE alembic_version SET version_num = '{SCHEMA_VERSION + 1:04d}'")
    with pytest.raises(OperatorError, match=f"written by a newer ReasonForge .schema {SCHEMA_VERSION + 1}"):
        open_database(url)


def test_passwords_are_not_told(postgres: Cluster) -> None:
    """What cannot be reached is named without its password."""
    url = postgres.database().replace("@/", ":secret@/").replace("/c", "/nowhere")
    with pytest.raises(OperatorError) as refused:
        open_database(url)
    assert "cannot be reached" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_writer_waits_for_another_process_and_then_says_so(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that another one holds up for longer than its patience is told who is in the way."""
    impatient = _OPTIONS["options"].replace(f"lock_timeout={LOCK_SECONDS}s", "lock_timeout=200ms")
    assert impatient != _OPTIONS["options"]
    monkeypatch.setitem(_OPTIONS, "options", impatient)
    url = postgres.database()

    async def go(first: Database, second: Database) -> None:
        def hold(connection: Connection) -> None:
            connection.execute(text("SELECT pg_sleep(1)"))

        holding = asyncio.create_task(first.write(hold))
        await asyncio.sleep(0.2)
        with pytest.raises(StoreFault, match="is locked by another program for too long"):
            await second.write(lambda connection: connection.execute(text("SELECT 1")))
        await holding

    with open_database(url) as first, open_database(url, claim=False) as second:
        asyncio.run(go(first, second))


def test_what_a_gateway_reads_is_one_snapshot(postgres: Cluster) -> None:
    """Two questions of one reading see the same state, whatever is written between them."""
    url = postgres.database()

    async def go(validator: Database, gateway: Database) -> tuple[int, int]:
        store = SqlAlchemyStore(validator, OWNER, MemoryClock())
        await store.open_epoch(epoch_of(0))

        def twice(connection: Connection) -> tuple[int, int]:
            count = text("SELECT count(*) FROM epochs")
            before = connection.execute(count).scalar_one()
            postgres.asked(url, "INSERT INTO epochs SELECT 99, 'x', 99, 1, 2, 'open', null, 1, null, 0, null")
            return before, connection.execute(count).scalar_one()

        return await gateway.read(twice)

    with open_database(url) as validator, open_database(url, claim=False) as gateway:
        before, after = asyncio.run(go(validator, gateway))
        assert (before, after) == (1, 1)
        assert ask(gateway, "SELECT count(*) FROM epochs") == 2


def test_status_reads_a_server_too(postgres: Cluster) -> None:
    """An onlooker sees a validator's epochs in a database on a server."""
    url = postgres.database()

    async def go(database: Database) -> None:
        store = SqlAlchemyStore(database, OWNER, MemoryClock())
        await store.open_epoch(epoch_of(0))
        await store.record(epoch_of(0), scored(0, replies=[SILENT]), [])
        await store.close(report_of(epoch_of(0)), await store.standing_before(epoch_of(0).number))

    with open_database(url) as database:
        asyncio.run(go(database))
        found = look_at(url, 5)
    assert [one.hotkey for one in found.validators] == [OWNER]
    assert found.version == SCHEMA_VERSION
