"""An epoch's seed: committed to before the epoch, revealed after it, so that anyone can draw its tasks again (§7.6)."""

import hashlib
import hmac
import json
from random import Random

from attrs import field, frozen
from attrs.validators import min_len

from reasonforge.domain.identity import Hotkey, QueryId, TaskId

SEED_BYTES = 32
_QUERY_ID_BYTES = 16


@frozen
class EpochSeed:
    """From which everything random in an epoch of one validator follows: its tasks, who is asked them, query ids.

    Attributes:
        secret: 32 bytes or more; a secret until the epoch is over.
    """

    secret: bytes = field(repr=False, validator=min_len(SEED_BYTES))

    def commitment(self) -> str:
        """SHA-256 in hex: binds whoever tells it to this seed, and tells nothing else of it.

        >>> EpochSeed(bytes(32)).commitment()[:16]
        '08be32a47113f3c9'
        """
        return hashlib.sha256(b"reasonforge epoch seed 1\0" + self.secret).hexdigest()

    def rng(self, purpose: str) -> Random:
        """The sequence for a purpose; unrelated to that of any other."""
        return Random(int.from_bytes(self._digest("rng", purpose), "big"))

    def query_id(self, task: TaskId, miner: Hotkey) -> QueryId:
        """128 bits of the digest, in hex."""
        return QueryId(self._digest("query", task, miner)[:_QUERY_ID_BYTES].hex())

    def _digest(self, use: str, *names: str) -> bytes:
        # As JSON, so that no two lists of names are written alike.
        return hmac.new(self.secret, json.dumps([use, *names]).encode(), hashlib.sha256).digest()
