import asyncio
import time

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
