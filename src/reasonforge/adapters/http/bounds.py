"""What every request is held to before anything reads it: its size, its time, its caller's rate."""

import asyncio
import hashlib
import math
import time
from http import HTTPStatus

from attrs import field, frozen
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reasonforge.adapters.http.problems import problem

MOST_BODY_BYTES = 131_072
"""10,000 characters of any script, escaped as JSON may escape them, and the other fields."""
BODY_SECONDS = 10.0
_SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}


@frozen
class RateRules:
    """Requests a minute. A caller without a key has its address's alone.

    Attributes:
        of_key: of one key or token.
        of_address: of one address, whatever keys it sends.
    """

    of_key: int = 600
    of_address: int = 1_200


class BoundedBody:
    """Reads a request's body before the application does: within a size and a time, or it is refused."""

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BODY_BYTES, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._most = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._most:
            await self._too_large()(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._body(receive)
        except TimeoutError:
            late = problem(HTTPStatus.REQUEST_TIMEOUT, f"the body did not come within {self._seconds:.0f} s")
            await late(scope, receive, send)
            return
        if body is None:
            await self._too_large()(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        """All of it; None when it is too large, or the client has gone."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > self._most:
                return None
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> ASGIApp:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {self._most:,} bytes")


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()  # what is left is that the client goes
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


@frozen
class BoundedRate:
    """Requests a minute, by address and by credential; told in `RateLimit` and `RateLimit-Policy`.

    The credential is kept as a digest, and whether it is valid is not asked: wrong keys count for their address too.
    """

    app: ASGIApp
    rules: RateRules = RateRules()
    _limiter: MovingWindowRateLimiter = field(factory=lambda: MovingWindowRateLimiter(MemoryStorage()), init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        client = scope.get("client")
        credential = Headers(scope=scope).get("authorization", "")
        windows = [("address", RateLimitItemPerMinute(self.rules.of_address), client[0] if client else "")]
        if credential:
            digest = hashlib.sha256(credential.encode()).hexdigest()
            windows.append(("key", RateLimitItemPerMinute(self.rules.of_key), digest))
        for name, item, who in windows:
            if not self._limiter.hit(item, name, who):
                reset = max(1, math.ceil(self._limiter.get_window_stats(item, name, who).reset_time - time.time()))  # noqa: TID251 - the library's own clock
                refusal = problem(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    f"{item.amount} requests a minute are allowed to one {name}: try again in {reset} s",
                    headers={
                        "Retry-After": str(reset),
                        "RateLimit-Policy": f'"{name}";q={item.amount};w=60',
                        "RateLimit": f'"{name}";r=0;t={reset}',
                    },
                )
                await refusal(scope, receive, send)
                return
        name, item, who = windows[-1]
        left = self._limiter.get_window_stats(item, name, who)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"{name}";q={item.amount};w=60'
                headers["RateLimit"] = f'"{name}";r={left.remaining};t=60'
            await send(message)

        await self.app(scope, receive, told)


class SecurityHeaders:
    """What a browser may do with our answers: nothing, unless the page says otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1/") and "cache-control" not in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, told)
