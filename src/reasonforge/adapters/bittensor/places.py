"""Who works next: a bounded number at once, a bounded queue behind them, higher stake first."""

import asyncio
from itertools import count

from attrs import define


@define(eq=False)
class _Waiting:
    stake: float
    number: int
    place: "asyncio.Future[bool]"


class Places:
    """Bounded places for work. The SDK's `priority_fn` orders nothing in 10.x, so the order is ours.

    Args:
        most: who works at once, ≥ 1.
        most_waiting: who waits, ≥ 0. When all wait already, the least stake among them and the newcomer goes (of equals
            the newest).
    """

    def __init__(self, most: int, most_waiting: int) -> None:
        self._free = most
        self._most_waiting = most_waiting
        self._waiting: list[_Waiting] = []
        self._numbers = count()

    async def take(self, stake: float) -> bool:
        """Wait for a place; False when there is none to be had. Who took one gives it back."""
        if self._free > 0:
            self._free -= 1
            return True
        if not self._make_room(stake):
            return False
        mine = _Waiting(stake, next(self._numbers), asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        try:
            return await mine.place
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            elif not mine.place.cancelled() and mine.place.result():  # it came, and we are no longer there
                self.give_back()
            raise

    def give_back(self) -> None:
        """Leave a place to whoever is next."""
        there = self._still_there()
        if not there:
            self._free += 1
            return
        best = min(there, key=lambda waiting: (-waiting.stake, waiting.number))
        self._waiting.remove(best)
        best.place.set_result(True)

    def _make_room(self, stake: float) -> bool:
        """Whether a newcomer with this stake may wait; the one it displaces is told that it may not."""
        if len(self._waiting) < self._most_waiting:
            return True
        there = self._still_there()
        if not there:
            return self._most_waiting > 0
        last = max(there, key=lambda waiting: (-waiting.stake, waiting.number))
        if last.stake >= stake:
            return False
        self._waiting.remove(last)
        last.place.set_result(False)
        return True

    def _still_there(self) -> list[_Waiting]:
        """Who waits and was not cancelled a moment ago."""
        return [waiting for waiting in self._waiting if not waiting.place.done()]
