from collections.abc import Awaitable, Callable

from attrs import frozen

from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.gate import Barred, Gate
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.events import Declined
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question


@frozen
class BoundWork:
    """We think about a bounded number of questions at a time; when places are short, the greater stake goes first.

    A question that finds no place and no room to wait is refused at once. Waiting comes off the time for thinking, and
    is told as time taken. Past its deadline a question is dropped, whether it waits or is being thought about.

    Attributes:
        stake_of: TAO behind a caller, as far as we know it (`AdmitCaller.stake_of`).
    """

    solve: SolveTask
    gate: Gate
    clock: Clock
    stake_of: Callable[[Hotkey], float]

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        came = self.clock.monotonic()

        def thought() -> Awaitable[WireFields]:
            return self.solve(caller, question, waited_seconds=self.clock.monotonic() - came)

        done = await self.gate.run(thought, priority=self.stake_of(caller), within_seconds=question.timeout_seconds)
        match done:
            case Barred.BUSY:
                return Refusal("busy: no place is free, and greater stake goes first", Declined.BUSY)
            case Barred.LATE:
                return Refusal(f"we were not done within {question.timeout_seconds:g} s", Declined.LATE)
            case _:
                return done
