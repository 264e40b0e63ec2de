"""Many small works, one transaction: one flush of the disk for writes, one way to the thread and back for reads."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from reasonforge.domain.errors import StoreFault

_Result = TypeVar("_Result")
MOST_TOGETHER = 64

Transact = Callable[[Callable[[Connection], list[Any]]], Awaitable[list[Any]]]


@frozen
class _Waiting:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


class Grouped:
    """Works that wait while others are on their way go together, in the order in which they came, through `transact`: a
    database's `read` or `write`, whose promises each of them keeps.

    When one of a group fails, all of it is undone, and its works are tried again one by one. A work may therefore run
    twice, and must touch nothing but the connection.
    """

    def __init__(self, transact: Transact) -> None:
        self._transact = transact
        self._waiting: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """What `work` gives; `StoreFault` as `transact` has it."""
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
            outcomes = await self._transact(lambda connection: [one.work(connection) for one in group])
        except StoreFault as fault:
            if len(group) == 1:
                _fail(group[0].done, fault)
                return
            for one in group:
                await self._settle([one])
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                _tell(one.done, outcome)


def _tell(done: asyncio.Future[Any], outcome: Any) -> None:
    if not done.done():
        done.set_result(outcome)


def _fail(done: asyncio.Future[Any], fault: StoreFault) -> None:
    if not done.done():
        done.set_exception(fault)
