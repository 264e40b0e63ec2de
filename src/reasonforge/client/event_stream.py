"""Server-sent events out of bytes, as the HTML standard has them (§9.2.6)."""

from collections.abc import Iterator

from attrs import define, frozen

from reasonforge.client.faults import Malformed

MOST_WAITING = 1 << 20
"""Bytes of one event."""


@frozen
class Frame:
    """One event as it came: its type, its data, and the last id seen."""

    event: str
    text: str
    last_id: str


@define
class FrameReader:
    """Takes bytes as they come and gives whole events; what was cut in half is kept for the next bytes."""

    last_id: str = ""
    _rest: bytes = b""
    _event: str = ""
    _lines: tuple[str, ...] = ()
    _held: int = 0
    _first: bool = True

    def feed(self, received: bytes) -> Iterator[Frame]:
        """The events that end within these bytes.

        Raises:
            Malformed: an event that does not end within a mebibyte.
        """
        *lines, self._rest = _lines(self._rest + received)
        for line in lines:
            self._held += len(line)
            self._refuse_endless()
            frame = self._take(line.decode(errors="replace"))
            if frame is not None:
                yield frame
        self._refuse_endless()

    def _refuse_endless(self) -> None:
        if self._held + len(self._rest) > MOST_WAITING:
            raise Malformed(f"the stream sent an event of more than {MOST_WAITING:,} bytes")

    def _take(self, line: str) -> Frame | None:
        if self._first:
            self._first, line = False, line.removeprefix("\ufeff")
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._lines += (value,)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        return None

    def _dispatch(self) -> Frame | None:
        frame = Frame(self._event or "message", "\n".join(self._lines), self.last_id) if self._lines else None
        self._event, self._lines, self._held = "", (), 0
        return frame


def _lines(received: bytes) -> list[bytes]:
    """Split at LF, CR LF and CR; a CR at the very end waits, since its LF may be on the way."""
    waiting = b"\r" if received.endswith(b"\r") else b""
    whole = received.removesuffix(b"\r") if waiting else received
    lines = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    lines[-1] += waiting
    return lines
