"""Migrations: what they make is what the tables say, from every version, on every database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from reasonforge.adapters.sqlalchemy import schema
from reasonforge.adapters.sqlalchemy.database import open_database, upgrade_database
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION, metadata
from reasonforge.domain.errors import OperatorError
from tests.postgres import Cluster, postgres
from tests.schemas import MIGRATIONS, made_by

__all__ = ["postgres"]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def described(path: Path) -> list[tuple[str, str]]:
    """Each table and index as SQLite has it, but for white space and quotes."""
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
    return [(name, "".join(sql.replace('"', "").split())) for name, sql in rows]


def test_versions_are_numbered_without_a_gap() -> None:
    """The migrations are one line from 1 to this program's schema."""
    found = [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert found == [f"{version:04d}" for version in range(SCHEMA_VERSION, 0, -1)]


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_upgraded_file_is_like_a_new_one(tmp_path: Path, version: int) -> None:
    """From every older version, the migrations make just the tables that a new file gets."""
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    made_by(old, version)
    assert upgrade_database(old) == (version, SCHEMA_VERSION)
    open_database(new).close()
    assert {name for name, _ in described(old)} == {name for name, _ in described(new)}
    with connected(f"sqlite:///{old}") as connection:
        assert differences(connection) == []
    open_database(old).close()


@pytest.mark.postgres
def test_a_server_s_tables_are_the_same(postgres: Cluster) -> None:
    """On PostgreSQL, what the migrations make and what a new database gets are both what the tables say."""
    made, migrated = postgres.database(), postgres.database()
    open_database(made).close()
    with connected(migrated) as connection:
        schema.upgrade(connection)
        assert differences(connection) == []
    with connected(made) as connection:
        assert differences(connection) == []
    open_database(migrated).close()


def test_a_failed_migration_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """All steps are one transaction: where one cannot be made, none is."""
    path = tmp_path / "old.db"
    made_by(path, 1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE told_scores (mine TEXT)")  # in the way of a later step
    before = described(path)
    with pytest.raises(OperatorError, match="already exists"):
        upgrade_database(path)
    assert described(path) == before


def test_a_database_in_use_is_not_upgraded(tmp_path: Path) -> None:
    """While a neuron holds the file, upgrading it is refused."""
    path = tmp_path / "state.db"
    with open_database(path), pytest.raises(OperatorError, match="is in use by another neuron; stop that one"):
        upgrade_database(path)
