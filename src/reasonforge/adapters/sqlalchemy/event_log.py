"""What happened lately, in a database."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text

from reasonforge.adapters.sqlalchemy.codec.documents import Fields, read_json, write_json
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import public_events
from reasonforge.application.ports.event_log import EventKind, LoggedEvent, PublicEvent

KEPT = 10_000
_AT = public_events.c
_AFTER = select(public_events).where(_AT.id > bindparam("last")).order_by(_AT.id).limit(bindparam("most"))
_NEWEST = select(func.max(_AT.id))


class SqlAlchemyEventLog:
    """The promises of the EventLog port; the newest `kept` events stay."""

    def __init__(self, database: Database, kept: int = KEPT) -> None:
        self._database = database
        self._kept = kept

    async def append(self, events: Sequence[PublicEvent]) -> None:
        rows = [{"kind": one.kind, "at": one.at, "figures": write_json(dict(one.figures))} for one in events]
        if not rows:
            return

        def work(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":  # ids are seen in the order in which they were given
                connection.execute(text("LOCK TABLE public_events IN EXCLUSIVE MODE"))
            connection.execute(insert(public_events), rows)
            newest = connection.execute(_NEWEST).scalar_one()
            connection.execute(delete(public_events).where(_AT.id <= newest - self._kept))

        await self._database.write(work)

    async def after(self, last: int, limit: int) -> Sequence[LoggedEvent]:
        def work(connection: Connection) -> list[LoggedEvent]:
            rows = connection.execute(_AFTER, {"last": last, "most": max(0, limit)}).mappings()
            return [_read(Fields(row)) for row in rows]

        return await self._database.read(work)

    async def newest(self) -> int:
        return await self._database.read(lambda connection: int(connection.execute(_NEWEST).scalar() or 0))


def _read(row: Fields) -> LoggedEvent:
    figures = dict(Fields(read_json(row.text("figures"))).items())
    return LoggedEvent(row.integer("id"), PublicEvent(EventKind(row.text("kind")), row.number("at"), figures))
