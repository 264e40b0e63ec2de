from attrs import field, frozen

from reasonforge.application.gateway.refusals import Unauthenticated
from reasonforge.application.ports.access_keys import AccessKeys
from reasonforge.application.ports.access_tokens import AccessTokens
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.access_key import AccessKey, KeyId, id_in, is_the_key

_REFUSAL = "the key is not valid: send one as `Authorization: Bearer rf_…`, made by `reasonforge keys create`"
_NOBODY = KeyId("0" * 18)


@frozen
class Authenticate:
    """Who a caller is: the holder of a key, or of a token that a key was exchanged for.

    Every text is looked up and compared, however it is written, so that neither the time nor the answer tells how much
    of it is right.
    """

    keys: AccessKeys
    tokens: AccessTokens
    clock: Clock
    pepper: bytes = field(repr=False)

    async def __call__(self, credential: str) -> AccessKey:
        if credential.count(".") == 2:
            return await self._by_token(credential)
        found = await self.keys.find(id_in(credential) or _NOBODY)
        if not is_the_key(self.pepper, credential, found) or found is None:
            raise Unauthenticated(_REFUSAL)
        return found

    async def _by_token(self, token: str) -> AccessKey:
        claims = self.tokens.read(token, self.clock.now())
        if claims is None:
            raise Unauthenticated("the token is not valid, or it has expired: exchange the key for a new one")
        found = await self.keys.find(claims.key)
        if found is None or found.revoked_at is not None or found.generation != claims.generation:
            raise Unauthenticated("the token's key was rotated or revoked: exchange the new key for another token")
        return found
