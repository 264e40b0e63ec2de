from collections.abc import Sequence

from attrs import define, field

from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.telemetry.fan_out import FanOut
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.events import Event
from tests.contracts.telemetry import EVENTS, TelemetryContract


class TestFanOut(TelemetryContract):
    def telemetry(self) -> Telemetry:
        self.second = MemoryTelemetry()
        return FanOut([MemoryTelemetry(), self.second], list[str]().append)

    def arrived(self, telemetry: Telemetry) -> Sequence[Event]:
        assert isinstance(telemetry, FanOut)
        return self.second.events


@define
class Fragile:
    """A sink that takes so many events and then breaks."""

    takes: int
    taken: list[Event] = field(factory=list)

    def emit(self, event: Event) -> None:
        if len(self.taken) >= self.takes:
            raise ZeroDivisionError
        self.taken.append(event)


def test_a_sink_that_breaks_is_let_go_and_told_of_once() -> None:
    """The others go on, whoever emits notices nothing, and what breaks is not tried again."""
    fragile, sturdy, said = Fragile(takes=1), MemoryTelemetry(), list[str]()
    fan = FanOut([fragile, sturdy], said.append)
    for event in EVENTS:
        fan.emit(event)
    assert (tuple(fragile.taken), sturdy.events) == (EVENTS[:1], EVENTS)
    assert said == ["Fragile is shown nothing any more: ZeroDivisionError at EpochStarted"]
