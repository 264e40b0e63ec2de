import hashlib
import hmac
import json
from random import Random

from attrs import field, frozen
from attrs.validators import min_len

from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, TaskId
from reasonforge.domain.seed import EpochSeed

_LEAST_SECRET = 16


@frozen
class HmacEntropy:
    """An epoch's seed is HMAC-SHA256 of its number under the validator's secret.

    The same class serves a validator on a chain, whose secret is drawn once and kept, and a seeded run, whose secret
    is made from the seed: what miners can predict depends on the secret alone. A revealed epoch's seed tells nothing
    of the secret, nor of any other epoch's.

    Attributes:
        secret: at least 16 bytes; never shown.

    Raises:
        ValueError: the secret is shorter.
    """

    secret: bytes = field(repr=False, validator=min_len(_LEAST_SECRET))

    def seed_of(self, epoch: EpochNumber) -> EpochSeed:
        return EpochSeed(hmac.new(self.secret, json.dumps(["epoch", epoch]).encode(), hashlib.sha256).digest())

    def rng_for(self, epoch: EpochNumber, purpose: str) -> Random:
        return self.seed_of(epoch).rng(purpose)

    def query_id(self, epoch: EpochNumber, task: TaskId, miner: Hotkey) -> QueryId:
        return self.seed_of(epoch).query_id(task, miner)
