"""The gateway's keys in a database."""

from collections.abc import Sequence
from typing import Any

from attrs import evolve
from sqlalchemy import Connection, bindparam, insert, select, update

from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import access_keys
from reasonforge.adapters.sqlalchemy.grouped import Grouped
from reasonforge.domain.access_key import AccessKey, KeyId, Tier

_AT = access_keys.c
_FIND = select(access_keys).where(_AT.id == bindparam("wanted"))


class SqlAlchemyAccessKeys:
    """The promises of the AccessKeys port."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = Grouped(database.read)

    async def add(self, key: AccessKey) -> None:
        row = {
            "id": key.id,
            "owner": key.owner,
            "name": key.name,
            "tier": key.tier,
            "digest": key.digest,
            "generation": key.generation,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(access_keys), row)

        await self._database.write(work)

    async def find(self, key: KeyId) -> AccessKey | None:
        return await self._reads.run(lambda connection: _find(connection, key))

    async def listed(self) -> Sequence[AccessKey]:
        def work(connection: Connection) -> list[AccessKey]:
            return [_read(row) for row in connection.execute(select(access_keys).order_by(_AT.created_at, _AT.id))]

        return await self._database.read(work)

    async def replace(self, key: KeyId, digest: bytes) -> AccessKey | None:
        def work(connection: Connection) -> AccessKey | None:
            changed = (
                update(access_keys)
                .where(_AT.id == key, _AT.revoked_at.is_(None))
                .values(digest=digest, generation=_AT.generation + 1)
            )
            return _find(connection, key) if connection.execute(changed).rowcount else None

        return await self._database.write(work)

    async def revoke(self, key: KeyId, now: float) -> AccessKey | None:
        def work(connection: Connection) -> AccessKey | None:
            found = _find(connection, key)
            if found is None or found.revoked_at is not None:
                return found
            connection.execute(update(access_keys).where(_AT.id == key).values(revoked_at=now))
            return evolve(found, revoked_at=now)

        return await self._database.write(work)


def _find(connection: Connection, key: KeyId) -> AccessKey | None:
    row = connection.execute(_FIND, {"wanted": key}).first()
    return None if row is None else _read(row)


def _read(row: Any) -> AccessKey:
    return AccessKey(
        id=KeyId(row.id),
        owner=row.owner,
        name=row.name,
        tier=Tier(row.tier),
        digest=bytes(row.digest),
        generation=row.generation,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
