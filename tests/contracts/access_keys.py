"""What every AccessKeys promises (application/ports/access_keys.py)."""

import asyncio
from contextlib import AbstractContextManager

from attrs import evolve

from reasonforge.application.ports.access_keys import AccessKeys
from reasonforge.domain.access_key import AccessKey, KeyId, Tier

FIRST = AccessKey(KeyId("a" * 18), "alice", "a laptop ☃", Tier.FREE, bytes(range(32)), 1, 1_700_000_000.25)
SECOND = AccessKey(KeyId("b" * 18), "bob", "", Tier.ENTERPRISE, bytes(32), 1, 1_700_000_001.0)


class AccessKeysContract:
    """Subclasses give empty keys."""

    def fresh(self) -> AbstractContextManager[AccessKeys]:
        raise NotImplementedError

    def test_keys_come_back_oldest_first(self) -> None:
        """Values come back equal; a key nobody made is None."""

        async def go(keys: AccessKeys) -> None:
            await keys.add(SECOND)
            await keys.add(FIRST)
            assert list(await keys.listed()) == [FIRST, SECOND]
            assert await keys.find(FIRST.id) == FIRST
            assert await keys.find(KeyId("c" * 18)) is None

        with self.fresh() as keys:
            asyncio.run(go(keys))

    def test_a_replaced_key_is_of_the_next_generation(self) -> None:
        """Another digest, one generation more, nothing else changed; there is none for a key nobody made."""

        async def go(keys: AccessKeys) -> None:
            await keys.add(FIRST)
            changed = evolve(FIRST, digest=b"x" * 32, generation=2)
            assert await keys.replace(FIRST.id, b"x" * 32) == changed
            assert await keys.find(FIRST.id) == changed
            assert await keys.replace(SECOND.id, b"x" * 32) is None

        with self.fresh() as keys:
            asyncio.run(go(keys))

    def test_a_revoked_key_stays_revoked(self) -> None:
        """The first time stays, and no other secret brings it back."""

        async def go(keys: AccessKeys) -> None:
            await keys.add(FIRST)
            assert await keys.revoke(SECOND.id, 5.0) is None
            revoked = evolve(FIRST, revoked_at=5.0)
            assert await keys.revoke(FIRST.id, 5.0) == revoked
            assert await keys.revoke(FIRST.id, 9.0) == revoked
            assert await keys.replace(FIRST.id, b"x" * 32) is None
            assert await keys.find(FIRST.id) == revoked

        with self.fresh() as keys:
            asyncio.run(go(keys))
