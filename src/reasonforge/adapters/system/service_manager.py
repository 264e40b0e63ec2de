"""What systemd is told of a service of Type=notify, as sd_notify(3) has it: datagrams to the socket it names."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

_MICROSECONDS = 1_000_000
_PATIENCE_SECONDS = 0.5


@frozen
class ServiceManager:
    """Whoever started this process and wants to know how it is; nobody, where the environment names no socket.

    A manager that cannot be told is none of our business: nothing here raises. A sign of life waits for nobody; what is
    said once waits half a second for a manager that is busy.

    Attributes:
        address: of the socket; empty for nobody. A leading NUL is Linux's abstract namespace.
        watchdog_seconds: within which it wants a sign of life; None when it wants none.
    """

    address: str = ""
    watchdog_seconds: float | None = None

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None, pid: int | None = None) -> "ServiceManager":
        """As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say."""
        given = os.environ if environment is None else environment
        named = given.get("NOTIFY_SOCKET", "")
        if not named.startswith(("/", "@")):
            return cls()
        address = f"\0{named[1:]}" if named.startswith("@") else str(Path(named))
        period, meant = given.get("WATCHDOG_USEC", ""), given.get("WATCHDOG_PID", "")
        own = os.getpid() if pid is None else pid
        if not period.isdecimal() or int(period) == 0 or (meant and meant != str(own)):
            return cls(address)
        return cls(address, int(period) / _MICROSECONDS)

    def ready(self, status: str) -> bool:
        """We do our work from now on; whether it was told."""
        return self._tell(f"READY=1\nSTATUS={_line(status)}", _PATIENCE_SECONDS)

    def alive(self) -> bool:
        """The event loop turns."""
        return self._tell("WATCHDOG=1")

    def stopping(self) -> bool:
        """We were asked to stop, and do."""
        return self._tell("STOPPING=1", _PATIENCE_SECONDS)

    def _tell(self, message: str, patience_seconds: float = 0.0) -> bool:
        if not self.address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(patience_seconds)
                line.sendto(message.encode(), self.address)
        except OSError:
            return False
        return True


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
