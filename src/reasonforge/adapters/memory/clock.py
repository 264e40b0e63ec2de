"""Time that passes only when somebody sleeps, and only for the one who sleeps."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from attrs import frozen

ResultT = TypeVar("ResultT")

_TICKS_PER_SECOND = 1_000_000
_START = 1_767_225_600.0  # 2026-01-01 00:00 UTC


@frozen
class Deadline:
    """The moment at which a task's time is over, and what happens then.

    Attributes:
        tick: on the clock's own count.
        expire: called by whoever sleeps past it.
    """

    tick: int
    expire: Callable[[], None]


class MemoryClock:
    """A virtual clock: no sleep takes real time, and no reading depends on how tasks interleave.

    The clock shows `start` + what `advance` has added for everybody + the reader's own *hand*. A hand belongs to one
    asyncio task: it starts where the hand of the task that created it stood, `sleep` moves the sleeper's hand and
    nobody else's, and `join` moves a hand forward to the moment at which something awaited ended. So ten tasks that
    sleep five seconds each, side by side, end five seconds later each, as on a real clock, while the order in which
    the event loop runs them changes nothing.

    What it does not do: a task that gathers tasks of its own does not take over their hands by itself. Who awaits work
    done elsewhere says so with `join`, as `MemoryTransport` does for every call.

    It counts whole microseconds, rounded up, so that a duration is the same number wherever on the clock it began.
    """

    def __init__(self, start: float = _START) -> None:
        self._start = start
        self._base = 0
        # A variable per clock, so that two subnets in one process do not share a hand. Tasks' contexts hold it, and
        # they go with their event loop.
        self._hand: ContextVar[int] = ContextVar("hand", default=0)
        self._deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)

    def now(self) -> float:
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        """Seconds since the clock was made, as the running task sees it."""
        return self.tick / _TICKS_PER_SECOND

    async def sleep(self, seconds: float) -> None:
        """Move the running task's hand; others get to run. Past its deadline the task is cancelled instead."""
        wake = self.tick + self.ticks(seconds)
        deadline = self._deadline.get()
        if deadline is not None and wake > deadline.tick:
            self.join(deadline.tick)
            deadline.expire()
            await asyncio.sleep(0)  # here the cancellation arrives
            raise asyncio.CancelledError  # who swallowed it has no time left all the same
        self.join(wake)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let `seconds` ≥ 0 pass for everybody."""
        self._base += self.ticks(seconds)

    @property
    def tick(self) -> int:
        """The running task's moment, in whole microseconds since the clock was made."""
        return self._base + self._hand.get()

    @staticmethod
    def ticks(seconds: float) -> int:
        """A duration in whole microseconds, rounded up; a negative one is none."""
        return max(0, math.ceil(seconds * _TICKS_PER_SECOND - 1e-6))

    @staticmethod
    def seconds(ticks: int) -> float:
        """Whole microseconds as seconds."""
        return ticks / _TICKS_PER_SECOND

    def join(self, tick: int) -> None:
        """Move the running task's hand forward to `tick`; a moment already past changes nothing."""
        self._hand.set(max(self._hand.get(), tick - self._base))

    def start(self, work: Coroutine[Any, Any, ResultT], at: int, deadline: Deadline | None) -> "asyncio.Task[ResultT]":
        """Run `work` as a task of its own whose hand stands at `at` and whose time is over at `deadline`.

        `at` must not lie before the running task's moment: nobody works in the past.
        """
        context = copy_context()
        context.run(self.join, at)
        context.run(self._deadline.set, deadline)
        return asyncio.get_running_loop().create_task(work, context=context)
