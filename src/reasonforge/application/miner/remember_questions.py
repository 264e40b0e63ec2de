from attrs import evolve, frozen

from reasonforge.application.miner.route_by_discipline import Solve
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.score_book import AnswerState, AskedQuestion, ScoreBook
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.legible import legible
from reasonforge.domain.receive import NO_ANSWER
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question

LONGEST_ID = 64
LONGEST_DETAIL = 240


@frozen
class RememberQuestions:
    """What we were asked is kept with what we did about it, so that a score, which names only the question, says more.

    Kept as open before any work: a question whose work is cut off, at its deadline or with the process, stays open in
    the book. A book that cannot be written costs no answer; the operator is told.

    Attributes:
        solve: where the question goes.
    """

    solve: Solve
    book: ScoreBook
    clock: Clock
    notifier: Notifier

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        asked = AskedQuestion(
            validator=caller,
            query_id=QueryId(_line(question.query_id, LONGEST_ID)),
            discipline=question.discipline,
            difficulty=question.difficulty,
            timeout_seconds=question.timeout_seconds,
            asked_at=self.clock.now(),
        )
        came = self.clock.monotonic()
        try:
            await self.book.ask(asked)
        except StoreFault as fault:
            await self._tell(fault)
        found = await self.solve(caller, question)
        state, detail = _done(found)
        seconds = max(0.0, self.clock.monotonic() - came)
        try:
            await self.book.settle(evolve(asked, state=state, detail=detail, seconds=seconds))
        except StoreFault as fault:
            await self._tell(fault)
        return found

    async def _tell(self, fault: StoreFault) -> None:
        what = f"a question was not kept: {fault}"
        await self.notifier.tell(OperatorNotice(Severity.WARNING, what, "see `reasonforge doctor`"))


def _done(found: WireFields | Refusal) -> tuple[AnswerState, str]:
    if isinstance(found, Refusal):
        return AnswerState.DECLINED, _line(found.reason, LONGEST_DETAIL)
    status = found.get("proof_status")
    if isinstance(status, str) and status.startswith(NO_ANSWER):
        return AnswerState.DECLINED, _line(status.removeprefix(NO_ANSWER).removeprefix(": "), LONGEST_DETAIL)
    return AnswerState.ANSWERED, ""


def _line(text: str, most: int) -> str:
    return " ".join(legible(text[:most]).split())
