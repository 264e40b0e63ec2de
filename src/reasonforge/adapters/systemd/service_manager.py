"""What a process tells the service manager that started it: sd_notify(3), a datagram at a time.

Without a service manager, every call does nothing: a container or a shell never asked.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from attrs import frozen

from reasonforge.domain.errors import OperatorError

MICROSECONDS = 1_000_000
TIMES_A_DEADLINE = 3
"""How often we say that we live before systemd gives up on us."""


@frozen
class ServiceManager:
    """systemd, or whoever speaks its protocol.

    Attributes:
        address: the datagram socket of NOTIFY_SOCKET, a path or `@name` (abstract); None when nobody asked.
        watchdog_seconds: within which it wants to hear that the event loop turns; None when it does not.
    """

    address: str | None = None
    watchdog_seconds: float | None = None

    @classmethod
    def of_environment(cls, environment: Mapping[str, str], pid: int) -> "ServiceManager":
        """The one that started process `pid`; a watchdog meant for another process (a parent) is not ours.

        Raises:
            OperatorError: WATCHDOG_USEC is no number of microseconds above 0.
        """
        address = environment.get("NOTIFY_SOCKET") or None
        asked = environment.get("WATCHDOG_USEC", "")
        if address is None or not asked or environment.get("WATCHDOG_PID", str(pid)) != str(pid):
            return cls(address)
        if not asked.isascii() or not asked.isdigit() or int(asked) == 0:
            raise OperatorError(f"WATCHDOG_USEC is a number of microseconds above 0, not {asked[:40]!r}")
        return cls(address, int(asked) / MICROSECONDS)

    @classmethod
    def of_this_process(cls) -> "ServiceManager":
        """The one that started us."""
        return cls.of_environment(os.environ, os.getpid())

    def ready(self, status: str) -> None:
        """The service works: who waits for it may start. `status` is one line for `systemctl status`."""
        self._tell(f"READY=1\nSTATUS={' '.join(status.split())}")

    def stopping(self) -> None:
        """It was asked to stop, and cleans up."""
        self._tell("STOPPING=1")

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While the block runs, say again and again that the event loop turns; one that hangs says nothing."""
        if self.address is None or self.watchdog_seconds is None:
            yield
            return
        saying = asyncio.create_task(self._say_alive(self.watchdog_seconds / TIMES_A_DEADLINE))
        try:
            yield
        finally:
            saying.cancel()
            with suppress(asyncio.CancelledError):
                await saying

    async def _say_alive(self, every_seconds: float) -> None:
        while True:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(every_seconds)

    def _tell(self, message: str) -> None:
        """A service manager that does not listen any more is no reason to stop."""
        if self.address is None:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(message.encode(), address)
