"""Hostile text on its way into a log."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reasonforge.adapters.telemetry.excerpt import HIDDEN, MOST_CHARACTERS, Excerpt, names_secret

SECRETS = ("hunter2-and-more", "päss wörd", "s3cr")


@given(st.text(max_size=2_000))
@example("\x1b[2J\x1b]0;owned\x07")
@example("\u202egnp.exe\u2066\u200b\ufeff")
@example("one\r\ntwo\u2028three\x85four\x00")
@example("\ud800 alone")
@example("x" * 1_999 + "\x1b")
def test_what_is_shown_is_one_bounded_printable_line(text: str) -> None:
    """No control, escape, line end, invisible or turning character is left, and never more than the bound."""
    shown = Excerpt()(text)
    assert shown.isprintable()
    assert len(shown) <= MOST_CHARACTERS + len(HIDDEN)
    shown.encode()  # no surrogate left


def test_hostile_characters_are_escaped_and_not_dropped() -> None:
    """A reader can tell what was there."""
    assert Excerpt()("a\x1b[31mb\nc\u202ed\ud800") == r"a\x1b[31mb\nc\u202ed\ud800"


def test_a_megabyte_costs_what_is_shown_of_it() -> None:
    """A long text is cut before anything is done to it, and says that it was."""
    shown = Excerpt(most=40)("\x00" * 1_000_000)
    assert shown == r"\x00" * 10 + HIDDEN


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["api_key=", "://a:", "bearer ", "sk-", "secret: ", "token" + " " * 50, "='\"b"])
def test_no_text_takes_long(piece: str) -> None:
    """Pieces of what looks like a secret, over and over, are read in no time."""
    excerpt = Excerpt(SECRETS, most=100_000)
    assert excerpt(piece * 100_000).isprintable()


@given(st.text(max_size=50), st.sampled_from(SECRETS), st.text(max_size=700), st.integers(0, 40))
def test_a_known_secret_is_never_shown(before: str, secret: str, after: str, most: int) -> None:
    """Wherever it stands, also where the text is cut; nor any first part of it that would give it away."""
    shown = Excerpt(SECRETS, most=most)(before * 20 + secret + after)
    if secret not in before * 20 + after:
        assert secret not in shown


@given(st.integers(0, 4_000), st.integers(1, 200))
def test_a_cut_never_shows_the_first_half_of_a_secret(padding: int, most: int) -> None:
    """A secret that straddles the cut is gone altogether."""
    secret = "Zq7" * 10
    shown = Excerpt((secret,), most=most)("." * padding + secret + "." * 5_000)
    assert "Zq7" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abc.def-ghi, then", "Authorization: Bearer …, then"),
        ("headers={'x-api-key': 'abcdefgh'}", "headers={'x-api-key': '…'}"),
        ("OPENAI_API_KEY=sk-proj-1234567890 set", "OPENAI_API_KEY=… set"),
        ("Incorrect API key provided: sk-abcdefghijk.", "Incorrect API key provided: …."),
        ("postgresql+psycopg://forge:pass@db/rf", "postgresql+psycopg://…@db/rf"),
        ('{"password": "open sesame"}', '{"password": "… sesame"}'),
        ("the mnemonic = abandon", "the mnemonic = …"),
        ("what is the secret of 42 tokens: none", "what is the secret of 42 tokens: none"),
        ("wallet hotkey 5F3sa2TJAWMqDhXG", "wallet hotkey 5F3sa2TJAWMqDhXG"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, expected: str) -> None:
    """Headers, assignments, URLs with passwords and OpenAI's own form; ordinary words stay."""
    assert Excerpt()(text) == expected


def test_short_secrets_are_not_hidden() -> None:
    """Hiding a letter would hide everything."""
    assert Excerpt(("a", "ab"))("abc") == "abc"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("api_key", True), ("API-KEY", True), ("password", True), ("client_secret", True), ("access_token", True),
        ("mnemonic", True), ("hotkey", False), ("tokens", False), ("version_key", False), ("seed_commitment", False),
    ],
)  # fmt: skip
def test_names_of_secrets(name: str, secret: bool) -> None:
    """A figure's name can say that it must not be shown."""
    assert names_secret(name) is secret
