"""Why a caller's request is not served as it is. Each message is one sentence for the caller."""

from reasonforge.domain.errors import CallerError


class Unauthenticated(CallerError):  # noqa: N818 - named for what happened, as the tree of errors is
    """No key, or none that is valid."""


class Forbidden(CallerError):  # noqa: N818
    """The key is valid, and may not do this."""


class NotThere(CallerError):  # noqa: N818
    """There is no such thing, or it is somebody else's: nobody is told which."""


class Conflict(CallerError):  # noqa: N818
    """It cannot be done in the state that the thing is in."""


class IdempotencyKeyReused(CallerError):  # noqa: N818
    """The same Idempotency-Key came with another body."""


class Unacceptable(CallerError):  # noqa: N818
    """A field's value cannot be taken; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooMuch(CallerError):  # noqa: N818
    """A limit of the caller's is reached; `retry_after` in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QuotaExhausted(TooMuch):
    """The month's tasks are used up."""


class Overloaded(TooMuch):
    """Everybody's limit is reached: the service has no room."""
