"""How a miner comes by what another one hands in: for the characters that copy."""

from collections import deque

from attrs import define, field, frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.domain.task import Question

_REMEMBERED = 256
_LOOK_SECONDS = 1.0
_APART_SECONDS = 10.0
"""Within which two miners are asked one task."""


@frozen
class _Seen:
    asked_at: float
    handed_in_at: float
    question: Question
    solution: Solution


@define
class Leak:
    """What one miner was asked and handed in, the newest of it, for whoever looks."""

    _seen: deque[_Seen] = field(factory=lambda: deque(maxlen=_REMEMBERED), init=False)

    def show(self, asked_at: float, handed_in_at: float, question: Question, solution: Solution) -> None:
        """Note a solution."""
        self._seen.append(_Seen(asked_at, handed_in_at, question, solution))

    def like(self, question: Question, since: float, now: float) -> Solution | None:
        """The newest solution to a question asked since then that looks the same but for its problem."""
        for seen in reversed(self._seen):
            if seen.asked_at >= since and seen.handed_in_at <= now and _looks(seen.question) == _looks(question):
                return seen.solution
        return None


@frozen
class Careless:
    """Thinks as the reasoner it wraps does, and lets others see it."""

    reasoner: Reasoner
    leak: Leak
    clock: Clock

    @property
    def name(self) -> str:
        return self.reasoner.name

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        asked_at = self.clock.monotonic()
        found = await self.reasoner.reason(question, budget_seconds)
        if isinstance(found, Solution):
            self.leak.show(asked_at, self.clock.monotonic(), question, found)
        return found


async def overheard(leak: Leak, question: Question, clock: Clock, patience_seconds: float) -> Solution | NoAnswer:
    """What leaks of a question like this one, as soon as it does."""
    start = clock.monotonic()
    while (found := leak.like(question, start - _APART_SECONDS, clock.monotonic())) is None:
        if clock.monotonic() - start >= patience_seconds:
            return NoAnswer("nothing like it leaked")
        await clock.sleep(_LOOK_SECONDS)
    return found


def _looks(question: Question) -> tuple[object, ...]:
    asked = question.answer_format
    return (question.discipline, question.difficulty, asked.get("format"), str(asked.get("artifact")))
