from typing import Protocol

from reasonforge.domain.events import Event


class Telemetry(Protocol):
    """Where events go. Promises: never raises, never blocks, changes nothing in what it is shown."""

    def emit(self, event: Event) -> None: ...
