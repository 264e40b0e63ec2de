from attrs import frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.receive import no_answer_fields, wire_fields
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question


@frozen
class SolveTask:
    """A question becomes the reply that is sent, sealed with its hash; 'I do not know' is sent as just that.

    Attributes:
        margin: share of the deadline in [0, 1) that is left for the way there and back; the rest is the reasoner's.
    """

    reasoner: Reasoner
    clock: Clock
    margin: float = 0.1

    async def __call__(self, _caller: Hotkey, question: Question, *, waited_seconds: float = 0.0) -> WireFields:
        """The reply. `waited_seconds` ≥ 0 went by since the question came: they count as time taken, and are gone."""
        start = self.clock.monotonic() - waited_seconds
        budget = question.timeout_seconds * (1 - self.margin) - waited_seconds
        if budget <= 0:
            return no_answer_fields(question.query_id, "the question waited too long to be thought about")
        found = await self.reasoner.reason(question, budget)
        taken_ms = round((self.clock.monotonic() - start) * 1000)  # nobody can tell less apart
        if isinstance(found, NoAnswer):
            return no_answer_fields(question.query_id, found.reason)
        try:
            return _sealed(question, found, taken_ms)
        except ValueError as error:
            return no_answer_fields(question.query_id, str(error))


def _sealed(question: Question, solution: Solution, taken_ms: float) -> WireFields:
    return wire_fields(
        question.query_id,
        steps=solution.steps,
        final_answer=solution.final_answer,
        artifact=solution.artifact,
        proof_artifact=solution.proof_artifact,
        code_artifact=solution.code_artifact,
        claimed_ms=taken_ms,
    )
