"""One HTTP POST to a stranger, who may answer anything, at any pace, for ever.

Written on h11 and a socket because aiohttp, which the SDK's Dendrite uses, bounds neither the headers' number nor the
bytes of a reply, nor the pieces it comes in. Nothing is followed, inflated or kept: one connection, one reply.
"""

import asyncio

import h11
from attrs import frozen

from reasonforge.domain.reply import SilenceReason

_HEADER_BYTES = 65_536
_READ_BYTES = 65_536
_MOST_PIECES = 4_096
"""A reply of 1 MB in network packets has 700; a million chunks of one byte each would cost a minute of our time."""


@frozen
class HttpReply:
    """What came back, whole: the body is at most as long as asked for."""

    status: int
    body: bytes


class CallFailedError(Exception):
    """No reply, and whose silence it is."""

    def __init__(self, reason: SilenceReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@frozen
class Message:
    """What is posted."""

    path: str
    headers: dict[str, str]
    body: bytes


@frozen
class Connection:
    """A socket to one stranger. `close` frees it at once, whatever is still under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, host: str, port: int) -> "Connection":
        """A connection to an IP address; `CallFailedError` (UNREACHABLE) when there is none to be had."""
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=_READ_BYTES)
        except (OSError, OverflowError, ValueError) as error:  # a port beyond 65,535 is one of the latter two
            raise CallFailedError(SilenceReason.UNREACHABLE, f"no connection to {host}:{port}") from error
        return cls(reader, writer)

    def close(self) -> None:
        """Not gracefully: a peer that does not read would hold the socket for as long as it likes."""
        self.writer.transport.abort()

    async def post(self, message: Message, most_bytes: int) -> HttpReply:
        """Post, and read the reply: at most `most_bytes` of body, in any framing. Time is the caller's to limit.

        Raises:
            CallFailedError: TOO_LARGE, MALFORMED (no HTTP, encoded, cut short, crumbled) or UNREACHABLE (cut before the
                first byte, or reset).
        """
        host, port = self.writer.get_extra_info("peername")[:2]
        state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
        headers = {
            "host": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "accept": "application/json",
            "accept-encoding": "identity",
            "connection": "close",
            "content-type": "application/json",
            "content-length": str(len(message.body)),
            **message.headers,
        }
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        sent = (
            h11.Request(method="POST", target=message.path, headers=raw),
            h11.Data(data=message.body),
            h11.EndOfMessage(),
        )
        for event in sent:
            self.writer.write(state.send(event) or b"")
        try:
            return await self._reply(state, most_bytes)
        except h11.RemoteProtocolError as error:
            raise CallFailedError(SilenceReason.MALFORMED, f"the reply is no HTTP: {error}") from error
        except OSError as error:
            raise CallFailedError(SilenceReason.UNREACHABLE, "the connection was cut") from error

    async def _reply(self, state: h11.Connection, most_bytes: int) -> HttpReply:
        status = 0
        body = bytearray()
        first = await self.reader.read(_READ_BYTES)
        if not first:
            raise CallFailedError(SilenceReason.UNREACHABLE, "the connection was closed without a reply")
        state.receive_data(first)
        for _ in range(_MOST_PIECES):
            event = await self._next(state)
            if isinstance(event, h11.Response):
                status = event.status_code
                _refuse_encoded(event)
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > most_bytes:
                    raise CallFailedError(SilenceReason.TOO_LARGE, f"the reply is over {most_bytes} bytes")
            elif isinstance(event, h11.EndOfMessage):
                return HttpReply(status, bytes(body))
        raise CallFailedError(SilenceReason.MALFORMED, f"the reply comes in more than {_MOST_PIECES} pieces")

    async def _next(self, state: h11.Connection) -> object:
        """The next event. h11 holds at most `_HEADER_BYTES` of what is no event yet."""
        while (event := state.next_event()) is h11.NEED_DATA:
            state.receive_data(await self.reader.read(_READ_BYTES))
        return event


def _refuse_encoded(response: h11.Response) -> None:
    encodings = [value for name, value in response.headers if name == b"content-encoding"]
    if any(value.strip().lower() != b"identity" for value in encodings):
        raise CallFailedError(SilenceReason.MALFORMED, "the reply is compressed, which nobody asked for")
