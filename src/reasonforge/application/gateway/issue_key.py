from collections.abc import Callable

from attrs import field, frozen

from reasonforge.application.ports.access_keys import AccessKeys
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.access_key import (
    ID_BYTES,
    SECRET_BYTES,
    AccessKey,
    KeyId,
    Tier,
    digest_of,
    key_text,
    webhook_secret,
)


@frozen
class IssuedKey:
    """A key with what is shown of it once: its text, and what its webhooks are signed with."""

    key: AccessKey
    text: str = field(repr=False)
    signing_secret: str = field(repr=False)


@frozen
class IssueKey:
    """A new key for an owner; without one it is an owner of its own. Its secret is shown now and never again."""

    keys: AccessKeys
    clock: Clock
    pepper: bytes = field(repr=False)
    draw: Callable[[int], bytes]
    """So many bytes that nobody can predict."""

    async def __call__(self, tier: Tier, name: str, owner: str | None = None) -> IssuedKey:
        key = KeyId(self.draw(ID_BYTES).hex())
        text = key_text(key, self.draw(SECRET_BYTES))
        made = AccessKey(key, owner or key, name, tier, digest_of(self.pepper, text), 1, self.clock.now())
        await self.keys.add(made)
        return IssuedKey(made, text, webhook_secret(self.pepper, key))
