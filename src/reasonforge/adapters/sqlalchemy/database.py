"""One database, its one writing thread, and what must be true of it before anything is believed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from reasonforge.adapters.sqlalchemy import schema
from reasonforge.adapters.sqlalchemy.codec.documents import UnreadableError
from reasonforge.adapters.sqlalchemy.faults import as_operator_error, as_store_fault
from reasonforge.adapters.sqlalchemy.medium import Medium
from reasonforge.adapters.sqlalchemy.postgres import postgres_medium
from reasonforge.adapters.sqlalchemy.sqlite_file import claimed, make_room, sqlite_medium, turn_on_wal
from reasonforge.domain.errors import OperatorError, StoreFault

_Result = TypeVar("_Result")


class Database:
    """An open database. Made by `open_database`.

    All work runs in one thread of its own: SQLite takes one writer at a time, so a second thread would only wait for
    the first one's lock, and a connection must not change threads. (`asyncio.to_thread` would spread the calls over a
    pool.) The event loop never waits for the disk, and calls are served in the order in which they were made. A call
    that is cancelled while its transaction runs is not interrupted: all of it is written, or nothing.

    Attributes:
        named: for people: a path, or a URL without its password.
        path: of the file; None where it is no file of this machine.
    """

    def __init__(self, medium: Medium, thread: ThreadPoolExecutor, closing: ExitStack) -> None:
        self.named = medium.named
        self.path = medium.path
        self._reader = medium.engine.execution_options(**medium.reads)
        self._writer = medium.engine.execution_options(**medium.writes)
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

        return await self._run(believed, writes=False)

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """`work` as one transaction, on the disk when this returns; when it fails, `StoreFault` and nothing written."""
        return await self._run(work, writes=True)

    async def _run(self, work: Callable[[Connection], _Result], *, writes: bool) -> _Result:
        if self._closed:
            raise StoreFault(f"the database {self.named} is closed already")
        engine = self._writer if writes else self._reader

        def transaction() -> _Result:
            with as_store_fault(self.named), engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def close(self) -> None:
        """Waits for what is under way, then lets go of the database. Closing again changes nothing."""
        self._closed = True
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(where: str | Path, *, claim: bool = True, claimant: str = "validator") -> Database:
    """The database at a path or an `sqlite:///` or `postgresql://` URL. A file is made (with its folders) when it is
    not there, and an empty database gets its tables.

    With `claim`, this process becomes the database's one neuron process, until it closes it or dies; another one is
    refused (architecture §2.5), as a `claimant`. A process that works beside it (a gateway) does not claim; one that
    only looks on (`status`) has `state_file.look_at`.

    Raises:
        OperatorError: it cannot be reached or written, is no database of ours, is damaged, was written by another
            version, or is claimed already. It is left as it was.
    """
    with ExitStack() as undo:
        medium = _medium(where, claimant if claim else None, undo)
        thread = undo.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="store"))
        undo.callback(lambda: thread.submit(medium.engine.dispose).result())  # by the thread that made its connections
        thread.submit(_prepare, medium).result()
        return Database(medium, thread, undo.pop_all())


def upgrade_database(where: str | Path) -> tuple[int, int]:
    """Bring a database to this program's schema, in one transaction; the version it had, and the one it has now.

    Raises:
        OperatorError: as `open_database`; a database that a neuron holds is in use.
    """
    with ExitStack() as undo:
        medium = _medium(where, "neuron", undo, foreign_keys=False)
        undo.callback(medium.engine.dispose)
        with as_operator_error(medium.named):
            writer = medium.engine.execution_options(**medium.writes)
            with writer.begin() as connection:
                if schema.recognise(connection, medium.named):
                    schema.create(connection)
                    return 0, schema.version_of(connection)
                return _upgraded(connection, medium.named)


def _upgraded(connection: Connection, named: str) -> tuple[int, int]:
    versions = schema.upgrade(connection)
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise OperatorError(f"the database {named} holds rows that refer to nothing; restore it from a backup")
    return versions


def url_of(where: str | Path) -> URL:
    """The database that is meant by a path or a URL.

    Raises:
        OperatorError: it is neither; the sentence shows no password.
    """
    if not isinstance(where, str) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except ArgumentError as error:
        shown = where.split("@")[-1]
        raise OperatorError(
            f"{shown!r} is no database URL; write sqlite:///path/to/file.db or postgresql+psycopg://user@host/name"
        ) from error
    is_file = url.get_backend_name() == "sqlite" and not url.query
    if not is_file and url.get_backend_name() != "postgresql":
        shown = url.render_as_string(hide_password=True)
        raise OperatorError(
            f"the database {shown} is not supported; write sqlite:///path/to/file.db or "
            "postgresql+psycopg://user@host/name"
        )
    return url


def path_of(url: URL) -> Path | None:
    """The file of an SQLite database; None where it is no file.

    Raises:
        OperatorError: a file without a name.
    """
    if url.get_backend_name() != "sqlite":
        return None
    if url.database in {None, "", ".", ":memory:"}:
        raise OperatorError("the database must be a file; name one, as in sqlite:///path/to/file.db")
    return Path(url.database or "")


def _medium(where: str | Path, claimant: str | None, undo: ExitStack, *, foreign_keys: bool = True) -> Medium:
    url = url_of(where)
    path = path_of(url)
    if path is None:
        return postgres_medium(url, claimant)
    make_room(path)
    if claimant is not None:
        undo.enter_context(claimed(path, claimant))
    return sqlite_medium(path, foreign_keys=foreign_keys)


def _prepare(medium: Medium) -> None:
    """Checks that the database is ours, current and writable, and makes the tables of an empty one."""
    with as_operator_error(medium.named):
        with medium.engine.execution_options(**medium.reads).begin() as connection:
            is_new = schema.recognise(connection, medium.named)
            if not is_new:
                schema.require_current(connection, medium.named)
        if medium.path is not None:
            turn_on_wal(medium.engine, medium.path)
        with medium.engine.execution_options(**medium.writes).begin() as connection:
            if is_new and schema.recognise(connection, medium.named):  # another process may have been faster
                schema.create(connection)
            else:
                schema.touch(connection)  # what cannot be written must be refused here
