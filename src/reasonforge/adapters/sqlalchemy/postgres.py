"""A PostgreSQL database, made to keep the same promises as one file: one writer at a time, one neuron.

Every writing transaction takes one lock of the whole database first, so that what several processes do to it happens
one after another, as with SQLite; reads see one snapshot and wait for nobody.
"""

import importlib.util
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from reasonforge.adapters.sqlalchemy.medium import Medium
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID
from reasonforge.domain.errors import OperatorError

DRIVER: Final = "postgresql+psycopg"
LOCK_SECONDS: Final = 5
"""How long a transaction waits for another process's, as with SQLite."""
_NEURON, _WRITER = 1, 2
"""The two advisory locks, both under `APPLICATION_ID`; they are the database's own, so two databases do not meet."""
_OPTIONS: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds: a server that fell silent is given up, not waited for
    "application_name": "reasonforge",
    "options": f"-c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout=60s -c timezone=UTC",
}


class ClaimedElsewhereError(SQLAlchemyError):
    """Another neuron holds this database."""


def postgres_medium(url: URL, claimant: str | None) -> Medium:
    """The database at a `postgresql://` URL. With a `claimant`, whoever connects holds the database's claim, for as
    long as the connection lives; when the server went away meanwhile, it is taken again with the next connection.

    Raises:
        OperatorError: the driver is not installed.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise OperatorError("PostgreSQL needs its driver: pip install 'reasonforge[postgres]'")
    from reasonforge.adapters.sqlalchemy.postgres_cursor import BinaryCursor  # noqa: PLC0415 - needs the driver

    engine = create_engine(
        url.set(drivername=DRIVER),
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**_OPTIONS, "cursor_factory": BinaryCursor},
    )
    if claimant is not None:
        _claim_with_every_connection(engine, claimant)
    event.listen(engine, "begin", _begin)
    return Medium(
        url.render_as_string(hide_password=True),
        None,
        engine,
        reads={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        writes={"isolation_level": "READ COMMITTED", "writes": True},
    )


def _begin(connection: Connection) -> None:
    """Whatever a writer reads after this is the newest there is, and stays so until it is done."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPLICATION_ID}, {_WRITER})")


def _claim_with_every_connection(engine: Engine, claimant: str) -> None:
    def claim(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SELECT pg_try_advisory_lock({APPLICATION_ID}, {_NEURON})")
        (is_ours,) = cursor.fetchone() or (False,)
        cursor.close()
        connection.commit()
        if not is_ours:
            connection.close()
            raise ClaimedElsewhereError(claimant)

    event.listen(engine, "connect", claim)


def is_held(connection: Connection) -> bool:
    """Whether a neuron holds the database."""
    found = connection.execute(
        text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :ours AND objid = :neuron "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        {"ours": APPLICATION_ID, "neuron": _NEURON},
    )
    return bool(found.scalar_one())
