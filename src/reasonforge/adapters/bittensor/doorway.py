"""What stands between the network and the SDK's application: bounds that neither uvicorn nor an Axon sets.

Also the order in which an Axon looks at a caller: the SDK asks the blacklist about a hotkey that nobody has verified
yet, so that a stranger could spend a validator's rate; and hands the handler the hotkey that the body names, which
nobody verifies at all.
"""

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reasonforge.adapters.bittensor.sdk import AxonMiddleware, Synapse
from reasonforge.domain.identity import Hotkey

BODY_SECONDS = 10.0
_GONE: Message = {"type": "http.disconnect"}


class Doorway:
    """Refuses what is too long before anybody reads it, and drops the work for a caller that hung up.

    A body says its length beforehand, as every Dendrite's does, and its sender has `BODY_SECONDS` for it. One
    connection carries one request.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        app = self._app if refusal is None else JSONResponse({"message": refusal.description}, refusal)
        await _Visit(receive, send).through(app, scope)

    def _refusal(self, scope: Scope) -> HTTPStatus | None:
        if scope["method"] != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        length = Headers(scope=scope).get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return HTTPStatus.LENGTH_REQUIRED
        if len(length) > len(str(self._most_bytes)) or int(length) > self._most_bytes:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None


class _Visit:
    """One request, from its body to the last byte of the reply."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        self._body_is_in = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._answered = False

    async def through(self, app: ASGIApp, scope: Scope) -> None:
        """Let the application answer, unless the caller goes before it has."""

        async def answer() -> None:
            await app(scope, self._next, self._say)

        work, gone = asyncio.create_task(answer()), asyncio.create_task(self._gone())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if self._answered:
                await asyncio.wait({work})
        finally:
            finished = work.done()
            work.cancel()  # of a finished task it changes nothing
            gone.cancel()
        if finished:
            await work
        else:
            await asyncio.wait({work})
            if not work.cancelled():
                work.exception()  # looked at, and told to nobody: nobody listens any more

    async def _next(self) -> Message:
        if self._body_is_in.is_set():
            await self._hung_up.wait()
            return _GONE
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            return _GONE
        if not message.get("more_body", False):
            self._body_is_in.set()
        return message

    async def _say(self, message: Message) -> None:
        """Every reply is the connection's last."""
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["connection"] = "close"
        self._answered |= message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def _gone(self) -> None:
        """After the body the server has one more thing to say: that the caller is gone."""
        await self._body_is_in.wait()
        await self._receive()
        self._hung_up.set()


class VerifiedFirst(AxonMiddleware):
    """An Axon's middleware that verifies before it asks the blacklist, and tells the handler who was verified."""

    async def blacklist(self, synapse: Synapse) -> None:
        await super().verify(synapse)

    async def verify(self, synapse: Synapse) -> None:
        await super().blacklist(synapse)

    async def run(self, synapse: Synapse, call_next: RequestResponseEndpoint, request: Request) -> Response:
        request.state.caller = Hotkey(synapse.dendrite.hotkey or "") if synapse.dendrite else Hotkey("")
        return await super().run(synapse, call_next, request)


def verified_caller(request: Request) -> Hotkey:
    """The hotkey whose signature was on this request."""
    caller: Hotkey = request.state.caller
    return caller


def unreadable(_request: Request, _error: Exception) -> Response:
    """The reply to a body that is no such message; FastAPI's own lists each of a hundred thousand errors."""
    return JSONResponse({"message": "this is no such message"}, HTTPStatus.BAD_REQUEST)
