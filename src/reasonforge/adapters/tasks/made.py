"""A task as its family makes it, and whether one task's right answer would pass for another's."""

import hashlib
import hmac
import json
from typing import Any

from attrs import frozen

from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, pose
from reasonforge.adapters.tasks.hidden_inputs import with_secret_inputs
from reasonforge.adapters.tasks.written_program import ProgramFamily
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.program import CodeAnswer
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.identity import Hotkey, TaskId
from reasonforge.domain.task import Task

_INSTANCE_CHARACTERS, _SEED_CHARACTERS = 32, 32
_MOST_ALIKE = 0.5


@frozen
class Made:
    """A task, its family, and the instance behind its statement."""

    task: Task
    family: AnyFamily
    instance: Any

    def differs_from(self, other: "Made") -> bool:
        """Whether the right answer of neither is accepted, not even in part, for the other. Of one family."""
        return not (self.accepts(other) or other.accepts(self))

    def accepts(self, other: "Made") -> bool:
        """Whether the other's right answer would pass here, even in part.

        A program passes where more than half of the hidden tests cannot tell its meaning from this one's.
        """
        answer, theirs = self.task.answer, other.task.answer
        if isinstance(answer, ExactAnswer):
            return answer.check(theirs.truth()).grade > 0.0
        if isinstance(answer, CodeAnswer) and isinstance(self.family, ProgramFamily):
            passed = sum(self.family.value(other.instance, test.input) == test.output for test in answer.tests)
            return bool(passed > _MOST_ALIKE * len(answer.tests))
        return True  # nobody here can tell

    @property
    def size(self) -> int:
        """Its family's measure of it."""
        return self.family.size(self.instance)


def made(family: AnyFamily, seed: str, difficulty: int) -> Made:
    """The task of a seed. The same for the same family, version, seed and difficulty, everywhere.

    Raises:
        ValueError: the family has no such difficulty.
    """
    posed = pose(family, seed, difficulty)
    keyed = with_secret_inputs(family, posed.instance, f"{family.name}/{family.version}/{difficulty}/{seed}")
    task = Task(
        task_id=TaskId(f"{family.discipline}.{family.name}/{family.version}/{seed}/{difficulty}"),
        problem=posed.statement,
        discipline=family.discipline,
        difficulty=difficulty,
        answer=keyed.answer(posed.instance),
        checks=_checks(family, posed.instance),
        family=family.name,
        version=family.version,
        seed=seed,
        artefacts=keyed.artefacts(posed.instance) if isinstance(keyed, ArtefactFamily) else (),
        instance=named(family, posed.instance),
    )
    return Made(task, family, posed.instance)


def named(family: AnyFamily, instance: Any) -> str:
    """The name of an instance: the same however it is phrased."""
    told = f"{family.name}: {family.state(instance, 0)}"
    return hashlib.sha256(told.encode()).hexdigest()[:_INSTANCE_CHARACTERS]


def variant_seed(task_seed: str, miner: Hotkey, attempt: int) -> str:
    """The seed of a miner's own instance. It tells nothing of the task's seed, nor of any other miner's."""
    words = json.dumps(["variant", miner, attempt]).encode()
    return hmac.new(task_seed.encode(), words, hashlib.sha256).hexdigest()[:_SEED_CHARACTERS]


def _checks(family: AnyFamily, instance: object) -> tuple[str, ...]:
    if isinstance(family, ArtefactFamily):
        return family.checks(instance)
    answer_check = ANSWER_CHECK[family.discipline]
    return (answer_check, "steps") if family.discipline is Discipline.MATHEMATICS else (answer_check,)
