"""One database for many tests: making its twenty tables anew takes longer than most of what is tested on them."""

import asyncio

from sqlalchemy import Connection, delete

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import epochs
from tests.contracts.store import OWNER


def emptied(database: Database) -> SqlAlchemyStore:
    """A store of `OWNER` in a database without an epoch."""

    def empty(connection: Connection) -> None:
        connection.execute(delete(epochs))  # everything of a store hangs on them

    asyncio.run(database.write(empty))
    return SqlAlchemyStore(database, OWNER, MemoryClock())
