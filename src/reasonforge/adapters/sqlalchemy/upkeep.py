"""What an operator does to a database from outside: see its version, copy it while it is used, look it over."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from attrs import frozen
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from reasonforge.adapters.sqlalchemy import schema
from reasonforge.adapters.sqlalchemy.database import path_of, url_of
from reasonforge.adapters.sqlalchemy.faults import as_operator_error
from reasonforge.adapters.sqlalchemy.postgres import postgres_medium
from reasonforge.adapters.sqlalchemy.sqlite_file import BUSY_TIMEOUT_MS
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID, SCHEMA_VERSION, metadata
from reasonforge.domain.errors import OperatorError

_DUMP_SECONDS = 3_600.0


@frozen
class Overview:
    """A database as it is found.

    Attributes:
        version, newest: of its schema, and this program's; 0 where it is empty.
        rows: of each table.
        complaints: what is wrong, a sentence each; empty when nothing is.
    """

    named: str
    version: int
    newest: int
    rows: dict[str, int]
    complaints: tuple[str, ...]


def version_at(where: str | Path) -> int:
    """The version of a database's schema.

    Raises:
        OperatorError: it is not there, or none of ours.
    """
    with _read_only(where) as (connection, named):
        return 0 if schema.recognise(connection, named) else schema.version_of(connection)


def look_over(where: str | Path) -> Overview:
    """Whether a database is whole: its pages, its indexes, what refers to what, its version. It may be in use.

    Raises:
        OperatorError: it is not there, or none of ours.
    """
    with _read_only(where) as (connection, named):
        if schema.recognise(connection, named):
            return Overview(named, 0, SCHEMA_VERSION, {}, ())
        version = schema.version_of(connection)
        complaints = list(_broken(connection))
        if version < SCHEMA_VERSION:
            complaints.append(
                f"its schema is {version}, and {SCHEMA_VERSION} is the newest: run `reasonforge db upgrade`"
            )
        names = [table.name for table in metadata.sorted_tables] if version == SCHEMA_VERSION else []
        counted = {
            name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608 - our own names
            for name in names
        }
        return Overview(named, version, SCHEMA_VERSION, counted, tuple(complaints))


def copy_to(where: str | Path, target: Path) -> int:
    """A copy of a database as it is at one moment, also while it is written; its size in bytes.

    Of a file, another file that can take its place; of a server's, what `pg_restore` takes. It appears under its name
    only when it is whole.

    Raises:
        OperatorError: nothing to copy, no place for it, a name that is taken, or no pg_dump.
    """
    if target.exists():
        raise OperatorError(f"{target} is there already; name another file, or move it away")
    if not target.absolute().parent.is_dir():
        raise OperatorError(f"{target} cannot be made: its folder is not there")
    url = url_of(where)
    path = path_of(url)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with as_operator_error(str(target)):
            if path is not None:
                _copy_file(_there(path), unfinished)
            else:
                _dump(url, unfinished)
            unfinished.rename(target)
            return target.stat().st_size
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_file(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_opened(source)) as read, closing(sqlite3.connect(target)) as written:
        if schema_is_strange(read):
            raise OperatorError(f"the database {source} belongs to another program; name another one")
        read.backup(written)
        verdict = written.execute("PRAGMA integrity_check").fetchone()
    if verdict != ("ok",):
        raise OperatorError(f"the database {source} is damaged, and so is its copy: {verdict}")


def schema_is_strange(connection: sqlite3.Connection) -> bool:
    """Whether a file says that it is another program's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(application not in {0, APPLICATION_ID})


def _dump(url: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise OperatorError("a server's database is copied by pg_dump, which is not here: install postgresql-client")
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    shown = url.set(drivername="postgresql", password=None).render_as_string()
    ran = subprocess.run(  # noqa: S603 - the program is PostgreSQL's own; its arguments are the operator's
        [program, "--format=custom", f"--file={target}", shown],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_DUMP_SECONDS,
    )
    if ran.returncode:
        raise OperatorError(f"pg_dump failed: {' '.join(ran.stderr.split())[-300:]}")


@contextmanager
def _read_only(where: str | Path) -> Iterator[tuple[Connection, str]]:
    url = url_of(where)
    path = path_of(url)
    named = str(path or url.render_as_string(hide_password=True))
    if path is None:
        medium = postgres_medium(url, None)
        engine: Engine = medium.engine.execution_options(**medium.reads)
    else:
        there = _there(path)
        engine = create_engine("sqlite://", creator=lambda: _opened(there), poolclass=NullPool)
    try:
        with as_operator_error(named), engine.connect() as connection:
            yield connection, named
    finally:
        engine.dispose()


def _there(path: Path) -> Path:
    if not path.is_file():
        raise OperatorError(f"there is no database {path}; name it by --state.db")
    return path


def _opened(path: Path) -> sqlite3.Connection:
    place = f"file:{quote(str(path.resolve()))}?mode=ro"
    return sqlite3.connect(place, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)


def _broken(connection: Connection) -> Iterator[str]:
    """PostgreSQL looks after its own pages, and refuses rows that refer to nothing."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.execute(text("PRAGMA integrity_check(10)")):
        if said != "ok":
            yield f"it is damaged ({said}): restore it from a backup"
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")).fetchmany(10):
        yield f"row {row} of {table} refers to nothing in {parent}: restore it from a backup"
