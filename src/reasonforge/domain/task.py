"""What is asked: a task as the validator holds it, and the question that travels."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId, TaskId


def difficulty_in_range(_instance: object, _attribute: object, value: int) -> None:
    """A validator of attrs: 1 to 10, and no bool or float that looks like it."""
    if type(value) is not int or not 1 <= value <= 10:
        message = f"difficulty goes from 1 to 10, and is {value!r}"
        raise ValueError(message)


@frozen
class Question:
    """What travels to a miner. Nothing in it tells a trap from another task.

    Attributes:
        query_id: the wire's `task_id`; opaque and fresh for every (task, miner).
        problem: the statement, with the answer's format in it.
        timeout_seconds: the miner's wall-clock deadline, > 0.
        context, constraints: what the task supplies beside the statement; empty when nothing.
        answer_format: the answer's specification without what would give it away.
    """

    query_id: QueryId
    problem: str
    discipline: Discipline
    difficulty: int = field(validator=difficulty_in_range)
    timeout_seconds: float
    answer_format: Mapping[str, Any]
    context: str = ""
    constraints: str = ""


@frozen
class Task:
    """One task with its ground truth, as only the validator sees it.

    Attributes:
        task_id: the validator's own name of it.
        answer: how the final answer is written and what it must equal.
        checks: which checks of the discipline's table (Eq. 11) this task uses; never empty.
        artefacts: what some of those checks need beside the final answer; at most one a check.
        family, version, seed: from which it can be generated again; empty for a task that was not generated.
        is_trap: counted by Eq. 9.
        previously_unsolved: a breakthrough (Eq. 6) is possible.
        source: `generated`, `database` or `api`.
        instance: names the problem behind the statement, however it is phrased; empty when nobody knows it.
    """

    task_id: TaskId
    problem: str
    discipline: Discipline
    difficulty: int = field(validator=difficulty_in_range)
    answer: AnswerSpecification
    checks: tuple[str, ...]
    timeout_seconds: float = 300.0
    context: str = ""
    constraints: str = ""
    family: str = ""
    version: int = 0
    seed: str = ""
    is_trap: bool = False
    previously_unsolved: bool = False
    source: str = "generated"
    artefacts: tuple[ArtefactSpecification, ...] = ()
    instance: str = ""

    def __attrs_post_init__(self) -> None:
        names = [artefact.check for artefact in self.artefacts]
        strange = [name for name in names if name not in self.checks or names.count(name) > 1]
        if strange:
            message = f"an artefact belongs to one check of its task, and {strange[0]!r} is none or has several"
            raise ValueError(message)

    def as_trap(self) -> "Task":
        """The same task, counted by Eq. 9."""
        return evolve(self, is_trap=True)

    def question(self, query_id: QueryId) -> Question:
        """What travels of it."""
        return Question(
            query_id=query_id,
            problem=self.problem,
            discipline=self.discipline,
            difficulty=self.difficulty,
            timeout_seconds=self.timeout_seconds,
            answer_format=self._answer_format(),
            context=self.context,
            constraints=self.constraints,
        )

    def artefact_for(self, check: str) -> ArtefactSpecification | None:
        """What a check needs beside the final answer; None when nothing."""
        return next((artefact for artefact in self.artefacts if artefact.check == check), None)

    def _answer_format(self) -> Mapping[str, Any]:
        """The answer's wire form; under `artifact`, what each check asks for beside it."""
        asked = {artefact.check: artefact.asks for artefact in self.artefacts}
        return {**self.answer.wire_format(), **({"artifact": asked} if asked else {})}

    def weights_of(self, table: Mapping[str, float]) -> dict[str, float]:
        """Eq. 11's ω of the checks this task uses, out of its discipline's table."""
        return {name: table[name] for name in self.checks}
