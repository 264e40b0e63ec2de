import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.score_book import SqlAlchemyScoreBook
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.application.ports.score_book import DEFAULT_BOOK_LIMITS, BookLimits, ScoreBook
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.report import EpochState
from tests.contracts.score_book import ALICE, ScoreBookContract, asked, told
from tests.strategies import epoch_of


class TestSqlAlchemyScoreBook(ScoreBookContract):
    @contextmanager
    def fresh(self, limits: BookLimits = DEFAULT_BOOK_LIMITS) -> Iterator[ScoreBook]:
        with TemporaryDirectory() as folder, open_database(Path(folder) / "miner.db") as database:
            yield SqlAlchemyScoreBook(database, limits)


def test_what_was_kept_is_there_after_the_process(tmp_path: Path) -> None:
    """Another opening of the file finds what the first was told and asked."""
    with open_database(tmp_path / "miner.db") as database:
        book = SqlAlchemyScoreBook(database)
        asyncio.run(book.learn(told(1)))
        asyncio.run(book.ask(asked(1)))
    with open_database(tmp_path / "miner.db") as database:
        book = SqlAlchemyScoreBook(database)
        assert list(asyncio.run(book.told(1))) == [told(1)]
        assert list(asyncio.run(book.asked())) == [asked(1)]


def test_a_figure_no_database_takes_is_a_fault_and_loses_nothing(tmp_path: Path) -> None:
    """An epoch of more than 64 bits is refused as a fault of ours; what was there before stays."""
    with open_database(tmp_path / "miner.db") as database:
        book = SqlAlchemyScoreBook(database)
        asyncio.run(book.learn(told(1)))
        with pytest.raises(StoreFault):
            asyncio.run(book.learn(evolve(told(1), epoch=EpochNumber(2**70))))
        assert list(asyncio.run(book.told(9))) == [told(1)]


def test_a_file_of_the_first_version_gets_the_tables_it_lacks(tmp_path: Path) -> None:
    """A file of schema 1 keeps its epochs, takes scores, and says its new version."""
    path = tmp_path / "old.db"
    with open_database(path) as database:
        asyncio.run(SqlAlchemyStore(database, ALICE, MemoryClock()).open_epoch(epoch_of(3)))
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("book_owner", "told_scores", "asked_questions"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    with open_database(path) as database:
        asyncio.run(SqlAlchemyScoreBook(database).learn(told(1)))
        store = SqlAlchemyStore(database, ALICE, MemoryClock())
        assert asyncio.run(store.state_of(EpochNumber(3))) is EpochState.OPEN
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
