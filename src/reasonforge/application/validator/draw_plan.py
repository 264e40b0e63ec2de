"""Draw an epoch's tasks and deal them to the miners, so that a restart draws the same plan again."""

from collections.abc import Sequence
from random import Random

from attrs import frozen

from reasonforge.application.ports.entropy import Entropy
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.ports.transport import Request
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Metagraph, Neuron
from reasonforge.domain.task import Task
from reasonforge.domain.traps import trap_count


@frozen
class Batch:
    """One task and the questions it becomes, one a miner. `index` is its place in the epoch."""

    index: int
    task: Task
    requests: tuple[Request, ...]


@frozen
class DrawPlan:
    """Every miner is asked as often as any other, give or take one, whatever the sample size."""

    tasks: TaskSource
    entropy: Entropy
    rules: ValidatorRules

    async def __call__(self, epoch: Epoch, metagraph: Metagraph, asker: Hotkey) -> tuple[Batch, ...]:
        parameters = self.rules.parameters
        traps = trap_count(parameters.tasks_per_epoch, parameters)
        drawn = await self.tasks.draw(
            epoch, parameters.tasks_per_epoch, traps, self.entropy.rng_for(epoch.number, "tasks")
        )
        hands = deal(
            metagraph.may_be_asked(asker),
            len(drawn),
            self.rules.sample_size,
            self.entropy.rng_for(epoch.number, "miners"),
        )
        return tuple(
            Batch(index, task, tuple(self._request(epoch, task, neuron) for neuron in hand))
            for index, (task, hand) in enumerate(zip(drawn, hands, strict=True))
        )

    def _request(self, epoch: Epoch, task: Task, neuron: Neuron) -> Request:
        return Request(neuron, task.question(self.entropy.query_id(epoch.number, task.task_id, neuron.hotkey)))


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
