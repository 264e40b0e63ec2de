from collections.abc import Callable
from enum import StrEnum

from attrs import frozen

from reasonforge.application.ports.gate import Gate
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.transport import Health
from reasonforge.domain.discipline import Discipline


class Status(StrEnum):
    """The wire's three words (3-protocol §3.1)."""

    READY = "ready"
    BUSY = "busy"
    WARMING_UP = "warming_up"


def _at_once() -> bool:
    return True


@frozen
class ReportHealth:
    """What we tell whoever asks whether we can be asked: the disciplines we take, and what we think with.

    Attributes:
        gate: where there is one, we are busy while it is full: a question would be refused.
        is_warm: whether the reasoner can think already; asked at every call.
    """

    reasoner: Reasoner
    disciplines: frozenset[Discipline]
    version: str
    gate: Gate | None = None
    is_warm: Callable[[], bool] = _at_once

    async def __call__(self) -> Health:
        return Health(self._status(), self.disciplines, self.reasoner.name, self.version)

    def _status(self) -> Status:
        if not self.is_warm():
            return Status.WARMING_UP
        if self.gate is not None and self.gate.is_full:
            return Status.BUSY
        return Status.READY
