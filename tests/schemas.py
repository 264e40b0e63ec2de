"""Databases as earlier versions of this program made them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from reasonforge.adapters.sqlalchemy import schema
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID

MIGRATIONS = Path(schema.__file__).with_name("migrations")


def made_by(path: Path, version: int) -> None:
    """A file of a version that is older than ours, by the migrations up to there."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, f"{version:04d}")
    engine.dispose()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {version}")


def first_version(path: Path, *statements: str) -> None:
    """A file of the first version, with what `statements` put into it: it knew no table of versions yet."""
    made_by(path, 1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TABLE alembic_version")
        for statement in statements:
            raw.execute(statement)
