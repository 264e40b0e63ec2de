from collections.abc import Callable, Sequence

from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.events import Event


class FanOut:
    """Telemetry for several sinks, in their order. One that breaks is let go, and told of: the others go on.

    `emit` never raises, whatever a sink does: an epoch must not end because somebody looked on.

    Args:
        sinks: in the order in which they are shown an event.
        tell: hears a sentence about a sink that was let go.
    """

    def __init__(self, sinks: Sequence[Telemetry], tell: Callable[[str], None]) -> None:
        self._sinks = list(sinks)
        self._tell = tell

    def emit(self, event: Event) -> None:
        broken = [said for sink in tuple(self._sinks) if (said := self._shown(sink, event))]
        for said in broken:
            self._tell(said)

    def _shown(self, sink: Telemetry, event: Event) -> str:
        """What went wrong, as a sentence; empty when nothing did."""
        try:
            sink.emit(event)
        except Exception as error:  # noqa: BLE001 - the port's promise: an onlooker's fault stays its own
            self._sinks.remove(sink)
            why = f"{type(error).__name__} at {type(event).__name__}"
            return f"{type(sink).__name__} is shown nothing any more: {why}"
        return ""
