"""Watches one confined program: feeds it, takes what it says, and ends it at its limits."""

import os
import selectors
import threading
import time

from attrs import define, field

from reasonforge.adapters.bubblewrap.confinement import Confinement
from reasonforge.adapters.bubblewrap.process_tree import usage_of
from reasonforge.application.ports.sandbox import RunEnd

STDERR_BYTES = 64 * 1024
LOOK_SECONDS = 0.025
"""How often memory and processor time are looked at."""
_CHUNK = 1 << 16


@define
class Watch:
    """One program from its start to its end, after which none of its processes is left.

    Attributes:
        given: its standard input; what it does not read is dropped.
        end: the limit that ended it; None when it ended by itself.
    """

    confinement: Confinement
    given: memoryview
    abandoned: threading.Event
    end: RunEnd | None = field(default=None, init=False)
    stdout: bytearray = field(factory=bytearray, init=False)
    stderr: bytearray = field(factory=bytearray, init=False)
    _ended: bool = field(default=False, init=False)

    def see(self) -> None:
        """Start the program, and return when it has ended and everything it started is killed."""
        confinement = self.confinement
        stdin, stdout, stderr = (_unblocked(stream.fileno()) for stream in confinement.streams)
        with selectors.DefaultSelector() as selector:
            selector.register(confinement.monitor_handle, selectors.EVENT_READ, self._note_end)
            selector.register(stdout, selectors.EVENT_READ, lambda: self._hear(stdout))
            selector.register(stderr, selectors.EVENT_READ, lambda: self._overhear(stderr))
            selector.register(stdin, selectors.EVENT_WRITE, lambda: self._feed(stdin))
            confinement.release()
            self._attend(selector)
        confinement.destroy()
        while self.end is None and self._hear(stdout):
            pass
        while self._overhear(stderr):
            pass
        if self.end is None and confinement.group is not None and confinement.group.overrun:
            self.end = RunEnd.MEMORY

    def _attend(self, selector: selectors.BaseSelector) -> None:
        """Serve the streams until the program ends or a limit ends it."""
        look = now = time.monotonic()
        deadline = now + self.confinement.program.limits.wall_seconds
        while not self._over:
            for key, _ in selector.select(max(0.0, min(look, deadline) - now)):
                if not key.data():
                    selector.unregister(key.fd)
            now = time.monotonic()
            if now >= look:
                self._look(now >= deadline or self.abandoned.is_set())
                look = min(now + LOOK_SECONDS, deadline)

    def _look(self, late: bool) -> None:
        if not self._over:
            self.end = RunEnd.TIME if late else self._passed()

    @property
    def _over(self) -> bool:
        return self._ended or self.end is not None

    def _passed(self) -> RunEnd | None:
        """Which limit the program and all it started have passed by now."""
        group, limits = self.confinement.group, self.confinement.program.limits
        used = usage_of(self.confinement.init, memory=group is None)
        if group.overrun if group is not None else used.memory_bytes > limits.memory_bytes:
            return RunEnd.MEMORY
        return RunEnd.TIME if used.cpu_seconds > limits.cpu_seconds else None

    def _note_end(self) -> bool:
        self._ended = True
        return False

    def _feed(self, stdin: int) -> bool:
        """Whether there is more to give."""
        try:
            self.given = self.given[os.write(stdin, self.given[:_CHUNK]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            self.given = self.given[:0]
        if not self.given:
            self.confinement.streams[0].close()
        return len(self.given) > 0

    def _hear(self, stdout: int) -> bool:
        """Whether there may be more to hear."""
        chunk = _read(stdout)
        room = self.confinement.program.limits.output_bytes - len(self.stdout)
        self.stdout += chunk[:room]
        if len(chunk) > room:
            self.end = RunEnd.OUTPUT
        return bool(chunk)

    def _overhear(self, stderr: int) -> bool:
        chunk = _read(stderr)
        self.stderr += chunk[: STDERR_BYTES - len(self.stderr)]
        return bool(chunk)


def _unblocked(stream: int) -> int:
    os.set_blocking(stream, False)
    return stream


def _read(stream: int) -> bytes:
    """What can be read now: nothing at the end, and nothing when nobody is left to write."""
    try:
        return os.read(stream, _CHUNK)
    except BlockingIOError:
        return b""
