"""A request, its answer and what broke between them, as values: what both clients send and read."""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import field, frozen


@frozen
class Call:
    """One request. `path` is relative to the gateway, quoted where it holds a caller's text."""

    method: str
    path: str
    query: Mapping[str, str] = field(factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(factory=dict)


@frozen
class Pause:
    """Wait so many seconds before going on."""

    seconds: float


@frozen
class Reply:
    """One answer; the headers' names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@frozen
class Broken:
    """There was no answer; whether the request arrived is not known."""

    reason: str


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds ≥ 0 that `Retry-After` asks for; a date is read against the answer's own `Date`, not our clock."""
    given = headers.get("retry-after", "").strip()
    try:
        seconds = float(given)
    except ValueError:
        seconds = _until(given, headers.get("date", ""))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(then: str, now: str) -> float:
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):  # no dates, or one with and one without a time zone
        return math.nan
