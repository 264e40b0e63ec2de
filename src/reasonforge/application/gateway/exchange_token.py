from attrs import frozen

from reasonforge.application.gateway.refusals import Forbidden
from reasonforge.application.ports.access_tokens import AccessTokens, TokenClaims
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.access_key import AccessKey

TOKEN_SECONDS = 900.0


@frozen
class IssuedToken:
    """A token, and when it expires (UTC seconds)."""

    text: str
    expires_at: float


@frozen
class ExchangeToken:
    """A key's holder gets a token for a browser. A token cannot be exchanged for another, so it lives a short time."""

    tokens: AccessTokens
    clock: Clock

    def __call__(self, key: AccessKey, credential: str) -> IssuedToken:
        if credential.count(".") == 2:
            raise Forbidden("a token cannot be exchanged for another: send the key itself")
        now = self.clock.now()
        expires_at = now + TOKEN_SECONDS
        return IssuedToken(self.tokens.issue(TokenClaims(key.id, key.generation, expires_at), now), expires_at)
