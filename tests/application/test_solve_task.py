import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Question
from tests.application.thinker import Thinker

QUESTION = Question(QueryId("q" * 32), "What is 6·7?", Discipline.MATHEMATICS, 3, 100.0, {"format": "integer"})
STEPS = (
    ReasoningStep(1, "Six sevens.", "6·7", 0.9, "6 * 7", (Claim("6*7", "=", "42"),)),
    ReasoningStep(2, "So 42.", confidence=0.8),
)
ANSWERS = st.text('abc 7/−é≤[]"\\🙂', min_size=1, max_size=20)


def handed_in(found: Solution | NoAnswer, share: float = 0.5, margin: float = 0.1) -> Submission | Silence:
    clock = MemoryClock()
    fields = asyncio.run(SolveTask(Thinker(clock, found, share), clock, margin)(Hotkey("v"), QUESTION))
    return receive(fields, QUESTION.query_id)


@settings(deadline=None)
@given(ANSWERS, st.none() | st.dictionaries(ANSWERS, st.integers(0, 9) | ANSWERS))
def test_a_solution_is_handed_in_whole(answer: str, artifact: object) -> None:
    """What the reasoner came to is what the validator receives, with the time it took by the miner's clock."""
    solution = Solution(STEPS, answer, artifact, proof_artifact=b"qed" * 99, code_artifact=b"print(42)")
    assert handed_in(solution) == Submission(
        query_id=QUESTION.query_id,
        steps=STEPS,
        final_answer=answer,
        artifact=artifact,
        proof_artifact=b"qed" * 99,
        code_artifact=b"print(42)",
        claimed_ms=45_000.0,
    )


def test_no_answer_is_said_honestly() -> None:
    """'I do not know' arrives as a silence of its own kind, with the reason."""
    found = handed_in(NoAnswer("no family that I know states this problem"))
    assert isinstance(found, Silence)
    assert found.reason is SilenceReason.NO_ANSWER
    assert "no family that I know" in found.detail


@settings(deadline=None)
@given(st.floats(0, 0.9))
def test_the_margin_is_kept(margin: float) -> None:
    """The reasoner gets the deadline less the margin, which is for the way."""
    found = handed_in(Solution(STEPS, "42"), share=1.0, margin=margin)
    assert isinstance(found, Submission)
    assert found.claimed_ms is not None
    assert abs(found.claimed_ms - 100_000 * (1 - margin)) <= 0.51  # it is told in whole milliseconds


def test_what_cannot_be_sent_is_no_answer() -> None:
    """A solution that no validator would take is not sent in part: it is an honest 'no answer'."""
    unsayable = Solution(STEPS, "42", artifact={"a": 2**80})
    found = handed_in(unsayable)
    assert isinstance(found, Silence)
    assert found.reason is SilenceReason.NO_ANSWER
