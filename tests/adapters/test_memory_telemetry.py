from collections.abc import Sequence

from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.events import Event
from tests.contracts.telemetry import EVENTS, TelemetryContract


class TestMemoryTelemetry(TelemetryContract):
    def telemetry(self) -> MemoryTelemetry:
        return MemoryTelemetry()

    def arrived(self, telemetry: Telemetry) -> Sequence[Event]:
        assert isinstance(telemetry, MemoryTelemetry)
        return telemetry.events


def test_the_oldest_go_first() -> None:
    """Beyond its limit it forgets the oldest event."""
    telemetry = MemoryTelemetry(limit=1)
    for event in EVENTS:
        telemetry.emit(event)
    assert telemetry.events == EVENTS[-1:]
