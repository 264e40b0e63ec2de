"""What a service's HTTP answer amounts to, in words that hold no secret and no free text of the service."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import httpx2
from attrs import frozen

from reasonforge.adapters.llm.retrying import Setback

TIMED_OUT = Setback("the service did not reply in time", may_pass=True)
UNREACHABLE = Setback("the service cannot be reached", may_pass=True)
GARBAGE = Setback("the service's reply is no JSON object", may_pass=True)

_REASONS = {
    401: "the service refuses the API key",
    402: "the account has no credit",
    403: "the API key may not use this model",
    404: "the service does not know this model or address",
    408: "the service did not reply in time",
    413: "the question is larger than the service takes",
    429: "the service's rate limit is reached",
    529: "the service is overloaded",
}
_PASSING = frozenset({408, 409, 425, 429})
_LASTING_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_REFUSED_CHARACTERS = 2_000


@frozen
class Refused:
    """The service takes the question, but not in this form.

    Attributes:
        words: what the service says is wrong, in lower case; only ever searched for the names of our own parameters.
        setback: what it is when there is no other form to try.
    """

    words: str
    setback: Setback


Answered = Mapping[str, Any] | Setback | Refused


def answered(response: httpx2.Response) -> Answered:
    """The JSON object of a good answer, or what a bad one means. Never raises for what the service sent."""
    body = _json(response)
    if response.is_success:
        return body if body is not None else GARBAGE
    setback = _setback(response, _error(body))
    if response.status_code in {400, 422}:
        return Refused(response.text[:_REFUSED_CHARACTERS].lower(), setback)
    return setback


def _json(response: httpx2.Response) -> dict[str, Any] | None:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _error(body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    error = (body or {}).get("error")
    return error if isinstance(error, Mapping) else {}


def _setback(response: httpx2.Response, error: Mapping[str, Any]) -> Setback:
    status = response.status_code
    code = next((code for key in ("code", "type") if _is_code(code := error.get(key))), "")
    reason = _REASONS.get(status) or ("the service is failing" if status >= 500 else "the service refuses the request")
    return Setback(
        reason=f"{reason} ({status}{f' {code}' if code else ''})",
        may_pass=(status in _PASSING or status >= 500) and code not in _LASTING_CODES,
        retry_after=_retry_after(response),
    )


def _is_code(given: object) -> bool:
    return isinstance(given, str) and _CODE.fullmatch(given) is not None


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds, from `Retry-After-Ms` or `Retry-After`; a date there is not read, since it needs the service's clock."""
    for header, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(response.headers.get(header, "")) / scale
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None
