"""A network on which time runs faster than the story it tells: an hour of thinking in a minute.

Solvers think by waiting, and deadlines are minutes. Where both run at the same pace, everything a validator measures
keeps its proportions, and an epoch over a real network takes seconds. Above these wrappers all durations are the
story's; on the wire and in the machine they are real.
"""

from collections.abc import Sequence

from attrs import evolve, field, frozen
from attrs.validators import gt, le

from reasonforge.adapters.memory.characters import SolveHandler
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import Health, Refusal, Request, ScoreNotice, Transport
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.reply import Reply, Silence
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question


@frozen
class StoryClock:
    """`clock`, on which a story's second takes `pace` real ones. The date stays the real one: messages are dated by it.

    Attributes:
        pace: real seconds a story's second, in (0, 1].
    """

    clock: Clock
    pace: float = field(validator=[gt(0), le(1)])

    def now(self) -> float:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic() / self.pace

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds * self.pace)


@frozen
class StoryTransport:
    """The validator's side: questions go out with real deadlines, and replies come back measured in the story's time.

    Attributes:
        pace: real seconds a story's second, in (0, 1].
    """

    transport: Transport
    pace: float = field(validator=[gt(0), le(1)])

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]:
        hastened = [evolve(request, question=_timed(request.question, self.pace)) for request in requests]
        return [
            evolve(reply, elapsed_seconds=reply.elapsed_seconds / self.pace)
            for reply in await self.transport.ask(hastened)
        ]

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        return await self.transport.health(neurons)

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        return await self.transport.notify(notices)


@frozen
class StorySolve:
    """The miner's side: a handler that has the story's time for a question that came with the real one.

    Attributes:
        pace: as the validators'.
    """

    solve: SolveHandler
    pace: float = field(validator=[gt(0), le(1)])

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        return await self.solve(caller, _timed(question, 1 / self.pace))


def _timed(question: Question, factor: float) -> Question:
    return evolve(question, timeout_seconds=question.timeout_seconds * factor)
