"""What a slot in the subnet costs, who loses his when there is none left, and who may validate."""

from collections.abc import Iterable

from attrs import frozen

from reasonforge.domain.identity import GENESIS, NOTHING, BlockNumber, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters, Neuron

RISE_PERCENT = 26
"""How much each registration raises the cost of the next (the chain's burn increase of 1.26)."""

HALVING_BLOCKS = 360
"""After how many blocks without a registration the cost has halved (the chain's burn half-life)."""


@frozen
class BurnCost:
    """What a registration burns. It rises with each one and falls back to `floor` with time.

    In whole Rao, and linear between two halvings, so that every machine has the same cost.

    >>> cost = BurnCost(floor=Rao(100)).raised(BlockNumber(10)).raised(BlockNumber(10))
    >>> [cost.at(BlockNumber(block)) for block in (10, 190, 370, 10_000)]
    [159, 120, 100, 100]
    """

    floor: Rao
    cost: Rao = NOTHING
    since: BlockNumber = GENESIS

    def at(self, block: BlockNumber) -> Rao:
        """The cost at `block` ≥ `since`."""
        halvings, rest = divmod(block - self.since, HALVING_BLOCKS)
        cost = self.cost >> halvings
        return Rao(max(self.floor, cost - cost * rest // (2 * HALVING_BLOCKS)))

    def raised(self, block: BlockNumber) -> "BurnCost":
        """After a registration at `block`. Genesis is free of it: a subnet starts with all its slots at one cost."""
        if block == GENESIS:
            return self
        return BurnCost(self.floor, Rao(-(-self.at(block) * (100 + RISE_PERCENT) // 100)), block)


def neuron_to_prune(neurons: Iterable[Neuron], block: BlockNumber, immunity_period: int) -> Neuron | None:
    """Who makes room: of those past their immunity, whom the last epoch paid least; of equals, the longest there.

    None when all are immune.
    """
    removable = (neuron for neuron in neurons if block - neuron.registered_at >= immunity_period)
    return min(removable, key=lambda neuron: (neuron.emission, neuron.registered_at, neuron.uid), default=None)


def permitted_uids(neurons: Iterable[Neuron], chain: Hyperparameters) -> frozenset[Uid]:
    """Who gets a permit: the `max_validators` greatest stakes above 0 that reach the minimum; ties: lower uid."""
    eligible = [neuron for neuron in neurons if neuron.stake > 0 and neuron.stake >= chain.min_validator_stake]
    eligible.sort(key=lambda neuron: (-neuron.stake, neuron.uid))
    return frozenset(neuron.uid for neuron in eligible[: chain.max_validators])
