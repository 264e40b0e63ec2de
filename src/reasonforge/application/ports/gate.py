from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol, TypeVar

ResultT = TypeVar("ResultT")


class Barred(StrEnum):
    """Why work did not come to its end."""

    BUSY = "busy"
    """No place was free and no room to wait, or somebody of higher priority took that room."""
    LATE = "late"
    """Its time was over, waiting or working."""


class Gate(Protocol):
    """Lets a bounded number of works run at a time; the others wait by priority, or are turned away.

    Promises of `run`:
        - at most `places` works run at any moment, and nobody waits while a place is free;
        - who waits goes in by priority, higher first, equals in the order they came;
        - when there is no room to wait, somebody who waits with a strictly lower priority gives way (the lowest, and
          of those the last to come); where there is none, it is `BUSY` at once, and the work never began;
        - `within_seconds` counts from the call: past it a waiter leaves and work is cancelled, and it is `LATE`;
        - what the work returns is returned, what it raises is raised; whoever is cancelled leaves, and in every case
          its place goes to the next.
    """

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now with no priority to speak of would be turned away."""
        ...

    async def run(
        self, work: Callable[[], Awaitable[ResultT]], *, priority: float, within_seconds: float
    ) -> ResultT | Barred: ...
