"""The gateway's keys without a disk."""

from collections.abc import Sequence

from attrs import evolve

from reasonforge.domain.access_key import AccessKey, KeyId
from reasonforge.domain.errors import StoreFault


class MemoryAccessKeys:
    """The promises of the AccessKeys port, but for what a crash leaves: nothing."""

    def __init__(self) -> None:
        self._keys: dict[KeyId, AccessKey] = {}

    async def add(self, key: AccessKey) -> None:
        if key.id in self._keys:
            raise StoreFault(f"there is a key {key.id} already")
        self._keys[key.id] = key

    async def find(self, key: KeyId) -> AccessKey | None:
        return self._keys.get(key)

    async def listed(self) -> Sequence[AccessKey]:
        return sorted(self._keys.values(), key=lambda one: (one.created_at, one.id))

    async def replace(self, key: KeyId, digest: bytes) -> AccessKey | None:
        found = self._keys.get(key)
        if found is None or found.revoked_at is not None:
            return None
        self._keys[key] = evolve(found, digest=digest, generation=found.generation + 1)
        return self._keys[key]

    async def revoke(self, key: KeyId, now: float) -> AccessKey | None:
        found = self._keys.get(key)
        if found is not None and found.revoked_at is None:
            self._keys[key] = evolve(found, revoked_at=now)
        return self._keys.get(key)
