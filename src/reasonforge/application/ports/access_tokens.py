from typing import Protocol

from attrs import frozen

from reasonforge.domain.access_key import KeyId


@frozen
class TokenClaims:
    """Whom a token stands for, and until when (UTC seconds)."""

    key: KeyId
    generation: int
    expires_at: float


class AccessTokens(Protocol):
    """Short-lived stand-ins for a key. Promises: only what this gateway's secret signed is read, until it expires."""

    def issue(self, claims: TokenClaims, now: float) -> str: ...

    def read(self, token: str, now: float) -> TokenClaims | None: ...
