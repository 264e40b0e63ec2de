"""One SQLite file: where it is, its claim, its engine, its write-ahead log."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from reasonforge.adapters.sqlalchemy.faults import as_operator_error, sentence
from reasonforge.adapters.sqlalchemy.medium import Medium
from reasonforge.domain.errors import OperatorError

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process's lock."""


def sqlite_medium(path: Path, *, foreign_keys: bool = True) -> Medium:
    """The file at `path`; with `foreign_keys` off for migrations, which drop tables that others refer to."""
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=1, max_overflow=0)

    def configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        """sqlite3 opens transactions late and never around reads; without its help, `_begin` opens them all.

        FULL for every commit, not for the closing one alone: what `record` returned from shall survive a power cut, and
        a dozen fsyncs an epoch cost milliseconds.
        """
        connection.isolation_level = None
        cursor = connection.cursor()
        keys = "ON" if foreign_keys else "OFF"
        for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", f"foreign_keys = {keys}", "synchronous = FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", _begin)
    return Medium(str(path), path, engine, reads={}, writes={"begin": "BEGIN IMMEDIATE"})


def _begin(connection: Connection) -> None:
    """Reads take a snapshot; writes take the lock at once, since a read that becomes a write may find itself stale."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def make_room(path: Path) -> None:
    """The folders of the file; `OperatorError` when it cannot be one."""
    with as_operator_error(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder = path.is_dir()
    if is_folder:
        raise OperatorError(f"the database {path} is a folder; name a file in it, as in {path / 'reasonforge.db'}")


@contextmanager
def claimed(path: Path, claimant: str) -> Iterator[None]:
    """A lock on a file beside the database, which the kernel releases however the process ends.

    Not on the database itself: closing any handle of it would drop SQLite's own POSIX locks
    (https://www.sqlite.org/howtocorrupt.html §2.2).
    """
    with as_operator_error(str(path)):
        held = claim_file(path).open("ab")
    with held:
        with as_operator_error(str(path)):
            _lock(held, path, claimant)
        yield


def claim_file(path: Path) -> Path:
    """Where the claim on a database is held."""
    real = path.resolve()
    return real.with_name(f"{real.name}-claim")


def _lock(held: IO[bytes], path: Path, claimant: str) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OperatorError(
            f"the database {path} is in use by another {claimant}; stop that one, or give this one its own file"
        ) from error


def turn_on_wal(engine: Engine, path: Path) -> None:
    """Write-ahead logging, which the file remembers. It cannot be turned on within a transaction."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        mode = cursor.fetchone()
        cursor.close()
    except sqlite3.Error as error:
        raise OperatorError(sentence(str(path), error)) from error
    finally:
        connection.close()
    if mode != ("wal",):
        raise OperatorError(f"the database {path} lies where SQLite cannot keep a write-ahead log; use a local disk")
