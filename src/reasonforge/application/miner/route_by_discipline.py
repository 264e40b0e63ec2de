from collections.abc import Awaitable, Callable

from attrs import field, frozen
from attrs.validators import min_len

from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import Declined
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question

Solve = Callable[[Hotkey, Question], Awaitable[WireFields | Refusal]]


@frozen
class RouteByDiscipline:
    """We take questions of the disciplines we serve; the others are refused before they take a place.

    Attributes:
        disciplines: what we serve; at least one.
        solve: where a question of them goes.
    """

    disciplines: frozenset[Discipline] = field(validator=min_len(1))
    solve: Solve

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        if question.discipline not in self.disciplines:
            served = ", ".join(sorted(self.disciplines))
            return Refusal(f"we do not serve {question.discipline}; we serve {served}", Declined.NOT_SERVED)
        return await self.solve(caller, question)
