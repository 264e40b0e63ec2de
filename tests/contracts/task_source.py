"""What every TaskSource promises (application/ports/task_source.py)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.ports.task_source import TaskSource
from reasonforge.domain.answer import exactly
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.task import Task

EPOCH = Epoch(EpochNumber(3), BlockNumber(1_083), BlockNumber(1_443))


class TaskSourceContract:
    """Subclasses give a source with tasks of all six disciplines."""

    def source(self) -> TaskSource:
        raise NotImplementedError

    def draw(self, count: int, traps: int, seed: int) -> Sequence[Task]:
        return asyncio.run(self.source().draw(EPOCH, count, traps, Random(seed)))

    def test_counts_and_balance(self) -> None:
        """Exactly as many tasks and traps as asked, the disciplines' counts at most one apart, no statement twice."""

        @settings(max_examples=25, deadline=None)
        @given(
            st.integers(0, 20).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count))), st.integers()
        )
        def property_(asked: tuple[int, int], seed: int) -> None:
            count, traps = asked
            tasks = self.draw(count, traps, seed)
            assert len(tasks) == count
            assert sum(task.is_trap for task in tasks) == traps
            per_discipline = Counter(dict.fromkeys(Discipline, 0))
            per_discipline.update(task.discipline for task in tasks)
            assert max(per_discipline.values()) - min(per_discipline.values()) <= 1
            assert len({task.problem for task in tasks}) == count

        property_()

    def test_the_rng_decides(self) -> None:
        """The same state gives the same tasks in the same order, another state other tasks."""
        assert self.draw(8, 2, 1) == self.draw(8, 2, 1)
        assert {task.problem for task in self.draw(8, 2, 1)}.isdisjoint(task.problem for task in self.draw(8, 2, 2))

    def test_no_place_is_a_trap_s(self) -> None:
        """Over many draws traps are found at every place, and in every discipline."""
        draws = [self.draw(6, 1, seed) for seed in range(40)]
        assert {at for tasks in draws for at, task in enumerate(tasks) if task.is_trap} == set(range(6))
        assert {task.discipline for tasks in draws for task in tasks if task.is_trap} == set(Discipline)

    def test_tasks_can_be_scored(self) -> None:
        """A task's truth is right by its own checker, its checks are of its discipline, its deadline is positive."""
        for task in self.draw(18, 3, 5):
            assert exactly(task.answer).check(task.answer.truth()).grade == 1.0
            assert task.checks
            assert set(task.checks) <= DEFAULT_PARAMETERS.check_weights[task.discipline].keys()
            assert task.timeout_seconds > 0
