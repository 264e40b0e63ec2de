import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable
from itertools import count

from attrs import define, field, frozen
from attrs.validators import ge

from reasonforge.application.ports.gate import Barred, ResultT


@frozen(eq=False, order=False)
class _Waiter:
    """Who waits: its place in the order, and what it hears (True: go in; False: give way)."""

    order: tuple[float, int]
    verdict: "asyncio.Future[bool]"


@define(eq=False)
class AsyncioGate:
    """A gate for the tasks of one event loop, on the loop's own time.

    Attributes:
        places: works at a time, ≥ 1.
        room: how many may wait beside them, ≥ 0.
    """

    places: int = field(validator=ge(1))
    room: int = field(validator=ge(0))
    _working: int = field(default=0, init=False)
    _waiting: list[_Waiter] = field(factory=list, init=False)
    _arrivals: "count[int]" = field(factory=count, init=False)

    @property
    def is_full(self) -> bool:
        return self._working >= self.places and len(self._waiting) >= self.room

    async def run(
        self, work: Callable[[], Awaitable[ResultT]], *, priority: float, within_seconds: float
    ) -> ResultT | Barred:
        if within_seconds <= 0:
            return Barred.LATE
        limit = asyncio.timeout(within_seconds)
        try:
            async with limit:
                if not await self._enter(priority):
                    return Barred.BUSY
                try:
                    return await work()
                finally:
                    self._leave()
        except TimeoutError:
            if not limit.expired():  # the work's own
                raise
            return Barred.LATE

    async def _enter(self, priority: float) -> bool:
        if self._working < self.places:
            self._working += 1
            return True
        if len(self._waiting) >= self.room and not self._make_room(priority):
            return False
        verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiter = _Waiter((-priority, next(self._arrivals)), verdict)
        insort(self._waiting, waiter, key=lambda each: each.order)
        try:
            return await verdict
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif not verdict.cancelled() and verdict.result():
                self._leave()  # it was let in in the very moment it left
            raise

    def _make_room(self, priority: float) -> bool:
        """Send the last in the order away, when it ranks strictly below `priority`."""
        if not self._waiting or -self._waiting[-1].order[0] >= priority:
            return False
        last = self._waiting.pop()
        if not last.verdict.done():
            last.verdict.set_result(False)
        return True

    def _leave(self) -> None:
        """Pass the place to the first who still waits."""
        while self._waiting:
            first = self._waiting.pop(0)
            if not first.verdict.done():  # else it was cancelled, and has not heard of it yet
                first.verdict.set_result(True)
                return
        self._working -= 1
