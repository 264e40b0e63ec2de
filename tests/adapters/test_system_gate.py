import pytest

from reasonforge.adapters.system.gate import AsyncioGate
from tests.contracts.gate import GateContract


class TestAsyncioGate(GateContract):
    def gate(self, places: int, room: int) -> AsyncioGate:
        return AsyncioGate(places, room)


@pytest.mark.parametrize(("places", "room"), [(0, 1), (-1, 0), (1, -1)])
def test_a_gate_has_a_place(places: int, room: int) -> None:
    """A gate without a place, or with less than no room, is refused."""
    with pytest.raises(ValueError, match="must be >="):
        AsyncioGate(places, room)
