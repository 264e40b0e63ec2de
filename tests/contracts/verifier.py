"""What every Verifier promises (application/ports/verifier.py)."""

import asyncio
from collections.abc import Sequence

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.ports.verifier import SelfTest, Verifier
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification

QUESTION = Task(TaskId("t"), "What is 6 · 7?", Discipline.MATHEMATICS, 1, IntegerAnswer(42), ("numerical", "steps"))
MISSING = Task(TaskId("m"), "What is 6 · 7?", Discipline.MATHEMATICS, 1, IntegerAnswer(42), ("numerical", "telepathy"))

claims = st.builds(Claim, st.text(max_size=40), st.text(max_size=4), st.text(max_size=40))
steps = st.builds(
    ReasoningStep,
    st.integers(1, 50),
    st.text(max_size=40),
    st.text(max_size=40),
    claims=st.lists(claims, max_size=4).map(tuple),
)
submissions = st.builds(
    Submission, st.just(QueryId("q")), st.lists(steps, max_size=4).map(tuple), st.text(max_size=60),
    artifact=st.none() | st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    proof_artifact=st.none() | st.binary(max_size=20), code_artifact=st.none() | st.binary(max_size=20),
)  # fmt: skip


def submission(final_answer: str, *claims_made: Claim) -> Submission:
    return Submission(QueryId("q"), (ReasoningStep(1, "It follows.", claims=claims_made),), final_answer)


class VerifierContract:
    """Subclasses give a verifier; it must be able to judge a mathematical answer and its steps."""

    def verifier(self) -> Verifier:
        raise NotImplementedError

    def judge(self, task: Task, handed_in: Sequence[Submission]) -> Sequence[Verification]:
        return asyncio.run(self.verifier().judge(task, handed_in))

    def self_test(self) -> Sequence[SelfTest]:
        return asyncio.run(self.verifier().self_test())

    def test_one_verification_a_submission_in_order(self) -> None:
        """Right and wrong answers come back in the order in which they were handed in."""
        verifications = self.judge(QUESTION, [submission("42"), submission("41"), submission("42")])
        assert [one.correctness for one in verifications] == [1.0, 0.0, 1.0]

    def test_each_is_judged_by_its_own_task(self) -> None:
        """Submissions to tasks of their own are judged as each task's alone would be, in order."""
        other = evolve(QUESTION, task_id=TaskId("o"), problem="What is 6 · 8?", answer=IntegerAnswer(48))
        handed_in = [submission("42"), submission("42"), submission("48")]
        found = asyncio.run(self.verifier().judge_each([QUESTION, other, other], handed_in))
        assert [one.correctness for one in found] == [1.0, 0.0, 1.0]
        assert list(found) == [*self.judge(QUESTION, handed_in[:1]), *self.judge(other, handed_in[1:])]
        assert list(asyncio.run(self.verifier().judge_each([], []))) == []

    def test_nothing_handed_in(self) -> None:
        """No submissions, no verifications."""
        assert list(self.judge(QUESTION, [])) == []

    def test_checks_are_the_task_s(self) -> None:
        """Every discipline's verification has a verdict for each check the task names, and for no other."""
        for discipline, check in ANSWER_CHECK.items():
            task = Task(TaskId("t"), "What is 6 · 7?", discipline, 1, IntegerAnswer(42), (check,))
            (verification,) = self.judge(task, [submission("42")])
            assert list(verification.checks) == [check]
            assert verification.outcomes() == {check: 1.0}

    def test_nothing_handed_in_makes_a_check_unavailable(self) -> None:
        """No submission can raise, or turn a check that can be made into one that cannot."""

        @settings(max_examples=200)
        @given(submissions)
        def property_(handed_in: Submission) -> None:
            (verification,) = self.judge(QUESTION, [handed_in])
            assert set(verification.checks) == {"numerical", "steps"}
            assert all(not isinstance(outcome, Unavailable) for outcome in verification.outcomes().values())
            assert verification.correctness in {0.0, 1.0}

        property_()

    def test_what_we_lack_is_unavailable(self) -> None:
        """A check for which there is no tool is unavailable with a reason, for right and wrong answers alike."""
        for verification in self.judge(MISSING, [submission("42"), submission("41")]):
            outcome = verification.checks["telepathy"].outcome
            assert isinstance(outcome, Unavailable)
            assert outcome.reason

    def test_judging_again_finds_the_same(self) -> None:
        """A verification depends on the task and the submission only."""
        handed_in = submission("42", Claim("6 * 7", "=", "42"))
        assert self.judge(QUESTION, [handed_in]) == self.judge(QUESTION, [submission("41"), handed_in])[1:]

    def test_it_does_not_lie(self) -> None:
        """Every tool accepts its true example and refuses its false one."""
        results = self.self_test()
        assert results
        assert all(result.passed for result in results)
