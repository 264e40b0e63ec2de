import asyncio
from collections.abc import Sequence
from random import Random

from attrs import evolve, field, frozen

from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, pose
from reasonforge.adapters.tasks.hidden_inputs import with_secret_inputs
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import TaskId
from reasonforge.domain.task import Task

_SEED_BITS = 128
_ATTEMPTS = 200


def _at_least_one(_instance: object, _attribute: object, families: tuple[AnyFamily, ...]) -> None:
    names = [family.name for family in families]
    if not names or len(set(names)) != len(names):
        raise ValueError("a source of tasks needs at least one family, each of another name")


@frozen
class GeneratedTasks:
    """Tasks out of the families' generators, the seeds drawn from the epoch's own randomness.

    A task carries its family, version and seed, so that after the epoch anyone can make it again (`regenerate`).

    Attributes:
        families: where tasks come from; disciplines without a family get no task.
        timeout_seconds: every task's deadline, > 0.
    """

    families: tuple[AnyFamily, ...] = field(default=ANYWHERE, validator=_at_least_one)
    timeout_seconds: float = 300.0

    async def draw(self, epoch: Epoch, count: int, traps: int, rng: Random) -> Sequence[Task]:  # noqa: ARG002 - the port's
        """See `TaskSource`; besides, difficulties are spread evenly and a discipline's families take turns.

        `epoch` is not read: its randomness comes in `rng`. A trap is any of the tasks, chosen after they are made.

        Raises:
            ValueError: fewer tasks than traps, or fewer than none.
            ValidatorFault: the families have too few statements for so many tasks.
        """
        if not 0 <= traps <= count:
            message = f"of {count} tasks, {traps} cannot be traps"
            raise ValueError(message)
        levels = rng.sample(range(count), count)
        seen: set[str] = set()
        tasks: list[Task] = []
        for family, level in zip(self._turns(count, rng), levels, strict=True):
            place = int((level + rng.random()) / count * len(family.difficulties))
            difficulty = family.difficulties[min(place, len(family.difficulties) - 1)]
            tasks.append(self._unseen(family, difficulty, seen, rng))
            await asyncio.sleep(0)  # generating takes milliseconds a task: let others have their turn
        rng.shuffle(tasks)
        trapped = set(rng.sample(range(count), traps))
        return tuple(task.as_trap() if at in trapped else task for at, task in enumerate(tasks))

    def regenerate(self, family: str, version: int, seed: str, difficulty: int) -> Task:
        """The task that was once drawn with this seed, but for whether it was a trap.

        Raises:
            OperatorError: no such family, or it has another version by now.
            ValueError: the family has no such difficulty.
        """
        for candidate in self.families:
            if candidate.name == family:
                if candidate.version != version:
                    message = f"family {family} is at version {candidate.version} here; version {version} is needed"
                    raise OperatorError(message)
                return evolve(task_of(candidate, seed, difficulty), timeout_seconds=self.timeout_seconds)
        message = f"there is no task family {family!r} here"
        raise OperatorError(message)

    def _turns(self, count: int, rng: Random) -> list[AnyFamily]:
        """A family for each task: disciplines take turns, and within each its families do."""
        by_discipline: dict[Discipline, list[AnyFamily]] = {}
        for family in self.families:
            by_discipline.setdefault(family.discipline, []).append(family)
        groups = list(by_discipline.values())
        rng.shuffle(groups)
        for group in groups:
            rng.shuffle(group)
        return [groups[at % len(groups)][at // len(groups) % len(groups[at % len(groups)])] for at in range(count)]

    def _unseen(self, family: AnyFamily, difficulty: int, seen: set[str], rng: Random) -> Task:
        for _ in range(_ATTEMPTS):
            task = task_of(family, f"{rng.getrandbits(_SEED_BITS):0{_SEED_BITS // 4}x}", difficulty)
            if task.problem not in seen:
                seen.add(task.problem)
                return evolve(task, timeout_seconds=self.timeout_seconds)
        message = f"family {family.name} has no more new statements at difficulty {difficulty}; draw fewer tasks"
        raise ValidatorFault(message)


def task_of(family: AnyFamily, seed: str, difficulty: int) -> Task:
    """The task of a seed. The same for the same family, version, seed and difficulty, everywhere.

    Raises:
        ValueError: the family has no such difficulty.
    """
    posed = pose(family, seed, difficulty)
    keyed = with_secret_inputs(family, posed.instance, f"{family.name}/{family.version}/{difficulty}/{seed}")
    return Task(
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
    )


def _checks(family: AnyFamily, instance: object) -> tuple[str, ...]:
    if isinstance(family, ArtefactFamily):
        return family.checks(instance)
    answer_check = ANSWER_CHECK[family.discipline]
    return (answer_check, "steps") if family.discipline is Discipline.MATHEMATICS else (answer_check,)
