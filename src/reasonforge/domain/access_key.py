"""Keys of the gateway: what a caller holds, and what is kept of it."""

import hashlib
import hmac
import re
from base64 import b64encode
from enum import StrEnum
from typing import NewType

from attrs import field, frozen

KeyId = NewType("KeyId", str)
"""The public part of a key; names it in lists and logs."""

SECRET_BYTES = 32
ID_BYTES = 9
_WRITTEN = re.compile(r"rf_([0-9a-z]{18})_([0-9a-z]{64})", re.ASCII)
_NO_DIGEST = bytes(32)


class Tier(StrEnum):
    """What a key may ask in a calendar month (UTC)."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    @property
    def quota(self) -> int | None:
        """Tasks a month; None without limit."""
        return {Tier.FREE: 100, Tier.PRO: 10_000, Tier.ENTERPRISE: None}[self]


@frozen
class AccessKey:
    """What is kept of a key. The secret is not.

    Attributes:
        owner: whose tasks it may see; keys of one owner share them.
        digest: `digest_of` the whole key.
        generation: counts rotations; tokens of an earlier one are void.
        created_at, revoked_at: UTC seconds; None while it may be used.
    """

    id: KeyId
    owner: str
    name: str
    tier: Tier
    digest: bytes = field(repr=False)
    generation: int
    created_at: float
    revoked_at: float | None = None


def key_text(key: KeyId, secret: bytes) -> str:
    """The key as its holder sees it, once."""
    return f"rf_{key}_{secret.hex()}"


def id_in(text: str) -> KeyId | None:
    """Which key a text claims to be; None when it is written like none."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else KeyId(found[1])


def digest_of(pepper: bytes, text: str) -> bytes:
    """HMAC-SHA256 of the whole key under the gateway's pepper."""
    return hmac.digest(pepper, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def is_the_key(pepper: bytes, text: str, key: AccessKey | None) -> bool:
    """Whether `text` is that key and may be used. An unknown key takes the same steps as a wrong secret."""
    kept = _NO_DIGEST if key is None else key.digest
    same = hmac.compare_digest(digest_of(pepper, text), kept)
    return same and key is not None and key.revoked_at is None


def webhook_secret(pepper: bytes, key: KeyId) -> str:
    """What webhooks to this key's holder are signed with, as Standard Webhooks writes it; it outlives rotations."""
    derived = hmac.digest(pepper, f"reasonforge/webhook/{key}".encode(), hashlib.sha256)
    return f"whsec_{b64encode(derived).decode()}"
