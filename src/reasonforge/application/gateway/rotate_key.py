from collections.abc import Callable

from attrs import field, frozen

from reasonforge.application.gateway.issue_key import IssuedKey
from reasonforge.application.gateway.refusals import NotThere
from reasonforge.application.ports.access_keys import AccessKeys
from reasonforge.domain.access_key import SECRET_BYTES, KeyId, digest_of, key_text, webhook_secret


@frozen
class RotateKey:
    """Another secret for a key. The old one and its tokens are void at once; quota and tasks stay."""

    keys: AccessKeys
    pepper: bytes = field(repr=False)
    draw: Callable[[int], bytes]

    async def __call__(self, key: KeyId) -> IssuedKey:
        text = key_text(key, self.draw(SECRET_BYTES))
        replaced = await self.keys.replace(key, digest_of(self.pepper, text))
        if replaced is None:
            raise NotThere(f"there is no key {key} that may be used; see `reasonforge keys list`")
        return IssuedKey(replaced, text, webhook_secret(self.pepper, key))
