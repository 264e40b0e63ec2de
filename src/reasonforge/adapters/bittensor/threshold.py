"""The first look at a caller: at the head's bytes, before anything is parsed, allocated or scheduled for it.

An Axon looks at a caller through uvicorn, Starlette, FastAPI and its own middleware, and signs a reply to it before it
knows whether it is anybody. That costs two thirds of a served question, so strangers could wear a miner out with
messages that it refuses. Here whoever is going to be refused is refused in one write. Who is not turned away has won
nothing: everything is checked again behind it.
"""

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from attrs import frozen
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEADER_SECONDS = 10.0
LEAVING_SECONDS = 2.0
"""How long somebody who was refused may go on sending what it announced."""
MOST_HEAD_BYTES = 65_536
_HEAD_END = b"\r\n\r\n"
_OTHER_ENDS = (b"\n\n", b"\n\r\n")
"""Which h11 takes for an end, too."""
_LONGEST_NONCE = 20
_LENGTH, _BODY_HASH, _DENDRITE = "content-length", "computed_body_hash", "bt_header_dendrite_"
_SIGNED = ("hotkey", "uuid", "nonce", "signature")
_NAMES = frozenset({_LENGTH, _BODY_HASH, *(f"{_DENDRITE}{name}" for name in _SIGNED)})


@frozen
class Signed:
    """What a head says of who sent it. Nobody has checked a word of it."""

    hotkey: str
    dendrite: str
    nonce: int
    body_hash: str
    signature: str


@frozen
class TurnedAway:
    """An answer that needs no look at the message."""

    status: int
    message: str


@frozen
class _Announced:
    """What a head announces: who signed, and how long the body is."""

    signed: Signed
    length: int


Doubt = Callable[[Signed], TurnedAway | None]
"""Whether a caller is certain to be refused by whoever looks at it later, too; it changes nothing."""


class Threshold(asyncio.Protocol):
    """A connection until its head is whole; then it is refused, or handed to `H11Protocol` as if it had just come.

    A caller has `HEADER_SECONDS` for its head; uvicorn would wait for ever.

    Args:
        doubt: who is turned away for what the head says.
        most_bytes: of a body.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        doubt: Doubt,
        most_bytes: int,
    ) -> None:
        self._further = partial(H11Protocol, config, server_state, app_state, _loop)
        self._state = server_state
        self._doubt = doubt
        self._most_bytes = most_bytes
        self._loop = _loop or asyncio.get_running_loop()
        self._received = bytearray()
        self._leaving = 0
        self._patience: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        self.transport = transport
        self._state.connections.add(self)  # type: ignore[arg-type] # it counts connections, and shuts them down
        self._patience = self._loop.call_later(HEADER_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._let_go()

    def shutdown(self) -> None:
        """The server stops."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._leaving:
            self._leaving -= len(data)
            if self._leaving <= 0:
                self.transport.close()
            return
        seen = len(self._received)
        self._received += data
        fresh = max(0, seen - 3)
        end = self._received.find(_HEAD_END, fresh)
        if end >= 0:
            self._meet(bytes(self._received[:end]), len(self._received) - end - len(_HEAD_END))
        elif len(self._received) > MOST_HEAD_BYTES or any(
            self._received.find(other, fresh) >= 0 for other in _OTHER_ENDS
        ):
            self._hand_over()  # it knows what to say to that

    def _meet(self, head: bytes, of_body: int) -> None:
        announced = _read(head, self._most_bytes)
        if isinstance(announced, TurnedAway):
            self._turn_away(announced, 0)
            return
        turned_away = self._doubt(announced.signed)
        if turned_away is None:
            self._hand_over()
        else:
            self._turn_away(turned_away, announced.length - of_body)

    def _turn_away(self, turned_away: TurnedAway, to_come: int) -> None:
        self.transport.write(_reply(turned_away.status, turned_away.message))
        if to_come <= 0:
            self.transport.close()
            return
        # Hanging up on bytes that nobody read would take the answer with it.
        self._leaving = to_come
        self._received.clear()
        if self._patience is not None:
            self._patience.cancel()
        self._patience = self._loop.call_later(LEAVING_SECONDS, self.transport.abort)

    def _hand_over(self) -> None:
        self._let_go()
        further = self._further()
        further.connection_made(self.transport)
        self.transport.set_protocol(further)
        further.data_received(bytes(self._received))

    def _let_go(self) -> None:
        self._state.connections.discard(self)
        if self._patience is not None:
            self._patience.cancel()


def _read(head: bytes, most_bytes: int) -> _Announced | TurnedAway:
    """What a head announces, where it announces what every Dendrite does, once."""
    request, *lines = head.split(b"\r\n")
    if not request.startswith(b"POST "):
        return TurnedAway(405, HTTPStatus.METHOD_NOT_ALLOWED.description)
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        known = name.decode("latin-1").lower()
        if known in _NAMES:
            if known in found:
                return TurnedAway(400, f"{known} is there twice")
            found[known] = value.decode("latin-1").strip(" \t")
    length = found.get(_LENGTH, "")
    if not (length.isascii() and length.isdigit()):
        return TurnedAway(411, HTTPStatus.LENGTH_REQUIRED.description)
    if len(length) > len(str(most_bytes)) or int(length) > most_bytes:
        return TurnedAway(413, HTTPStatus.REQUEST_ENTITY_TOO_LARGE.description)
    hotkey, dendrite, nonce, signature = (found.get(f"{_DENDRITE}{name}", "") for name in _SIGNED)
    if not (hotkey and dendrite and nonce and signature):
        return TurnedAway(401, "Not Verified with error: hotkey, uuid, nonce or signature is missing")
    if not (nonce.isascii() and nonce.isdigit() and len(nonce) <= _LONGEST_NONCE):
        return TurnedAway(401, "Not Verified with error: the nonce is no number")
    return _Announced(Signed(hotkey, dendrite, int(nonce), found.get(_BODY_HASH, ""), signature), int(length))


@lru_cache(maxsize=256)
def _reply(status: int, message: str) -> bytes:
    """A whole response, as an Axon's refusals are: the reason in its body and its headers."""
    body = json.dumps({"message": message}).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n"
        "connection: close\r\n"
        f"bt_header_axon_status_code: {status}\r\n"
        f"bt_header_axon_status_message: {message}\r\n\r\n"
    )
    return head.encode("latin-1", "replace") + body
