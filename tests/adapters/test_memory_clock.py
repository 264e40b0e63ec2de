import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import Deadline, MemoryClock
from tests.contracts.clock import ClockContract


class TestMemoryClock(ClockContract):
    nap = 86_400.0

    def clock(self) -> MemoryClock:
        return MemoryClock()


async def sleeper(clock: MemoryClock, naps: list[float]) -> float:
    for nap in naps:
        await clock.sleep(nap)
    return clock.monotonic()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 10**7), max_size=5), max_size=5))
def test_sleepers_do_not_delay_one_another(naps: list[list[int]]) -> None:
    """Each task's reading is the sum of its own sleeps, whoever sleeps beside it."""

    async def readings() -> list[float]:
        clock = MemoryClock()
        works = [sleeper(clock, [tick / 1e6 for tick in own]) for own in naps]
        return list(await asyncio.gather(*works))

    assert asyncio.run(readings()) == [sum(own) / 1e6 for own in naps]


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_durations_do_not_depend_on_when(first: float, seconds: float) -> None:
    """A sleep is the same whole number of microseconds wherever on the clock it begins."""

    async def measure() -> int:
        clock = MemoryClock()
        await clock.sleep(first)
        before = clock.tick
        await clock.sleep(seconds)
        return clock.tick - before

    assert asyncio.run(measure()) == MemoryClock.ticks(seconds)


def test_a_child_begins_at_its_parents_moment() -> None:
    """A task starts where the hand of the task that created it stood, and leaves the parent's hand alone."""

    async def readings() -> tuple[float, float]:
        clock = MemoryClock()
        await clock.sleep(10)
        child = await asyncio.create_task(sleeper(clock, [5]))
        return child, clock.monotonic()

    assert asyncio.run(readings()) == (15.0, 10.0)


def test_advance_is_for_everybody() -> None:
    """`advance` moves every task's reading, those that sleep included."""

    async def readings() -> tuple[float, float]:
        clock = MemoryClock()
        child = asyncio.create_task(sleeper(clock, [5, 5]))
        await asyncio.sleep(0)
        clock.advance(100)
        return await child, clock.monotonic()

    assert asyncio.run(readings()) == (110.0, 100.0)


def test_join_moves_only_forward() -> None:
    """Joining a moment that has passed changes nothing; joining a later one is there at once."""

    async def readings() -> list[int]:
        clock = MemoryClock()
        await clock.sleep(3)
        seen = []
        for tick in (1_000_000, 7_000_000, 6_000_000):
            clock.join(tick)
            seen.append(clock.tick)
        return seen

    assert asyncio.run(readings()) == [3_000_000, 7_000_000, 7_000_000]


def test_two_clocks_are_two_clocks() -> None:
    """Who sleeps on one clock does not age on another."""

    async def readings() -> tuple[float, float]:
        one, other = MemoryClock(), MemoryClock()
        await one.sleep(9)
        return one.monotonic(), other.monotonic()

    assert asyncio.run(readings()) == (9.0, 0.0)


async def swallow(clock: MemoryClock) -> str:
    try:
        await clock.sleep(60)
    except asyncio.CancelledError:
        await clock.sleep(1)
    return "went on"


@pytest.mark.parametrize("work", [sleeper, swallow])
def test_nobody_sleeps_past_a_deadline(work: Any) -> None:
    """A sleep beyond the deadline cancels the task at the deadline, even one that swallows the first cancellation."""

    async def outcome() -> tuple[bool, list[int]]:
        clock = MemoryClock()
        expired: list[int] = []
        coroutine: Coroutine[Any, Any, Any] = work(clock) if work is swallow else work(clock, [4, 60])

        def expire() -> None:
            expired.append(clock.tick)
            task.cancel()

        task = clock.start(coroutine, at=0, deadline=Deadline(5_000_000, expire))
        await asyncio.wait({task})
        return task.cancelled(), expired

    cancelled, expired = asyncio.run(outcome())
    assert cancelled
    assert set(expired) == {5_000_000}
