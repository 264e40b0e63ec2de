from attrs import frozen

from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.transport import Health
from reasonforge.domain.discipline import Discipline


@frozen
class ReportHealth:
    """What we tell whoever asks whether we can be asked: the disciplines we take, and what we think with."""

    reasoner: Reasoner
    disciplines: frozenset[Discipline]
    version: str

    async def __call__(self) -> Health:
        return Health("ready", self.disciplines, self.reasoner.name, self.version)
