"""Live events, as server-sent events and over WebSocket. Who comes back gets what it missed."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from reasonforge.adapters.http.broadcast import Broadcast, Reader, Shown
from reasonforge.adapters.http.problems import documented
from reasonforge.adapters.http.schemas.events import StreamEvent
from reasonforge.adapters.http.services import GatewayServices
from reasonforge.application.gateway.refusals import Overloaded, TooMuch
from reasonforge.domain.errors import StoreFault

BEAT_SECONDS = 15.0
_GREATEST_ID = 2**53
_TRY_LATER, _GOING_AWAY = 1013, 1001


def stream_routes(services: GatewayServices) -> APIRouter:
    """`GET /v1/stream` and `WS /v1/stream`."""
    router = APIRouter(prefix="/v1", tags=["stream"])
    broadcast = services.broadcast

    @router.get(
        "/stream",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "Server-sent events: `id`, `event` (the type) and `data` (the event as JSON).",
                "content": {"text/event-stream": {"schema": StreamEvent.model_json_schema()}},
            },
            **documented(422, 429, 503),
        },
    )
    async def events(
        request: Request,
        last_event_id: Annotated[str, Header(max_length=20, description="The last event that was seen.")] = "",
    ) -> StreamingResponse:
        """Epochs as they happen; with `Last-Event-ID`, what came after that first."""
        return _EventStream(broadcast, _address(request), last_event_id)

    @router.websocket("/stream")
    async def socket(socket: WebSocket, last_event_id: Annotated[str, Query(max_length=20)] = "") -> None:
        try:
            with broadcast.reader(_address(socket)) as reader:
                missed = await _missed(broadcast, last_event_id)
                await socket.accept()
                async for shown in _following(reader, missed):
                    if shown is not None:
                        await socket.send_text(shown.text)
                await socket.close(_GOING_AWAY)
        except (TooMuch, Overloaded, StoreFault):
            await socket.close(_TRY_LATER)
        except WebSocketDisconnect:
            return

    return router


class _EventStream(StreamingResponse):
    """Has its place among the readers before it asks what was missed, so that nothing falls between the two; whoever
    finds no place is refused, since nothing of the answer is out by then.
    """

    def __init__(self, broadcast: Broadcast, address: str, last_event_id: str) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(self._told(), media_type="text/event-stream", headers=headers)
        self._broadcast = broadcast
        self._address = address
        self._last_event_id = last_event_id
        self._shown: AsyncIterator[Shown | None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._broadcast.reader(self._address) as reader:
            self._shown = _following(reader, await _missed(self._broadcast, self._last_event_id))
            await super().__call__(scope, receive, send)

    async def _told(self) -> AsyncIterator[bytes]:
        yield b": welcome\n\n"
        async for shown in self._shown:
            yield b": still here\n\n" if shown is None else _as_sse(shown)


async def _following(reader: Reader, missed: Sequence[Shown]) -> AsyncIterator[Shown | None]:
    """What was missed, then what comes, each once; None now and then, so that a dead connection is noticed."""
    last = 0
    for shown in missed:
        last = shown.id
        yield shown
    while not reader.closed:
        fresh = await reader.take(BEAT_SECONDS)
        if not fresh:
            yield None
        for shown in fresh:
            if shown.id > last:
                last = shown.id
                yield shown


async def _missed(broadcast: Broadcast, last_event_id: str) -> Sequence[Shown]:
    if not (last_event_id.isdecimal() and last_event_id.isascii()):
        return ()
    last = int(last_event_id)
    return await broadcast.missed(last) if last <= _GREATEST_ID else ()


def _as_sse(shown: Shown) -> bytes:
    return f"id: {shown.id}\nevent: {shown.kind}\ndata: {shown.text}\n\n".encode()


def _address(connection: Request | WebSocket) -> str:
    return "" if connection.client is None else connection.client.host
