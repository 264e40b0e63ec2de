"""Draw an epoch's tasks and deal them to the miners, so that a restart draws the same plan again."""

from collections.abc import Sequence
from random import Random

from attrs import evolve, frozen

from reasonforge.application.ports.entropy import Entropy
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.ports.transport import Request
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.application.validator.take_pool_tasks import TakePoolTasks, allows_variants, as_asked
from reasonforge.application.validator.take_user_tasks import TakeUserTasks
from reasonforge.domain.commitment import EpochCommitment
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Metagraph, Neuron
from reasonforge.domain.seed import EpochSeed
from reasonforge.domain.task import Task
from reasonforge.domain.traps import trap_count
from reasonforge.domain.user_answer import travelling
from reasonforge.domain.user_task import UserTask


@frozen
class Batch:
    """One task and the questions it becomes, one a miner. `index` is its place in the epoch.

    Attributes:
        variants: what each miner is asked, in the order of the requests; empty where all are asked the task itself.
    """

    index: int
    task: Task
    requests: tuple[Request, ...]
    variants: tuple[Task, ...] = ()

    def variant_for(self, place: int) -> Task | None:
        """What the miner of a request is asked, where it is not the task itself."""
        return self.variants[place] if self.variants else None


@frozen
class Plan:
    """An epoch as it will be asked.

    Attributes:
        instances: of everything that anybody will be asked; none of them is asked again within the window.
    """

    batches: tuple[Batch, ...]
    commitment: EpochCommitment
    instances: frozenset[str]


@frozen
class DrawPlan:
    """Every miner is asked as often as any other, give or take one, whatever the sample size.

    Everything follows from the epoch's seed, the metagraph and what was recorded of earlier epochs. An epoch that is
    bound to a commitment is drawn as it says, whatever the settings are by now.
    """

    tasks: TaskSource
    take_user_tasks: TakeUserTasks
    take_pool_tasks: TakePoolTasks
    store: Store
    entropy: Entropy
    rules: ValidatorRules

    async def __call__(self, epoch: Epoch, metagraph: Metagraph, asker: Hotkey) -> Plan:
        """Raises `ValidatorFault` when the tasks cannot be drawn, `StoreFault` when they cannot be looked up."""
        record = await self.store.commitment_of(epoch.number)
        bound = None if record is None else record.committed
        users = await self.take_user_tasks(epoch, asker, bound)
        pool = await self.take_pool_tasks(epoch, asker, bound, self.rules.parameters.tasks_per_epoch - len(users))
        seed = self.entropy.seed_of(epoch.number)
        commitment = bound or self._commitment(epoch, seed, users, pool)
        seen = set(await self.store.asked_instances(commitment.since(), epoch.number))
        others = [*(travelling(task) for task in users), *(as_asked(task, commitment) for task in pool)]
        drawn = await draw_tasks(self.tasks, commitment, seed, seen, others)
        seen.update(task.instance for task in drawn)
        hands = deal(metagraph.may_be_asked(asker), len(drawn), self.rules.sample_size, seed.rng("miners"))
        batches = []
        for index, (task, hand) in enumerate(zip(drawn, hands, strict=True)):
            own: Sequence[Task] = ()
            if allows_variants(task, commitment):
                own = await self.tasks.variants(task, [neuron.hotkey for neuron in hand], seen)
            seen.update(variant.instance for variant in own)
            batches.append(_batch(index, task, hand, own, seed))
        instances = frozenset(
            asked.instance for batch in batches for asked in (batch.task, *batch.variants) if asked.instance
        )
        return Plan(tuple(batches), commitment, instances)

    def _commitment(
        self, epoch: Epoch, seed: EpochSeed, users: Sequence[UserTask], pool: Sequence[Task]
    ) -> EpochCommitment:
        parameters = self.rules.parameters
        drawn = parameters.tasks_per_epoch - len(users) - len(pool)
        return EpochCommitment(
            epoch=epoch,
            commitment=seed.commitment(),
            tasks=drawn,
            traps=min(drawn, trap_count(parameters.tasks_per_epoch, parameters)),
            families=self.tasks.offers,
            timeout_seconds=self.tasks.timeout_seconds,
            window=self.rules.similarity.history_epochs,
            user_tasks=tuple(task.task_id for task in users),
            pool_tasks=tuple(task.task_id for task in pool),
        )


async def draw_tasks(
    source: TaskSource, commitment: EpochCommitment, seed: EpochSeed, seen: set[str], others: Sequence[Task]
) -> list[Task]:
    """The epoch's tasks in the order in which they are asked; users' and the pool's stand anywhere among the drawn
    ones, whose instances are none of the pool's.
    """
    taken = seen | {task.instance for task in others if task.instance}
    drawn = await source.draw(
        commitment.epoch, commitment.tasks, commitment.traps, seed.rng("tasks"), taken, commitment.families
    )
    tasks = [*others, *(evolve(task, timeout_seconds=commitment.timeout_seconds) for task in drawn)]
    if others:
        seed.rng("order").shuffle(tasks)
    return tasks


def _batch(index: int, task: Task, hand: Sequence[Neuron], own: Sequence[Task], seed: EpochSeed) -> Batch:
    asked = own or [task] * len(hand)
    requests = tuple(
        Request(neuron, one.question(seed.query_id(task.task_id, neuron.hotkey)))
        for neuron, one in zip(hand, asked, strict=True)
    )
    return Batch(index, task, requests, tuple(own))


def deal(miners: Sequence[Neuron], hands: int, size: int, rng: Random) -> list[tuple[Neuron, ...]]:
    """`hands` groups of at most `size` different miners, dealt from one shuffled ring; each in the order of uids."""
    ring = sorted(miners, key=lambda neuron: neuron.uid)
    rng.shuffle(ring)
    width = min(size, len(ring))
    dealt = []
    for hand in range(hands):
        start = hand * width
        chosen = [ring[(start + place) % len(ring)] for place in range(width)]
        dealt.append(tuple(sorted(chosen, key=lambda neuron: neuron.uid)))
    return dealt
