import asyncio
import time

from attrs import field, frozen
from attrs.validators import gt, le

from reasonforge.application.ports.clock import Clock

_RESOLUTION = time.get_clock_info("monotonic").resolution
"""Seconds by which the event loop may wake a sleeper early."""


class SystemClock:
    """The machine's own time, for neurons that run in the world."""

    def now(self) -> float:
        return time.time()  # noqa: TID251 - this is the Clock everyone else is sent to

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) + _RESOLUTION)


@frozen
class HastyClock:
    """A clock on which one need not sleep as long: for solvers on a local network, whose thinking is only waiting.

    Attributes:
        clock: the time that is told.
        pace: the share of every sleep that is slept, in (0, 1].
    """

    clock: Clock
    pace: float = field(validator=[gt(0), le(1)])

    def now(self) -> float:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds * self.pace)
