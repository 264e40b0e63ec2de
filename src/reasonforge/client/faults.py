"""What can go wrong between a caller and its gateway.

GatewayError
├── Unreachable         no connection, or it broke, after all attempts
├── Malformed           an answer that no gateway gives: another server, perhaps
├── NotDoneInTime       the task was not done within the time given to `wait`
└── Problem             the gateway says no, with problem details (RFC 9457)
├── Unauthenticated 401, Forbidden 403, NotFound 404, Conflict 409, TooLarge 413, Invalid 422
├── RateLimited     429, with `retry_after`
└── Unavailable     5xx
"""

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reasonforge.client.http_values import Reply, retry_after
from reasonforge.domain.errors import ReasonForgeError

_LONGEST_SENTENCE = 500


class GatewayError(ReasonForgeError):
    """Its message is one sentence; it never holds the key."""


class Unreachable(GatewayError):  # noqa: N818 - these are named for what happened, as in domain/errors.py
    """No answer, after all attempts."""


class Malformed(GatewayError):  # noqa: N818 - as above
    """An answer that no gateway gives."""


class NotDoneInTime(GatewayError):  # noqa: N818 - as above
    """The task goes on; asking for it later may find it done."""


@frozen
class FieldError:
    """One field that is wrong, and why."""

    field: str
    reason: str


class Problem(GatewayError):  # noqa: N818 - RFC 9457's own name
    """The gateway's refusal.

    Attributes:
        status: HTTP's.
        type: a stable URI or name of the kind of problem; "about:blank" when the gateway gave none.
        title, detail: for people.
        errors: the fields that are wrong, where some are.
        details: the whole document, extension members included.
        retry_after: seconds to wait before trying again; None when the gateway does not say.
    """

    def __init__(self, status: int, details: Mapping[str, Any], wait: float | None) -> None:
        self.status = status
        self.details = details
        self.type = _text(details.get("type")) or "about:blank"
        self.title = _text(details.get("title"))
        self.detail = _text(details.get("detail"))
        self.errors = _errors(details)
        self.retry_after = wait
        fields = "; ".join(f"{one.field}: {one.reason}" for one in self.errors)
        said = ": ".join(part for part in (self.detail or self.title, fields) if part)
        super().__init__(f"{said or 'the gateway refused the request'} ({status})")


class Unauthenticated(Problem):
    """401: no key, or none that is known."""


class Forbidden(Problem):
    """403: a key that may not."""


class NotFound(Problem):
    """404: nothing there, or another owner's."""


class Conflict(Problem):
    """409: not in this state; an idempotency key used for another request."""


class TooLarge(Problem):
    """413: the body is larger than the gateway reads."""


class Invalid(Problem):
    """400 or 422: `errors` names the fields."""


class RateLimited(Problem):
    """429: more than the rate, the quota or the queue allows."""


class Unavailable(Problem):
    """5xx: the gateway or what it depends on is down."""


_KINDS: Mapping[int, type[Problem]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    422: Invalid,
    429: RateLimited,
}


def problem(reply: Reply) -> Problem:
    """The refusal that an answer of 400 or more is."""
    kind = Unavailable if reply.status >= 500 else _KINDS.get(reply.status, Problem)
    return kind(reply.status, _document(reply.body), retry_after(reply.headers))


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """One line of at most 500 printable characters: what a server says is shown on a terminal."""
    if not isinstance(value, str):
        return ""
    return "".join(one if one.isprintable() else " " for one in value[:_LONGEST_SENTENCE])


def _errors(details: Mapping[str, Any]) -> tuple[FieldError, ...]:
    listed = details.get("errors")
    if not isinstance(listed, list):
        return ()
    return tuple(
        FieldError(_text(one.get("field") or one.get("pointer")), _text(one.get("detail") or one.get("reason")))
        for one in listed[:20]
        if isinstance(one, dict)
    )
