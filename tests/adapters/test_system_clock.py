from reasonforge.adapters.system.clock import SystemClock
from tests.contracts.clock import ClockContract


class TestSystemClock(ClockContract):
    def clock(self) -> SystemClock:
        return SystemClock()
