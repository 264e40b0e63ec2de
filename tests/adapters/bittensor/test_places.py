import asyncio

from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.bittensor.places import Places


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 3), st.integers(0, 6))
def test_the_richest_wait_and_are_served_in_order(stakes: list[int], most: int, most_waiting: int) -> None:
    """First come while there are places; then the richest wait and are served, the earlier of equals first."""

    async def go() -> tuple[list[int], set[int]]:
        places = Places(most, most_waiting)
        served: list[int] = []
        refused: set[int] = set()
        gate = asyncio.Event()

        async def caller(number: int) -> None:
            if not await places.take(stakes[number]):
                refused.add(number)
                return
            served.append(number)
            await gate.wait()
            places.give_back()

        tasks = [asyncio.create_task(caller(number)) for number in range(len(stakes))]
        for _ in range(3):
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*tasks)
        return served, refused

    numbers = list(range(len(stakes)))
    waiting = sorted(numbers[most:], key=lambda number: (-stakes[number], number))
    expected = numbers[:most] + waiting[:most_waiting]
    assert asyncio.run(go()) == (expected, set(waiting[most_waiting:]))


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 3)), max_size=15), st.integers(1, 2))
def test_no_place_is_lost(callers: list[tuple[int, bool, int]], most: int) -> None:
    """However callers come, work and are cancelled, never more work at once than may, and all places come back."""

    async def go() -> None:
        places = Places(most, 3)
        working = 0

        async def caller(stake: int, turns: int) -> None:
            nonlocal working
            if not await places.take(stake):
                return
            working += 1
            assert working <= most
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                working -= 1
                places.give_back()

        tasks = []
        for stake, cancelled, turns in callers:
            tasks.append(asyncio.create_task(caller(stake, turns)))
            for _ in range(stake):
                await asyncio.sleep(0)
            if cancelled:
                tasks[-1].cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError)
        for _ in range(most):
            async with asyncio.timeout(1):
                assert await places.take(0)

    asyncio.run(go())
