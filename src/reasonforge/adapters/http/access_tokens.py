"""JSON Web Tokens that stand for a key: HS256 and nothing else, for this gateway and nobody else."""

import hashlib
import hmac

import jwt
from attrs import field, frozen

from reasonforge.application.ports.access_tokens import TokenClaims
from reasonforge.domain.access_key import KeyId

ALGORITHM = "HS256"
AUDIENCE = ISSUER = "reasonforge-gateway"
LONGEST = 2_048
_LATEST = 2**53
"""Whole seconds beyond this are no doubles."""


@frozen
class JwtAccessTokens:
    """The promises of the AccessTokens port. The signing key is derived from the pepper, and is not the pepper."""

    pepper: bytes = field(repr=False)

    def issue(self, claims: TokenClaims, now: float) -> str:
        payload = {
            "sub": claims.key,
            "gen": claims.generation,
            "iat": int(now),
            "exp": int(claims.expires_at),
            "aud": AUDIENCE,
            "iss": ISSUER,
        }
        return jwt.encode(payload, self._key(), ALGORITHM)

    def read(self, token: str, now: float) -> TokenClaims | None:
        if len(token) > LONGEST:
            return None
        try:
            payload = jwt.decode(
                token,
                self._key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # Times are held against the clock that is passed, below.
                options={
                    "require": ["sub", "gen", "iat", "exp", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidTokenError:
            return None
        subject, generation, expires_at = payload["sub"], payload["gen"], payload["exp"]
        if type(subject) is not str or type(generation) is not int or type(expires_at) is not int:
            return None
        if not now < expires_at <= _LATEST:
            return None
        return TokenClaims(KeyId(subject), generation, float(expires_at))

    def _key(self) -> bytes:
        return hmac.digest(self.pepper, b"reasonforge/jwt", hashlib.sha256)
