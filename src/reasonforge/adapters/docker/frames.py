"""The engine's attach stream, taken apart by us.

Without a terminal it is frames of an 8-byte header (stream number, three zero bytes, big-endian length) and a payload.
The engine writes the headers, so what a program prints that looks like one is payload and nothing else.
"""

import struct

from attrs import define, field

from reasonforge.domain.errors import ValidatorFault

STDOUT, STDERR = 1, 2
STDERR_BYTES = 64 * 1024
_HEADER = struct.Struct(">BxxxL")


@define
class Frames:
    """Both streams of one program, each kept up to its bound.

    Attributes:
        most: bytes of standard output that are kept.
        overflowed: whether there was more.
        dropped: bytes of standard error that were not kept.
    """

    most: int
    stdout: bytearray = field(factory=bytearray, init=False)
    stderr: bytearray = field(factory=bytearray, init=False)
    overflowed: bool = field(default=False, init=False)
    dropped: int = field(default=0, init=False)
    _header: bytearray = field(factory=bytearray, init=False)
    _stream: int = field(default=0, init=False)
    _left: int = field(default=0, init=False)

    def feed(self, received: bytes) -> None:
        """Take what came, however it was cut; `ValidatorFault` when it is not the engine's framing."""
        view = memoryview(received)
        while view:
            if self._left == 0:
                wanted = _HEADER.size - len(self._header)
                self._header += view[:wanted]
                view = view[wanted:]
                if len(self._header) == _HEADER.size:
                    self._open_frame()
                continue
            self._keep(view[: self._left])
            taken = min(self._left, len(view))
            self._left -= taken
            view = view[taken:]

    def _open_frame(self) -> None:
        self._stream, self._left = _HEADER.unpack(self._header)
        if self._stream not in {STDOUT, STDERR} or any(self._header[1:4]):
            raise ValidatorFault("the container engine sent a stream that is not framed; is it a Docker engine?")
        self._header.clear()

    def _keep(self, payload: memoryview) -> None:
        if self._stream == STDERR:
            kept = payload[: STDERR_BYTES - len(self.stderr)]
            self.stderr += kept
            self.dropped += len(payload) - len(kept)
            return
        room = self.most - len(self.stdout)
        self.stdout += payload[:room]
        self.overflowed = self.overflowed or len(payload) > room
