import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import open_database, upgrade_database
from reasonforge.adapters.sqlalchemy.score_book import SqlAlchemyScoreBook
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.application.ports.score_book import DEFAULT_BOOK_LIMITS, BookLimits, ScoreBook
from reasonforge.domain.errors import OperatorError, StoreFault
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.report import EpochState
from tests.contracts.score_book import ALICE, ScoreBookContract, asked, told
from tests.schemas import first_version


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
    """A file of schema 1, from before migrations were numbered in it, is refused until it is upgraded; then it keeps
    its epochs, takes scores, and says its new version.
    """
    path = tmp_path / "old.db"
    first_version(path, f"INSERT INTO epochs VALUES (1, '{ALICE}', 3, 10, 20, 'open', NULL, 1, NULL, 0.0, NULL)")
    with pytest.raises(OperatorError, match=r"has schema 1, and this ReasonForge works with .*reasonforge db upgrade"):
        open_database(path)
    assert upgrade_database(path) == (1, SCHEMA_VERSION)
    assert upgrade_database(path) == (SCHEMA_VERSION, SCHEMA_VERSION)
    with open_database(path) as database:
        asyncio.run(SqlAlchemyScoreBook(database).learn(told(1)))
        store = SqlAlchemyStore(database, ALICE, MemoryClock())
        assert asyncio.run(store.state_of(EpochNumber(3))) is EpochState.OPEN
