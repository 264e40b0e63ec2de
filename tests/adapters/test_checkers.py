"""The checkers that need no sandbox, behind the one port."""

import asyncio
from collections.abc import Sequence

import pytest

from reasonforge.adapters.checks.checker import ArtefactChecks
from reasonforge.adapters.memory.workers import InlineWorkers
from reasonforge.adapters.symbolic.checker import SymbolicAnswers
from reasonforge.application.ports.checker import Checker
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefacts.equilibrium import equilibrium_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from tests.contracts.checker import CheckerContract

EXPRESSION = read_answer({"format": "expression", "value": "2*x*(x+1)", "variables": ["x"]})
FAIR = {"strategies": [["1/2", "1/2"], ["1/2", "1/2"]]}


def answered(text: str) -> Submission:
    return Submission(QueryId("q"), (), text)


class TestSymbolicAnswers(CheckerContract):
    def checker(self) -> Checker:
        return SymbolicAnswers(InlineWorkers())

    def task(self) -> Task:
        return Task(TaskId("t"), "Expand.", Discipline.MATHEMATICS, 1, EXPRESSION, ("numerical",))

    def right(self) -> Submission:
        return answered("2*x^2 + 2*x")

    def wrong(self) -> Sequence[Submission]:
        texts = ("", "2x^2", "2*x^2 + 2*x or 0", "__import__('os')", "9^9^9^9", "(" * 5_000, "x" * 50_000, "y", "1/0")
        return [answered(text) for text in texts]


class TestArtefactChecks(CheckerContract):
    def checker(self) -> Checker:
        return ArtefactChecks("equilibrium", InlineWorkers())

    def task(self) -> Task:
        artefact = equilibrium_artefact(
            [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], equilibrium=[["1/2", "1/2"], ["1/2", "1/2"]]
        )
        checks = ("solver", "equilibrium")
        return Task(TaskId("t"), "Play.", Discipline.STRATEGIC, 1, IntegerAnswer(0), checks, artefacts=(artefact,))

    def right(self) -> Submission:
        return Submission(QueryId("q"), (), "0", artifact={"equilibrium": FAIR})

    def wrong(self) -> Sequence[Submission]:
        parts: list[object] = [
            None, [], "1/2", {"strategies": [[1, 0], [1, 0]]}, {"strategies": [["1/0", "1"], ["1/2", "1/2"]]},
            {"strategies": [[True, False], ["1/2", "1/2"]]}, {"strategies": [[10**400, 1], [1, 1]]},
        ]  # fmt: skip
        return [Submission(QueryId("q"), (), "0", artifact={"equilibrium": part}) for part in parts]

    def test_a_task_without_data_is_its_author_s_fault(self) -> None:
        """No miner pays for a task that names a check and has nothing for it."""
        task = Task(TaskId("t"), "Play.", Discipline.STRATEGIC, 1, IntegerAnswer(0), ("solver", "equilibrium"))
        with pytest.raises(ValidatorFault, match="no data"):
            asyncio.run(self.checker().check(task, self.right()))
