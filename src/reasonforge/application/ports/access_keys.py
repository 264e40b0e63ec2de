from collections.abc import Sequence
from typing import Protocol

from reasonforge.domain.access_key import AccessKey, KeyId


class AccessKeys(Protocol):
    """The gateway's keys, without their secrets.

    Promises:
        - what a method returned from is still there after a crash;
        - keys come back equal to what went in, listed oldest first;
        - a revoked key stays revoked, and its first time stays;
        - failures of the medium are `StoreFault`.
    """

    async def add(self, key: AccessKey) -> None: ...

    async def find(self, key: KeyId) -> AccessKey | None: ...

    async def listed(self) -> Sequence[AccessKey]: ...

    async def replace(self, key: KeyId, digest: bytes) -> AccessKey | None:
        """Another digest, and the next generation, for a key that may be used; None when there is no such."""
        ...

    async def revoke(self, key: KeyId, now: float) -> AccessKey | None:
        """The key, revoked; None when there is no such."""
        ...
