"""One SQLite file, its one writing thread, and what must be true of it before anything is believed."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from reasonforge.adapters.sqlalchemy.codec.documents import UnreadableError
from reasonforge.adapters.sqlalchemy.faults import as_operator_error, as_store_fault, sentence
from reasonforge.adapters.sqlalchemy.gateway_tables import user_tasks  # noqa: F401 - its tables belong to every file
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID, SCHEMA_VERSION, metadata
from reasonforge.domain.errors import OperatorError, StoreFault

_Result = TypeVar("_Result")

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process's lock."""


class Database:
    """An open file. Made by `open_database`.

    All work runs in one thread of its own: SQLite takes one writer at a time, so a second thread would only wait for
    the first one's lock, and a connection must not change threads. (`asyncio.to_thread` would spread the calls over a
    pool.) The event loop never waits for the disk, and calls are served in the order in which they were made. A call
    that is cancelled while its transaction runs is not interrupted: all of it is written, or nothing.
    """

    def __init__(self, path: Path, engine: Engine, thread: ThreadPoolExecutor, closing: ExitStack) -> None:
        self.path = path
        self._engine = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._thread = thread
        self._closing = closing
        self._closed = False

    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """What `work` finds, all of it in one snapshot; `StoreFault` when the medium fails or cannot be believed."""

        def believed(connection: Connection) -> _Result:
            try:
                return work(connection)
            except ValueError as error:
                raise UnreadableError(str(error)) from error

        return await self._run(self._engine, believed)

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """`work` as one transaction, on the disk when this returns; when it fails, `StoreFault` and nothing written."""
        return await self._run(self._writer, work)

    async def _run(self, engine: Engine, work: Callable[[Connection], _Result]) -> _Result:
        if self._closed:
            raise StoreFault(f"the database {self.path} is closed already")

        def transaction() -> _Result:
            with as_store_fault(self.path), engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def close(self) -> None:
        """Waits for what is under way, then lets go of the file. Closing again changes nothing."""
        self._closed = True
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(where: str | Path, *, claim: bool = True, claimant: str = "validator") -> Database:
    """The database at a path or an `sqlite:///` URL, made (with its folders) when it is not there.

    With `claim`, this process becomes the file's one neuron process, until it closes the database or dies; another
    one is refused (architecture §2.5), as a `claimant`. A process that works beside it (a gateway) does not claim; one
    that only looks on (`status`) has `state_file.look_at`.

    Raises:
        OperatorError: the path is a folder or may not be written, the file is no database of ours, is damaged, was
            written by a newer version, or is claimed already. The file is left as it was.
    """
    path = _path_of(where)
    with ExitStack() as undo:
        if claim:
            undo.enter_context(_claim(path, claimant))
        engine = _engine(path)
        thread = undo.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="store"))
        undo.callback(lambda: thread.submit(engine.dispose).result())  # a connection is closed by its own thread
        thread.submit(_prepare, engine, path).result()
        return Database(path, engine, thread, undo.pop_all())


def _path_of(where: str | Path) -> Path:
    """Where the file is to be, with its folders made."""
    if isinstance(where, str) and "://" in where:
        where = path_in_url(where)
    if str(where) in {"", ".", ":memory:"}:
        raise OperatorError("the database must be a file; name one, as in sqlite:///path/to/file.db")
    path = Path(where)
    with as_operator_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder = path.is_dir()
    if is_folder:
        raise OperatorError(f"the database {path} is a folder; name a file in it, as in {path / 'reasonforge.db'}")
    return path


def path_in_url(where: str) -> str:
    """The path in an `sqlite:///` URL; `OperatorError` for any other, without its password."""
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise OperatorError(f"{where!r} is no database URL; write sqlite:///path/to/file.db") from error
    if url.get_backend_name() != "sqlite" or url.query:
        shown = url.render_as_string(hide_password=True)
        raise OperatorError(f"the database {shown} is not supported; write sqlite:///path/to/file.db")
    return url.database or ""


@contextmanager
def _claim(path: Path, claimant: str) -> Iterator[None]:
    """A lock on a file beside the database, which the kernel releases however the process ends.

    Not on the database itself: closing any handle of it would drop SQLite's own POSIX locks
    (https://www.sqlite.org/howtocorrupt.html §2.2).
    """
    with as_operator_error(path):
        real = path.resolve()
        held = real.with_name(real.name + "-claim").open("ab")
    with held:
        with as_operator_error(path):
            _lock(held, path, claimant)
        yield


def _lock(held: IO[bytes], path: Path, claimant: str) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OperatorError(
            f"the database {path} is in use by another {claimant}; stop that one, or give this one its own file"
        ) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """sqlite3 opens transactions late and never around reads; without its help, `_begin` opens them all.

    FULL for every commit, not for the closing one alone: what `record` returned from shall survive a power cut, and
    a dozen fsyncs an epoch cost milliseconds.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Reads take a snapshot; writes take the lock at once, since a read that becomes a write may find itself stale."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _prepare(engine: Engine, path: Path) -> None:
    """Checks that the file is ours and writable, and makes the tables of a new one."""
    with as_operator_error(path):
        with engine.begin() as connection:
            is_new = recognise(connection, path)
        _turn_on_wal(engine, path)
        with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            if is_new and recognise(connection, path):  # another process may have been faster
                metadata.create_all(connection, checkfirst=False)
                connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
            elif schema_of(connection) < SCHEMA_VERSION:  # versions so far differ in tables that came to be
                metadata.create_all(connection)
            # Written even when it says so already, for a file that cannot be written must be refused here.
            connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))


def recognise(connection: Connection, path: Path) -> bool:
    """Whether the file is empty. Refuses one that is another program's, or from a newer version of this one."""
    application = connection.execute(text("PRAGMA application_id")).scalar_one()
    version = schema_of(connection)
    tables = connection.execute(text("SELECT count(*) FROM sqlite_schema")).scalar_one()
    if application == 0 and version == 0 and tables == 0:
        return True
    if application != APPLICATION_ID:
        raise OperatorError(f"the database {path} belongs to another program; name another file")
    if version > SCHEMA_VERSION:
        raise OperatorError(
            f"the database {path} was written by a newer ReasonForge (schema {version}, this one reads up to "
            f"{SCHEMA_VERSION}); upgrade ReasonForge, or name another file"
        )
    return False


def schema_of(connection: Connection) -> int:
    """Which `SCHEMA_VERSION` wrote the file; 0 for an empty one."""
    return int(connection.execute(text("PRAGMA user_version")).scalar_one())


def _turn_on_wal(engine: Engine, path: Path) -> None:
    """Write-ahead logging, which the file remembers. It cannot be turned on within a transaction."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        mode = cursor.fetchone()
        cursor.close()
    except sqlite3.Error as error:
        raise OperatorError(sentence(path, error)) from error
    finally:
        connection.close()
    if mode != ("wal",):
        raise OperatorError(f"the database {path} lies where SQLite cannot keep a write-ahead log; use a local disk")
