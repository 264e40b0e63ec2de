from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Severity(StrEnum):
    """How soon the operator should look."""

    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"


@frozen
class OperatorNotice:
    """Something the operator should know: what happened, and what to do about it."""

    severity: Severity
    what: str
    do: str


class Notifier(Protocol):
    """Reaches the operator. Promises: never raises, never blocks the epoch; order is kept."""

    async def tell(self, notice: OperatorNotice) -> None: ...
