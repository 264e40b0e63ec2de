"""What happened lately, from the validators' processes to whoever looks on."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from attrs import frozen


class EventKind(StrEnum):
    """What an onlooker is told of."""

    EPOCH_STARTED = "epoch_started"
    TASK_SCORED = "task_scored"
    EPOCH_CLOSED = "epoch_closed"
    WEIGHTS_SET = "weights_set"


@frozen
class PublicEvent:
    """One event. `at`: UTC seconds; `figures`: plain JSON, with at least `epoch` and `validator`."""

    kind: EventKind
    at: float
    figures: Mapping[str, Any]


@frozen
class LoggedEvent:
    """An event with its place in the log: ids rise, and may leave gaps."""

    id: int
    event: PublicEvent


class EventLog(Protocol):
    """A bounded log that several processes append to and several follow.

    Promises:
        - ids rise in the order in which events can be seen: who read up to an id misses nothing that comes later;
        - the newest events stay, as many as the log keeps, and older ones go;
        - failures of the medium are `StoreFault`.
    """

    async def append(self, events: Sequence[PublicEvent]) -> None: ...

    async def after(self, last: int, limit: int) -> Sequence[LoggedEvent]:
        """The oldest `limit` events with an id greater than `last`."""
        ...

    async def newest(self) -> int:
        """The greatest id so far; 0 before the first event."""
        ...
