"""What every Jury promises."""

import asyncio
from collections.abc import Sequence
from random import Random

from reasonforge.application.ports.jury import Exhibit, Jury
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import Hotkey, QueryId, TaskId
from reasonforge.domain.judgement import Judgement
from reasonforge.domain.likeness import UNLIKE
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

TASK = Task(TaskId("t"), "What is 6·7?", Discipline.CODE, 3, IntegerAnswer(42), ("tests",))
UNCHECKABLE = Task(TaskId("u"), "What is 6·7?", Discipline.CODE, 3, IntegerAnswer(42), ("formal",))


def exhibit(number: int, answer: str = "42") -> Exhibit:
    return Exhibit(Submission(QueryId(f"q{number}"), (), answer), 20.0 + number, UNLIKE)


class JuryContract:
    """Subclasses give a jury of these validators that draws three for every exhibit."""

    validators = tuple(Hotkey(f"v{number}") for number in range(5))
    size = 3

    def jury(self) -> Jury:
        raise NotImplementedError

    def judge(self, task: Task, exhibits: Sequence[Exhibit], seed: int = 1) -> Sequence[tuple[Judgement, ...]]:
        return asyncio.run(self.jury().judge(task, exhibits, Random(seed)))

    def test_one_panel_an_exhibit(self) -> None:
        """Every exhibit gets one tuple of judgements, in order."""
        right, wrong = self.judge(TASK, [exhibit(1), exhibit(2, "41")])
        assert min(one.score for one in right) > max(one.score for one in wrong)

    def test_nothing_to_judge(self) -> None:
        """No exhibits, no judgements."""
        assert list(self.judge(TASK, [])) == []

    def test_judges_are_drawn_without_repetition(self) -> None:
        """An exhibit is judged by as many different validators as were asked for."""
        for panel in self.judge(TASK, [exhibit(number) for number in range(20)]):
            judges = [one.validator for one in panel]
            assert len(set(judges)) == len(judges) == self.size
            assert set(judges) <= set(self.validators)

    def test_the_seed_draws_the_judges(self) -> None:
        """The same rng state gives the same judgements, another one other judges."""
        exhibits = [exhibit(number) for number in range(20)]
        assert self.judge(TASK, exhibits, 1) == self.judge(TASK, exhibits, 1)
        assert self.judge(TASK, exhibits, 1) != self.judge(TASK, exhibits, 2)

    def test_every_validator_is_drawn_at_times(self) -> None:
        """Over many exhibits nobody is left out."""
        panels = self.judge(TASK, [exhibit(number) for number in range(60)])
        assert {one.validator for panel in panels for one in panel} == set(self.validators)

    def test_a_judge_that_could_not_check_says_nothing(self) -> None:
        """An exhibit that nobody can check has no judgements: that is not a score of 0."""
        assert list(self.judge(UNCHECKABLE, [exhibit(1)])) == [()]
