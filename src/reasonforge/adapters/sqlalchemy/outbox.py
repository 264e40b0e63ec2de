"""Answers that are still to be sent, in a database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from reasonforge.adapters.sqlalchemy.codec.documents import Fields
from reasonforge.adapters.sqlalchemy.codec.results import plain
from reasonforge.adapters.sqlalchemy.codec.user_tasks import read_record
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import user_tasks, webhook_outbox
from reasonforge.application.ports.outbox import Parcel
from reasonforge.domain.access_key import KeyId

_AT = webhook_outbox.c


class SqlAlchemyOutbox:
    """The promises of the Outbox port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, now: float, lease_seconds: float, limit: int) -> Sequence[Parcel]:
        due = (
            select(
                _AT.id.label("parcel"),
                _AT.attempts,
                user_tasks,
            )
            .join(user_tasks, user_tasks.c.task_id == _AT.task_id)
            .where(_AT.state == "pending", _AT.due_at <= now)
            .order_by(_AT.due_at, _AT.id)
            .limit(max(0, limit))
        )

        def look(connection: Connection) -> bool:
            return connection.execute(due.limit(1)).first() is not None

        def work(connection: Connection) -> list[Parcel]:
            found = [_parcel(Fields(row)) for row in connection.execute(due).mappings()]
            for parcel in found:
                connection.execute(update(webhook_outbox).where(_AT.id == parcel.id).values(due_at=now + lease_seconds))
            return found

        # Most rounds find nothing, and a look costs the disk nothing.
        return await self._database.write(work) if await self._database.read(look) else []

    async def delivered(self, parcel: str) -> None:
        await self._attempted(parcel, {"state": "delivered", "why": None})

    async def postpone(self, parcel: str, due_at: float, why: str) -> None:
        await self._attempted(parcel, {"due_at": due_at, "why": plain(why)})

    async def abandon(self, parcel: str, why: str) -> None:
        await self._attempted(parcel, {"state": "abandoned", "why": plain(why)})

    async def _attempted(self, parcel: str, values: dict[str, Any]) -> None:
        pending = update(webhook_outbox).where(_AT.id == parcel, _AT.state == "pending")

        def work(connection: Connection) -> None:
            connection.execute(pending.values(**values, attempts=_AT.attempts + 1))

        await self._database.write(work)


def _parcel(row: Fields) -> Parcel:
    return Parcel(
        id=row.text("parcel"),
        key=KeyId(row.text("key_id")),
        url=row.text("callback_url"),
        attempts=row.integer("attempts"),
        record=read_record(row),
    )
