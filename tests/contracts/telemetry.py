"""What every Telemetry promises (application/ports/telemetry.py)."""

import copy
from collections.abc import Sequence

from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.events import EpochStarted, Event
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey

EVENTS: tuple[Event, ...] = tuple(
    EpochStarted(Hotkey("v"), Epoch(EpochNumber(n), BlockNumber(10 * n), BlockNumber(10 * n + 9)), tasks=12, miners=4)
    for n in range(3)
)


class TelemetryContract:
    """Subclasses give a telemetry, and what arrived through it."""

    def telemetry(self) -> Telemetry:
        raise NotImplementedError

    def arrived(self, telemetry: Telemetry) -> Sequence[Event]:
        raise NotImplementedError

    def test_events_arrive_unchanged(self) -> None:
        """What is emitted arrives, equal and in order, and is not changed by it."""
        telemetry, shown = self.telemetry(), copy.deepcopy(EVENTS)
        for event in shown:
            telemetry.emit(event)
        assert tuple(self.arrived(telemetry)) == shown == EVENTS
