"""Draw an epoch's tasks again from its revealed seed, and compare them with what was recorded."""

from collections.abc import Mapping, Sequence

from attrs import fields, frozen

from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_pool import TaskPool
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.validator.draw_plan import draw_tasks
from reasonforge.application.validator.take_pool_tasks import allows_variants, as_asked
from reasonforge.domain.answers.open_answer import OpenAnswer
from reasonforge.domain.commitment import EpochCommitment, SeedRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId
from reasonforge.domain.report import HAS_RESULTS, ScoredReply, ScoredTask, Variant
from reasonforge.domain.seed import EpochSeed
from reasonforge.domain.task import Task
from reasonforge.domain.user_answer import SOURCE, is_users


@frozen
class ReplayedTask:
    """One task of the plan.

    Attributes:
        recorded: whether the epoch came so far as to record it.
        variants: miners that had an instance of their own, all of them drawn again.
        differences: a sentence each; empty when everything is as the seed says.
    """

    index: int
    task: Task
    recorded: bool
    variants: int
    differences: tuple[str, ...]


@frozen
class Replay:
    """A whole epoch; `differences` are those of no one task."""

    record: SeedRecord
    tasks: tuple[ReplayedTask, ...]
    differences: tuple[str, ...]

    @property
    def proved(self) -> bool:
        """Whether everything recorded is what the seed says."""
        return not self.differences and not any(task.differences for task in self.tasks)


@frozen
class ReplayEpoch:
    """Nobody was favoured: which tasks and traps, whose variant, whose query id all follow from the seed that
    was committed to before anybody was asked, and from what was asked before.
    """

    store: Store
    tasks: TaskSource
    pool: TaskPool

    async def __call__(self, number: EpochNumber) -> Replay:
        """Raises `OperatorError` when there is nothing to prove, `ValidatorFault` when its families are not here."""
        record = await self.store.commitment_of(number)
        if record is None:
            raise OperatorError(f"epoch {number} has no commitment in this file")
        if record.revealed is None:
            raise OperatorError(f"the seed of epoch {number} is not revealed yet: the epoch is not over")
        committed, seed = record.committed, record.revealed
        recorded = await self.store.recorded(number)
        noted = await self.store.asked_instances(number, EpochNumber(number + 1))
        if not recorded and (not noted or await self.store.state_of(number) in HAS_RESULTS):
            raise OperatorError(f"the tasks of epoch {number} are not kept any more (--validator.keep_epochs)")
        seen = set(await self.store.asked_instances(committed.since(), number))
        users = [_user_task(name, recorded) for name in committed.user_tasks]
        pool = await self._of_the_pool(committed)
        drawn = await draw_tasks(self.tasks, committed, seed, seen, [*users, *pool])
        seen.update(task.instance for task in drawn)
        replayed, asked = [], {task.instance for task in drawn if task.instance}
        for index, task in enumerate(drawn):
            scored = recorded.get(index)
            own: Sequence[Task] = ()
            if scored is not None and allows_variants(task, committed):
                own = await self.tasks.variants(task, [reply.hotkey for reply in scored.replies], seen)
            seen.update(variant.instance for variant in own)
            asked.update(variant.instance for variant in own)
            differences = () if scored is None else tuple(_compared(task, own, scored, seed))
            replayed.append(ReplayedTask(index, task, scored is not None, len(own), differences))
        return Replay(record, tuple(replayed), tuple(_of_the_epoch(committed, drawn, recorded, asked, noted)))

    async def _of_the_pool(self, committed: EpochCommitment) -> list[Task]:
        """As they were imported, which is what must have been recorded."""
        if not committed.pool_tasks:
            return []
        there = {one.task.task_id: one for one in await self.pool.listed()}
        missing = [
            name
            for name in committed.pool_tasks
            if name not in there or there[name].taken_epoch != committed.epoch.number
        ]
        if missing:
            number = committed.epoch.number
            raise OperatorError(f"epoch {number} asked the task {missing[0]}, which this file's pool did not give it")
        return [as_asked(there[name].task, committed) for name in committed.pool_tasks]


def _user_task(name: TaskId, recorded: Mapping[int, ScoredTask]) -> Task:
    """As recorded, since nothing about it is drawn; its place in the plan is."""
    found = next((one.task for one in recorded.values() if one.task.task_id == name), None)
    return found or Task(name, "(not recorded)", Discipline.MATHEMATICS, 1, OpenAnswer(), ("steps",), source=SOURCE)


def _compared(task: Task, own: Sequence[Task], scored: ScoredTask, seed: EpochSeed) -> list[str]:
    if scored.task.task_id != task.task_id:
        return [f"the seed draws {task.task_id} here, and {scored.task.task_id} is recorded"]
    differences = [
        f"its {one.name} is not what the seed gives"
        for one in fields(Task)
        if getattr(task, one.name) != getattr(scored.task, one.name)
    ]
    for place, reply in enumerate(scored.replies):
        differences += _differences_of(reply, own[place] if own else None, seed.query_id(task.task_id, reply.hotkey))
    return differences


def _differences_of(reply: ScoredReply, own: Task | None, query_id: str) -> list[str]:
    due = None if own is None else Variant(own.seed, own.instance, own.problem, own.answer.truth())
    found = []
    if reply.variant != due:
        found.append(f"{_who(reply.hotkey)} was asked another instance than the seed gives it")
    if reply.query_id != query_id:
        found.append(f"{_who(reply.hotkey)} was asked under another query id than the seed gives it")
    return found


def _who(hotkey: Hotkey) -> str:
    return f"the miner {hotkey}"


def _of_the_epoch(
    committed: EpochCommitment,
    drawn: Sequence[Task],
    recorded: Mapping[int, ScoredTask],
    asked: set[str],
    noted: frozenset[str],
) -> list[str]:
    found = []
    beyond = sorted(index for index in recorded if index >= len(drawn))
    if beyond:
        found.append(f"task {beyond[0] + 1} is recorded, and the epoch was bound to {len(drawn)}")
    strange = [one.task.task_id for one in recorded.values() if is_users(one.task)]
    if not set(strange) <= set(committed.user_tasks):
        found.append("a user's task is recorded that the epoch was not bound to")
    if not asked <= noted:
        found.append(f"{len(asked - noted)} instances that the seed gives are not among those noted before asking")
    return found
