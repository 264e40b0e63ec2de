"""What went wrong with the medium, as one sentence for the operator."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reasonforge.adapters.sqlalchemy.codec.documents import UnreadableError
from reasonforge.domain.errors import OperatorError, StoreFault

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another program; stop that one, or wait until it is done",
    sqlite3.SQLITE_LOCKED: "is locked by another program; stop that one, or wait until it is done",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only; change its permissions",
    sqlite3.SQLITE_PERM: "cannot be written: the file or its folder is read-only; change its permissions",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: the file or its folder may not be read and written by this user",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database; name another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it from a backup",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_TOOBIG: "refuses a text or artefact as too big",
    sqlite3.SQLITE_CONSTRAINT: "refuses a value that contradicts what is there, or is not a number",
}
_PRIMARY_CODE = 0xFF
"""SQLite's extended codes keep the primary one in their low byte (https://www.sqlite.org/rescode.html)."""


def sentence(path: Path, error: Exception) -> str:
    """What happened to the file at `path`, and what to do about it.

    >>> sentence(Path("a.db"), OverflowError("int too large"))
    'the database a.db refuses a value: int too large'
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, PermissionError):
        return f"the database {path} {_SENTENCES[sqlite3.SQLITE_CANTOPEN]}"
    if isinstance(cause, sqlite3.Error) and hasattr(cause, "sqlite_errorcode"):
        known = _SENTENCES.get(cause.sqlite_errorcode & _PRIMARY_CODE)
        return f"the database {path} {known or f'does not work: {cause}'}"
    if isinstance(cause, sqlite3.Error | SQLAlchemyError | OSError):
        return f"the database {path} does not work: {cause}"
    if isinstance(cause, UnreadableError):
        return f"the database {path} holds what this program did not write: {cause}"
    return f"the database {path} refuses a value: {cause}"


_BROKEN = (SQLAlchemyError, OverflowError, ValueError)
"""Also what the codec raises, and sqlite3, unwrapped, for an int of more than 64 bits or half a surrogate pair."""


@contextmanager
def as_store_fault(path: Path) -> Iterator[None]:
    """Turns every failure of the medium, and every row that cannot be read or written, into a `StoreFault`."""
    try:
        yield
    except _BROKEN as error:
        raise StoreFault(sentence(path, error)) from error


@contextmanager
def as_operator_error(path: Path) -> Iterator[None]:
    """The same while a file is opened, when it is the operator's path that is wrong."""
    try:
        yield
    except (*_BROKEN, OSError) as error:
        raise OperatorError(sentence(path, error)) from error
