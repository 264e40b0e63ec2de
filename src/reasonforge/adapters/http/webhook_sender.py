"""Webhooks over HTTPS, to an address that was vetted and to no other."""

import asyncio
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

from reasonforge.application.ports.webhooks import Delivered, NotDelivered
from reasonforge.domain.callback import Callback

SEND_SECONDS = 10.0
_CONNECT_SECONDS = 5.0


class HttpxWebhookSender:
    """The promises of the WebhookSender port.

    The URL's host becomes the vetted address; the name goes into the Host header and, for TLS, into SNI and the
    certificate's check. Use it with `async with`.

    Args:
        trust: of certificates; by default this machine's.
    """

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._client = httpx.AsyncClient(
            verify=trust or ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(SEND_SECONDS, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def send(
        self, callback: Callback, address: str, headers: Mapping[str, str], body: bytes
    ) -> Delivered | NotDelivered:
        scheme = "http" if callback.plain else "https"
        host = f"[{address}]" if ":" in address else address
        request = self._client.build_request(
            "POST",
            f"{scheme}://{host}:{callback.port}{callback.target}",
            content=body,
            headers={**headers, "host": callback.authority},
            extensions={"sni_hostname": callback.host},
        )
        try:
            async with asyncio.timeout(SEND_SECONDS):
                response = await self._client.send(request, stream=True)
                await response.aclose()
        except TimeoutError:
            return NotDelivered(f"no answer within {SEND_SECONDS:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            return NotDelivered(f"{type(error).__name__}: the connection failed")
        if response.is_success:
            return Delivered(response.status_code)
        followed = ", and is not followed" if response.is_redirect else ""
        return NotDelivered(f"it answered {response.status_code}{followed}", response.status_code)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
