from random import Random
from typing import Protocol

from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, TaskId
from reasonforge.domain.seed import EpochSeed


class Entropy(Protocol):
    """Randomness we can replay and miners cannot predict: HMAC(validator's secret, purpose and epoch).

    Promises: the same secret, epoch and purpose give the same sequence, on every platform; different purposes or
    epochs give unrelated ones; a query id tells nothing about its task, its miner, or other query ids; everything of an
    epoch follows from `seed_of` it, which tells nothing of another epoch's.
    """

    def seed_of(self, epoch: EpochNumber) -> EpochSeed:
        """To be revealed when the epoch is over, and not before."""
        ...

    def rng_for(self, epoch: EpochNumber, purpose: str) -> Random: ...

    def query_id(self, epoch: EpochNumber, task: TaskId, miner: Hotkey) -> QueryId: ...
