from typing import Protocol


class Clock(Protocol):
    """The only way to wall time. Time in scoring is the block number; this measures and dates.

    Promises: `monotonic` never goes back within one task of the event loop; after `await sleep(s)` it has gone up by
    at least s; `now` is UTC seconds since 1970.
    """

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...
