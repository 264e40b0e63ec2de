"""Live events, as server-sent events and over WebSocket. Who comes back gets what it missed."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import StreamingResponse
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
        address = _address(request)
        broadcast.require_room(address)  # once the answer has begun, nobody can be refused any more
        missed = await _missed(broadcast, last_event_id)

        async def told() -> AsyncIterator[bytes]:
            yield b": welcome\n\n"
            with broadcast.reader(address) as reader:
                async for shown in _following(reader, missed):
                    yield b": still here\n\n" if shown is None else _as_sse(shown)

        return StreamingResponse(
            told(), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )

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
