"""httpx's part that both clients share."""

import secrets
from collections.abc import Mapping
from typing import TypedDict

import httpx

from reasonforge.client.event_stream import FrameReader
from reasonforge.client.faults import GatewayError, Malformed, Problem, Unreachable, problem
from reasonforge.client.http_values import Broken, Reply
from reasonforge.client.patience import PASSING

MOST_BYTES = 64 << 20
"""Of one answer."""
SILENCE_SECONDS = 60.0
"""A stream that says nothing for so long, not even a comment, is connected to anew."""


class StreamOptions(TypedDict):
    """How a stream is asked for."""

    headers: Mapping[str, str]
    timeout: httpx.Timeout


def stream_options(reader: FrameReader, timeout: float) -> StreamOptions:
    """From after the last event that was read."""
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
    if reader.last_id:
        headers["Last-Event-ID"] = reader.last_id
    return {"headers": headers, "timeout": httpx.Timeout(timeout, read=SILENCE_SECONDS)}


def broken(error: httpx.TransportError) -> Broken:
    """Why there was no answer."""
    if isinstance(error, httpx.ConnectError):
        return Broken("the gateway cannot be reached")
    if isinstance(error, httpx.TimeoutException):
        return Broken("the gateway did not answer in time")
    return Broken("the connection to the gateway broke")


def bounded(body: bytearray, received: bytes) -> None:
    """Add what was received.

    Raises:
        Malformed: more than 64 MiB.
    """
    body += received
    if len(body) > MOST_BYTES:
        raise Malformed(f"the answer is larger than {MOST_BYTES >> 20} MiB")


def is_stream(response: httpx.Response) -> bool:
    """Whether events follow; False for a refusal, whose body then says why.

    Raises:
        Malformed: something else that a gateway does not answer.
    """
    if response.status_code >= 400:
        return False
    kind = response.headers.get("content-type", "")
    if response.status_code != 200 or not kind.startswith("text/event-stream"):
        raise Malformed(f"{response.status_code} {kind or 'without a type'} is no stream of events of a gateway")
    return True


def ended(response: httpx.Response, body: bytes) -> GatewayError:
    """Why a stream gives no more: raised at once where trying again does not help.

    Raises:
        Problem: a refusal that lasts.
    """
    if response.status_code < 400:
        return Unreachable("the gateway ended the stream")
    fault = problem(Reply(response.status_code, dict(response.headers), body))
    if response.status_code not in PASSING:
        raise fault
    return fault


def asked_wait(fault: GatewayError) -> float | None:
    """The `Retry-After` of a refusal."""
    return fault.retry_after if isinstance(fault, Problem) else None


def new_idempotency_key() -> str:
    """One nobody else has."""
    return secrets.token_urlsafe(18)
