"""Attends one process of a container through its attach stream."""

import select
import socket
import time
from collections.abc import Callable

from attrs import define, field, frozen

from reasonforge.adapters.docker.engine import Engine, Exec, GoneError
from reasonforge.adapters.docker.frames import Frames
from reasonforge.application.ports.sandbox import RunEnd

LOOK_SECONDS = 0.05
"""How often the engine and the counters are asked."""
_SOON_SECONDS = 0.005
_LINGER_SECONDS = 0.2
_CHUNK = 1 << 16
_FLOOD_BYTES = 4 << 20
_FLOOD_PAUSE_SECONDS = 0.003
"""Past so much that is dropped anyway we listen slowly: the engine copies every byte, and must answer others too."""


@frozen
class Ending:
    """A limit, or the engine's exit code; neither when the container was lost."""

    limit: RunEnd | None
    code: int | None


@define
class Attendance:
    """Feeds a process, and hears it until it ends or passes a limit.

    Attributes:
        rest: what it has not been given of its standard input.
        heard: what it said.
    """

    engine: Engine
    running: Exec
    rest: memoryview
    heard: Frames
    _silent: bool = field(default=False, init=False)

    def until(self, deadline: float, passed: Callable[[], RunEnd | None]) -> Ending:
        """Its end: `passed` is asked now and then which other limit it is over. `deadline` is monotonic seconds."""
        self.heard.feed(self.running.early)
        if not self.rest:
            self._say_no_more()
        look = time.monotonic() + LOOK_SECONDS
        while not self.heard.overflowed:
            now = time.monotonic()
            if now >= deadline:
                return Ending(RunEnd.TIME, None)
            self._exchange(max(0.0, min(look, deadline) - now))
            # Silence is most often the end; asking at once saves a look's time.
            if self._silent or time.monotonic() >= look:
                ending = self._ending(passed)
                if ending is not None:
                    return ending
                look = time.monotonic() + (_SOON_SECONDS if self._silent else LOOK_SECONDS)
        return Ending(RunEnd.OUTPUT, None)

    def _ending(self, passed: Callable[[], RunEnd | None]) -> Ending | None:
        try:
            code = self.engine.exit_code(self.running)
        except GoneError:
            return Ending(passed(), None)
        if code is None:
            limit = passed()
            return None if limit is None else Ending(limit, None)
        # Something it left behind may hold its streams open for ever; what it said itself is here in a moment.
        until = time.monotonic() + _LINGER_SECONDS
        while not self._silent and not self.heard.overflowed and time.monotonic() < until:
            self._exchange(_LINGER_SECONDS)
        return Ending(RunEnd.OUTPUT if self.heard.overflowed else None, code)

    def _exchange(self, seconds: float) -> None:
        """Wait for something to hear or to give, and do it."""
        if self._silent:
            time.sleep(min(seconds, _SOON_SECONDS))
            return
        stream = self.running.socket
        readable, writable, _ = select.select([stream], [stream] if self.rest else [], [], seconds)
        if readable:
            self._hear(stream)
        if writable:
            self._feed(stream)

    def _hear(self, stream: socket.socket) -> None:
        try:
            received = stream.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:  # the engine closed it together with the container
            received = b""
        self._silent = not received
        self.heard.feed(received)
        if self.heard.dropped > _FLOOD_BYTES:
            time.sleep(_FLOOD_PAUSE_SECONDS)

    def _feed(self, stream: socket.socket) -> None:
        try:
            self.rest = self.rest[stream.send(self.rest[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:  # it reads no more
            self.rest = self.rest[:0]
            return
        if not self.rest:
            self._say_no_more()

    def _say_no_more(self) -> None:
        try:
            self.running.socket.shutdown(socket.SHUT_WR)
        except OSError:  # it has ended already
            self.rest = self.rest[:0]
