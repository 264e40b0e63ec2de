"""Clocks that stand, so that what was measured and dated is the same in every life."""

import asyncio

from attrs import frozen

from reasonforge.adapters.system.clock import SystemClock

NOON = 1_750_000_000.0


@frozen
class StillClock:
    """No time passes; whoever sleeps gives others their turn."""

    def now(self) -> float:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)


@frozen
class DatingClock(StillClock):
    """Measures nothing and dates truly: who signs messages must date them, or they are taken for replays."""

    def now(self) -> float:
        return SystemClock().now()
