"""How much of users' work waits, counted."""

from attrs import frozen
from sqlalchemy import Connection, func, select

from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import access_keys, user_tasks, webhook_outbox
from reasonforge.domain.user_task import UserTaskState


@frozen
class Waiting:
    """Tasks that no epoch has taken up, those that one has, deliveries to be made, keys that may be used."""

    queued: int = 0
    running: int = 0
    webhooks: int = 0
    keys: int = 0


class SqlAlchemyBacklog:
    """Counts for the operator; nothing is decided by them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> Waiting:
        """As of now; `StoreFault` when the database cannot be read."""

        def work(connection: Connection) -> Waiting:
            by_state = select(user_tasks.c.state, func.count()).group_by(user_tasks.c.state)
            tasks = {state: int(count) for state, count in connection.execute(by_state)}
            pending = select(func.count()).where(webhook_outbox.c.state == "pending")
            valid = select(func.count()).where(access_keys.c.revoked_at.is_(None))
            return Waiting(
                tasks.get(UserTaskState.QUEUED, 0),
                tasks.get(UserTaskState.PROCESSING, 0),
                int(connection.execute(pending).scalar_one()),
                int(connection.execute(valid).scalar_one()),
            )

        return await self._database.read(work)
