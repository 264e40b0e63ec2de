"""What happened lately, without a disk."""

from collections import deque
from collections.abc import Sequence

from reasonforge.application.ports.event_log import LoggedEvent, PublicEvent


class MemoryEventLog:
    """The promises of the EventLog port within one process; the newest `kept` events stay."""

    def __init__(self, kept: int = 10_000) -> None:
        self._events: deque[LoggedEvent] = deque(maxlen=kept)
        self._newest = 0

    async def append(self, events: Sequence[PublicEvent]) -> None:
        for event in events:
            self._newest += 1
            self._events.append(LoggedEvent(self._newest, event))

    async def after(self, last: int, limit: int) -> Sequence[LoggedEvent]:
        return [one for one in self._events if one.id > last][: max(0, limit)]

    async def newest(self) -> int:
        return self._newest
