from attrs import frozen

from reasonforge.application.gateway.refusals import NotThere
from reasonforge.application.ports.access_keys import AccessKeys
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.access_key import AccessKey, KeyId


@frozen
class RevokeKey:
    """A key that may not be used any more, from now on and for ever."""

    keys: AccessKeys
    clock: Clock

    async def __call__(self, key: KeyId) -> AccessKey:
        revoked = await self.keys.revoke(key, self.clock.now())
        if revoked is None:
            raise NotThere(f"there is no key {key}; see `reasonforge keys list`")
        return revoked
