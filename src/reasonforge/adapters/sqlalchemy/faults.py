"""What went wrong with the medium, as one sentence for the operator."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reasonforge.adapters.sqlalchemy.codec.documents import UnreadableError
from reasonforge.adapters.sqlalchemy.postgres import ClaimedElsewhereError
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
_OF_THE_SYSTEM = {
    errno.EACCES: sqlite3.SQLITE_CANTOPEN,
    errno.EPERM: sqlite3.SQLITE_CANTOPEN,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EIO: sqlite3.SQLITE_IOERR,
}
"""What the operating system says of the folder or the claim, as SQLite would say it of the file."""
_PRIMARY_CODE = 0xFF
"""SQLite's extended codes keep the primary one in their low byte (https://www.sqlite.org/rescode.html)."""


_POSTGRES = (
    ("08", "cannot be reached"),
    ("28", "refuses us: check the user and the password in its URL"),
    ("3D", "is not there: create it first (createdb)"),
    ("53100", "cannot grow: the server's disk is full; free some space"),
    ("53", "has no resources left: the server refuses more connections or memory"),
    ("55P03", "is locked by another program for too long; stop that one, or wait until it is done"),
    ("57", "is going away: the server is stopping or starting"),
    ("25006", "cannot be written: the server is read-only (a standby?)"),
    ("42501", "cannot be written: this user lacks the right"),
    ("42P01", "lacks a table: run `reasonforge db upgrade`"),
    ("23", "refuses a value that contradicts what is there, or is not a number"),
    ("22", "refuses a value as one it cannot hold"),
)
"""By the beginning of PostgreSQL's SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html)."""


def sentence(named: str, error: Exception) -> str:
    """What happened to the database `named`, and what to do about it.

    >>> sentence("a.db", OverflowError("int too large"))
    'the database a.db refuses a value: int too large'
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError) and cause.errno in _OF_THE_SYSTEM:
        return f"the database {named} {_SENTENCES[_OF_THE_SYSTEM[cause.errno]]}"
    if isinstance(cause, ClaimedElsewhereError):
        return f"the database {named} is in use by another {cause}; stop that one, or give this one its own"
    if isinstance(cause, sqlite3.Error) and hasattr(cause, "sqlite_errorcode"):
        known = _SENTENCES.get(cause.sqlite_errorcode & _PRIMARY_CODE)
        return f"the database {named} {known or f'does not work: {cause}'}"
    if cause is not None and hasattr(cause, "sqlstate"):
        return f"the database {named} {_of_postgres(cause, cause.sqlstate)}"
    if isinstance(cause, sqlite3.Error | SQLAlchemyError | OSError):
        return f"the database {named} does not work: {cause}"
    if isinstance(cause, UnreadableError):
        return f"the database {named} holds what this program did not write: {cause}"
    return f"the database {named} refuses a value: {cause}"


def _of_postgres(cause: BaseException, state: str | None) -> str:
    """Psycopg leaves the state empty where no server answered."""
    told = " ".join(str(cause).split())[:200]
    if state is None:
        return f"cannot be reached: {told}"
    known = next((says for beginning, says in _POSTGRES if state.startswith(beginning)), None)
    return known or f"does not work: {told}"


_BROKEN = (SQLAlchemyError, OverflowError, ValueError)
"""Also what the codec raises, and sqlite3, unwrapped, for an int of more than 64 bits or half a surrogate pair."""


@contextmanager
def as_store_fault(named: str) -> Iterator[None]:
    """Turns every failure of the medium, and every row that cannot be read or written, into a `StoreFault`."""
    try:
        yield
    except _BROKEN as error:
        raise StoreFault(sentence(named, error)) from error


@contextmanager
def as_operator_error(named: str) -> Iterator[None]:
    """The same while a database is opened, when it is the operator's path or URL that is wrong."""
    try:
        yield
    except (*_BROKEN, OSError) as error:
        raise OperatorError(sentence(named, error)) from error
