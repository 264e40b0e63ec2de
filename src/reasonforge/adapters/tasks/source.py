import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from random import Random

from attrs import evolve, field, frozen

from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.made import Made, made, variant_seed
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.application.ports.task_source import NOTHING_SEEN
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.task import Task

_SEED_BITS = 128
_ATTEMPTS = 40
"""Seeds tried before a family counts as having nothing new at a difficulty."""
VARIANT_ATTEMPTS = 12
"""Seeds tried for one miner before a task counts as one that allows no variants."""
MOST_VARIANTS = 256
"""Of one task: beyond that, comparing each with all others would take minutes."""


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

    @property
    def offers(self) -> tuple[str, ...]:
        return tuple(_offered(family) for family in self.families)

    async def draw(
        self,
        epoch: Epoch,  # noqa: ARG002 - the port's
        count: int,
        traps: int,
        rng: Random,
        seen: AbstractSet[str] = NOTHING_SEEN,
        families: Sequence[str] | None = None,
    ) -> Sequence[Task]:
        """See `TaskSource`; besides, difficulties are spread evenly and a discipline's families take turns.

        `epoch` is not read: its randomness comes in `rng`. A trap is any of the tasks, chosen after they are made.

        Raises:
            ValueError: fewer tasks than traps, or fewer than none.
            ValidatorFault: a discipline's families have nothing new left, or one that was named is not offered.
        """
        if not 0 <= traps <= count:
            message = f"of {count} tasks, {traps} cannot be traps"
            raise ValueError(message)
        among = self.families if families is None else self._named(families)
        levels = rng.sample(range(count), count)
        taken = set(seen)
        tasks: list[Task] = []
        for family, level in zip(_turns(among, count, rng), levels, strict=True):
            place = int((level + rng.random()) / count * len(family.difficulties))
            difficulty = family.difficulties[min(place, len(family.difficulties) - 1)]
            found = await _unseen(_ways(family, difficulty, among), taken, rng)
            taken.add(found.task.instance)
            tasks.append(evolve(found.task, timeout_seconds=self.timeout_seconds))
        rng.shuffle(tasks)
        trapped = set(rng.sample(range(count), traps))
        return tuple(task.as_trap() if at in trapped else task for at, task in enumerate(tasks))

    async def variants(
        self, task: Task, miners: Sequence[Hotkey], seen: AbstractSet[str] = NOTHING_SEEN
    ) -> Sequence[Task]:
        """See `TaskSource`. Whether a task allows them is found by trying: each miner's instance is drawn until its
        answer differs from the others', and where one miner finds none in `VARIANT_ATTEMPTS` the answers are too few.

        A choice with fewer options than miners is not even tried, nor are more miners than `MOST_VARIANTS`.
        """
        family = next((one for one in self.families if one.name == task.family and one.version == task.version), None)
        options = task.answer.wire_format().get("options")
        too_few = isinstance(options, list) and len(options) < len(miners)
        if family is None or too_few or len(miners) > MOST_VARIANTS:
            return ()
        own = made(family, task.seed, task.difficulty)
        taken = {*seen, task.instance}
        found: list[Made] = []
        for miner in miners:
            fresh = await self._variant(own, miner, taken, found)
            if fresh is None:
                return ()
            taken.add(fresh.task.instance)
            found.append(fresh)
        return tuple(
            evolve(one.task, timeout_seconds=task.timeout_seconds, is_trap=task.is_trap, source=task.source)
            for one in found
        )

    async def _variant(self, own: Made, miner: Hotkey, taken: AbstractSet[str], others: Sequence[Made]) -> Made | None:
        for attempt in range(VARIANT_ATTEMPTS):
            fresh = made(own.family, variant_seed(own.task.seed, miner, attempt), own.task.difficulty)
            await asyncio.sleep(0)  # milliseconds each: let others have their turn
            same = (fresh.size, fresh.task.checks) == (own.size, own.task.checks)
            if same and fresh.task.instance not in taken and all(fresh.differs_from(other) for other in others):
                return fresh
        return None

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

    def _named(self, wanted: Sequence[str]) -> tuple[AnyFamily, ...]:
        offered = {_offered(family): family for family in self.families}
        missing = [name for name in wanted if name not in offered]
        if missing:
            message = (
                f"the epoch's tasks are drawn from families that are not offered here: {', '.join(missing)[:200]}; "
                "start with the tools and the version that the epoch began with"
            )
            raise ValidatorFault(message)
        return tuple(offered[name] for name in wanted)


def task_of(family: AnyFamily, seed: str, difficulty: int) -> Task:
    """The task of a seed. The same for the same family, version, seed and difficulty, everywhere.

    Raises:
        ValueError: the family has no such difficulty.
    """
    return made(family, seed, difficulty).task


def _offered(family: AnyFamily) -> str:
    return f"{family.name}/{family.version}"


def _turns(families: Sequence[AnyFamily], count: int, rng: Random) -> list[AnyFamily]:
    """A family for each task: disciplines take turns, and within each its families do."""
    by_discipline: dict[Discipline, list[AnyFamily]] = {}
    for family in families:
        by_discipline.setdefault(family.discipline, []).append(family)
    groups = list(by_discipline.values())
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    return [groups[at % len(groups)][at // len(groups) % len(groups[at % len(groups)])] for at in range(count)]


def _ways(family: AnyFamily, difficulty: int, families: Sequence[AnyFamily]) -> list[tuple[AnyFamily, int]]:
    """What may take the place of a family at a difficulty: first that itself, then its nearest difficulties, then the
    other families of its discipline, likewise.
    """
    others = [one for one in families if one.discipline is family.discipline and one is not family]
    return [
        (one, level)
        for one in (family, *others)
        for level in sorted(one.difficulties, key=lambda level: (abs(level - difficulty), level))
    ]


async def _unseen(ways: Sequence[tuple[AnyFamily, int]], taken: AbstractSet[str], rng: Random) -> Made:
    for family, difficulty in ways:
        for _ in range(_ATTEMPTS):
            found = made(family, f"{rng.getrandbits(_SEED_BITS):0{_SEED_BITS // 4}x}", difficulty)
            await asyncio.sleep(0)  # milliseconds each: let others have their turn
            if found.task.instance not in taken:
                return found
    message = f"the {ways[0][0].discipline} families have no more new statements at any difficulty; draw fewer tasks"
    raise ValidatorFault(message)
