from collections import deque

from reasonforge.domain.events import Event


class MemoryTelemetry:
    """Keeps the newest `limit` events, for whoever looks."""

    def __init__(self, limit: int = 10_000) -> None:
        self._events: deque[Event] = deque(maxlen=limit)

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, oldest first."""
        return tuple(self._events)

    def emit(self, event: Event) -> None:
        self._events.append(event)
