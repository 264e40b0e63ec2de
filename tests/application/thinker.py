"""A reasoner whose thoughts are given."""

from attrs import frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.task import Question


@frozen
class Thinker:
    """Thinks for a share of its budget and comes to what it was made with."""

    clock: Clock
    found: Solution | NoAnswer
    share: float = 0.5
    name: str = "thinker"

    async def reason(self, _question: Question, budget_seconds: float) -> Solution | NoAnswer:
        await self.clock.sleep(self.share * budget_seconds)
        return self.found
