from attrs import frozen

from reasonforge.application.miner.route_by_discipline import Solve
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.events import Declined, QuestionCame, QuestionSettled
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.receive import NO_ANSWER
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question


@frozen
class ObserveQuestions:
    """Onlookers see each question come, and what became of it; one whose work was cut off was too late."""

    miner: Hotkey
    solve: Solve
    clock: Clock
    telemetry: Telemetry

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        came = QuestionCame(self.miner, caller, question.query_id, question.discipline, question.difficulty)
        began = self.clock.monotonic()
        declined: Declined | None = Declined.LATE
        self.telemetry.emit(came)
        try:
            found = await self.solve(caller, question)
            declined = _declined(found)
            return found
        finally:
            self.telemetry.emit(QuestionSettled(came, max(0.0, self.clock.monotonic() - began), declined))


def _declined(found: WireFields | Refusal) -> Declined | None:
    if isinstance(found, Refusal):
        return found.kind
    status = found.get("proof_status")
    return Declined.NO_ANSWER if isinstance(status, str) and status.startswith(NO_ANSWER) else None
