"""How PostgreSQL hands its rows over. Its driver is an extra: import this where it is known to be installed."""

from typing import Any

from psycopg import Connection, Cursor
from psycopg.pq import Format


class BinaryCursor(Cursor[Any]):
    """Rows in the server's own form: vectors and fingerprints as hexadecimal text would be twice as long."""

    def __init__(self, connection: Connection[Any], **more: Any) -> None:
        super().__init__(connection, **more)
        self.format = Format.BINARY
