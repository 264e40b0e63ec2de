"""What every AccessTokens promises: only what this gateway's secret signed is read, until it expires."""

from abc import ABC, abstractmethod

import pytest

from reasonforge.application.ports.access_tokens import AccessTokens, TokenClaims
from reasonforge.domain.access_key import KeyId

CLAIMS = TokenClaims(KeyId("0123456789abcdef01"), 3, 1_900.0)
NOW = 1_000.0


class AccessTokensContract(ABC):
    @abstractmethod
    def tokens(self, secret: bytes) -> AccessTokens: ...

    def test_what_was_issued_is_read(self) -> None:
        """A token stands for the key, its generation and its end."""
        tokens = self.tokens(b"a" * 32)
        assert tokens.read(tokens.issue(CLAIMS, NOW), NOW) == CLAIMS

    @pytest.mark.parametrize(("now", "is_read"), [(1_899.0, True), (1_900.0, False), (9e9, False)])
    def test_it_is_read_until_it_expires(self, now: float, is_read: bool) -> None:
        """At its end a token is nothing any more."""
        tokens = self.tokens(b"a" * 32)
        assert (tokens.read(tokens.issue(CLAIMS, NOW), now) is not None) is is_read

    def test_another_secret_s_token_is_nothing(self) -> None:
        """What somebody else signed is not read."""
        assert self.tokens(b"a" * 32).read(self.tokens(b"b" * 32).issue(CLAIMS, NOW), NOW) is None

    @pytest.mark.parametrize("text", ["", "a.b.c", "..", "x" * 100_000, "é.è.à", "rf_" + "0" * 18 + "_" + "0" * 64])
    def test_nonsense_is_nothing(self, text: str) -> None:
        """Whatever is sent in a token's place is read as none, and raises nothing."""
        assert self.tokens(b"a" * 32).read(text, NOW) is None

    def test_a_changed_token_is_nothing(self) -> None:
        """One letter less, or another one, and it is no token."""
        tokens = self.tokens(b"a" * 32)
        token = tokens.issue(CLAIMS, NOW)
        for at in range(0, len(token), 7):
            other = "A" if token[at] != "A" else "B"
            changed = token[:at] + other + token[at + 1 :]
            assert tokens.read(changed, NOW) in {None, CLAIMS}, at  # the last letter's spare bits say nothing
        assert tokens.read(token[:-5], NOW) is None
