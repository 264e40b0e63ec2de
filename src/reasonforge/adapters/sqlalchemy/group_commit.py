"""Many small writes, one flush of the disk."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.domain.errors import StoreFault

_Result = TypeVar("_Result")
MOST_TOGETHER = 64


@frozen
class _Waiting:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


class GroupCommit:
    """Writes that wait while another is on its way to the disk go there together, in the order in which they came.

    Each is still all or nothing (a savepoint of its own) and durable when `write` returns; when a group fails as a
    whole (two processes' groups in each other's way), its works are tried again one by one. A work may therefore run
    twice, and must touch nothing but the connection.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """As `Database.write`."""
        one = _Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        result: _Result = await one.done
        return result

    async def _drain(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
            try:
                await self._settle(group)
            finally:  # whoever waits is not left waiting, whatever ended this
                for one in group:
                    one.done.cancel()

    async def _settle(self, group: list[_Waiting]) -> None:
        try:
            outcomes = await self._database.write(lambda connection: _together(connection, group))
        except StoreFault:
            await self._one_by_one(group)
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                _tell(one.done, outcome)

    async def _one_by_one(self, group: list[_Waiting]) -> None:
        for one in group:
            try:
                _tell(one.done, await self._database.write(one.work))
            except StoreFault as fault:
                if not one.done.done():
                    one.done.set_exception(fault)


def _together(connection: Connection, group: list[_Waiting]) -> list[Any]:
    outcomes = []
    for one in group:
        with connection.begin_nested():
            outcomes.append(one.work(connection))
    return outcomes


def _tell(done: asyncio.Future[Any], outcome: Any) -> None:
    if not done.done():
        done.set_result(outcome)
