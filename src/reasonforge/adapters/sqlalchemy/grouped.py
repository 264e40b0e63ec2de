"""Many small works, one transaction: one flush of the disk for writes, one way to the thread and back for reads."""

import asyncio
from abc import ABC, abstractmethod
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


class _Grouped(ABC):
    """Works that wait while others are on their way go together, in the order in which they came.

    When a group fails as a whole, its works are tried again one by one. A work may therefore run twice, and must touch
    nothing but the connection.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None

    @abstractmethod
    async def _transact(self, works: list[Callable[[Connection], Any]]) -> list[Any]:
        """What each of the works gives, all of them in one transaction."""

    async def _join(self, work: Callable[[Connection], _Result]) -> _Result:
        one = _Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._drain())
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
            outcomes = await self._transact([one.work for one in group])
        except StoreFault as fault:
            if len(group) == 1:
                _fail(group[0].done, fault)
                return
            for one in group:
                await self._settle([one])
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                _tell(one.done, outcome)


class GroupCommit(_Grouped):
    """Writes. Each is still all or nothing (a savepoint of its own) and durable when `write` returns; a group that
    fails because another process's is in its way is undone, and tried again.
    """

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """As `Database.write`."""
        return await self._join(work)

    async def _transact(self, works: list[Callable[[Connection], Any]]) -> list[Any]:
        def together(connection: Connection) -> list[Any]:
            outcomes = []
            for work in works:
                with connection.begin_nested():
                    outcomes.append(work(connection))
            return outcomes

        return await self._database.write(together)


class GroupRead(_Grouped):
    """Short reads of many callers at once. What wrote before one was asked for is seen by it."""

    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """As `Database.read`."""
        return await self._join(work)

    async def _transact(self, works: list[Callable[[Connection], Any]]) -> list[Any]:
        return await self._database.read(lambda connection: [work(connection) for work in works])


def _tell(done: asyncio.Future[Any], outcome: Any) -> None:
    if not done.done():
        done.set_result(outcome)


def _fail(done: asyncio.Future[Any], fault: StoreFault) -> None:
    if not done.done():
        done.set_exception(fault)
