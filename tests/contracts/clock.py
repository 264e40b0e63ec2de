"""What every Clock promises (application/ports/clock.py)."""

import asyncio

from reasonforge.application.ports.clock import Clock

_ROUNDING = 1e-9  # seconds; a difference of two readings is a difference of floats


class ClockContract:
    """Subclasses give a clock and a sleep that their test can afford, in seconds."""

    nap = 0.01

    def clock(self) -> Clock:
        raise NotImplementedError

    def test_sleep_lasts(self) -> None:
        """After `await sleep(s)` the clock has gone up by at least s."""

        async def measure() -> float:
            clock = self.clock()
            before = clock.monotonic()
            await clock.sleep(self.nap)
            return clock.monotonic() - before

        assert asyncio.run(measure()) >= self.nap - _ROUNDING

    def test_no_sleep_goes_back(self) -> None:
        """Readings of one task never fall, whatever it sleeps, a negative time included."""

        async def readings() -> list[float]:
            clock = self.clock()
            seen = [clock.monotonic()]
            for seconds in (0.0, -5.0, self.nap, 0.0):
                await clock.sleep(seconds)
                seen.append(clock.monotonic())
            return seen

        seen = asyncio.run(readings())
        assert seen == sorted(seen)

    def test_now_follows_monotonic(self) -> None:
        """The date moves on with the sleeper."""

        async def dates() -> tuple[float, float]:
            clock = self.clock()
            before = clock.now()
            await clock.sleep(self.nap)
            return before, clock.now()

        before, after = asyncio.run(dates())
        assert 1.5e9 < before < after
