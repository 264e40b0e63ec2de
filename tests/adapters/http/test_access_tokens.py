import json
from base64 import urlsafe_b64encode

import jwt
import pytest

from reasonforge.adapters.http.access_tokens import ALGORITHM, AUDIENCE, JwtAccessTokens
from tests.contracts.access_tokens import CLAIMS, NOW, AccessTokensContract


class TestJwtAccessTokens(AccessTokensContract):
    def tokens(self, secret: bytes) -> JwtAccessTokens:
        return JwtAccessTokens(secret)


def unsigned(header: dict[str, str], payload: dict[str, object]) -> str:
    parts = (json.dumps(header), json.dumps(payload), "")
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def payload(**others: object) -> dict[str, object]:
    fields = {"sub": CLAIMS.key, "gen": 3, "iat": 1_000, "exp": 1_900, "aud": AUDIENCE, "iss": AUDIENCE}
    return {**fields, **others}


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256"])
def test_an_unsigned_token_is_nothing(algorithm: str) -> None:
    """`alg: none` in any spelling, and a signature that is missing, are not taken."""
    token = unsigned({"alg": algorithm, "typ": "JWT"}, payload())
    assert JwtAccessTokens(b"a" * 32).read(token, NOW) is None


def test_the_pepper_itself_signs_nothing() -> None:
    """A token signed with the pepper, and not with what is derived from it, is not taken; nor one of another length."""
    pepper = b"a" * 64
    for algorithm in ("HS256", "HS384", "HS512"):
        token = jwt.encode(payload(), pepper, algorithm)
        assert JwtAccessTokens(pepper).read(token, NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"gen": "3"},
        {"gen": True},
        {"sub": 5},
        {"exp": "1900"},
        {"exp": 10**400},
    ],
    ids=str,
)
def test_claims_of_another_kind_are_nothing(change: dict[str, object]) -> None:
    """Even with the right signature: another audience, another issuer, values of another type."""
    tokens = JwtAccessTokens(b"a" * 32)
    token = jwt.encode(payload(**change), tokens._key(), ALGORITHM)
    assert tokens.read(token, NOW) is None
