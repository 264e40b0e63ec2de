"""What every Reasoner promises (application/ports/reasoner.py)."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId
from reasonforge.domain.task import Question

QUESTIONS = st.builds(
    Question,
    query_id=st.text(min_size=1, max_size=8).map(QueryId),
    problem=st.text(max_size=300),
    discipline=st.sampled_from(Discipline),
    difficulty=st.integers(1, 10),
    timeout_seconds=st.floats(1, 600),
    answer_format=st.sampled_from(({"format": "integer"}, {"format": "choice", "options": ["x", "y"]}, {})),
    context=st.text(max_size=20),
)


def think(reasoner: Reasoner, question: Question, budget: float, clock: Clock) -> tuple[Solution | NoAnswer, float]:
    """What a reasoner comes to, and in how many seconds of its clock."""

    async def go() -> tuple[Solution | NoAnswer, float]:
        start = clock.monotonic()
        found = await reasoner.reason(question, budget)
        return found, clock.monotonic() - start

    return asyncio.run(go())


class ReasonerContract:
    """Subclasses give a reasoner on a clock, and questions that it should have something to say to."""

    def clock(self) -> Clock:
        return MemoryClock()

    def reasoner(self, clock: Clock) -> Reasoner:
        raise NotImplementedError

    def questions(self) -> Sequence[Question]:
        raise NotImplementedError

    def test_every_question_gets_an_answer_or_none(self) -> None:
        """For any text at all there is a solution or an honest 'no answer', and it stops when its budget has passed."""

        @settings(max_examples=100, deadline=None)
        @given(QUESTIONS, st.floats(0.1, 300))
        def property_(question: Question, budget: float) -> None:
            clock = self.clock()
            found, seconds = think(self.reasoner(clock), question, budget, clock)
            assert isinstance(found, Solution | NoAnswer)
            assert seconds <= budget + 1e-5

        property_()

    @pytest.mark.parametrize("share", [0.05, 1.0])
    def test_it_stops_by_itself(self, share: float) -> None:
        """Thinking about a question it understands also ends within the budget, be it a small one."""
        for question in self.questions():
            clock = self.clock()
            _, seconds = think(self.reasoner(clock), question, share * question.timeout_seconds, clock)
            assert seconds <= share * question.timeout_seconds + 1e-5

    def test_it_answers_what_it_understands(self) -> None:
        """A question of its own kind gets a solution with steps and a final answer."""
        for question in self.questions():
            clock = self.clock()
            found, _ = think(self.reasoner(clock), question, question.timeout_seconds, clock)
            assert isinstance(found, Solution)
            assert found.steps
            assert found.final_answer

    def test_it_has_a_name(self) -> None:
        """The name says what is behind it."""
        assert self.reasoner(self.clock()).name
