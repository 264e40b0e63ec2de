import hashlib
import hmac
import json
from random import Random

from attrs import field, frozen
from attrs.validators import min_len

from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, TaskId

_LEAST_SECRET = 16
_QUERY_ID_BYTES = 16


@frozen
class HmacEntropy:
    """HMAC-SHA256 of what the randomness is for, under the validator's secret.

    The same class serves a validator on a chain, whose secret is drawn once and kept, and a seeded run, whose secret
    is made from the seed: what miners can predict depends on the secret alone.

    Attributes:
        secret: at least 16 bytes; never shown.

    Raises:
        ValueError: the secret is shorter.
    """

    secret: bytes = field(repr=False, validator=min_len(_LEAST_SECRET))

    def rng_for(self, epoch: EpochNumber, purpose: str) -> Random:
        return Random(int.from_bytes(self._digest("rng", epoch, purpose), "big"))

    def query_id(self, epoch: EpochNumber, task: TaskId, miner: Hotkey) -> QueryId:
        """128 bits of the digest, in hex."""
        return QueryId(self._digest("query", epoch, task, miner)[:_QUERY_ID_BYTES].hex())

    def _digest(self, use: str, epoch: EpochNumber, *names: str) -> bytes:
        # As JSON, so that no two lists of names are written alike.
        message = json.dumps([use, epoch, *names]).encode()
        return hmac.new(self.secret, message, hashlib.sha256).digest()
