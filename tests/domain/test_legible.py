"""Text and bytes of strangers, made fit to be read."""

import zlib
from base64 import b64encode
from tracemalloc import get_traced_memory, start, stop

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.legible import decoded, encoded, legible

EXAMPLES = settings(max_examples=200, deadline=None)


@EXAMPLES
@given(text=st.text(st.characters() | st.sampled_from("\r\n\t\x00\x85\ud800")))
def test_legible_text_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    """What is left encodes as UTF-8, has no control character but tab and line feed, and is not changed again."""
    once = legible(text)
    once.encode()
    assert all(character in "\t\n" or (character >= " " and not "\x7f" <= character <= "\x9f") for character in once)
    assert legible(once) == once
    assert len(once) <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ∑ 😀\tand\nlines", "plain ∑ 😀\tand\nlines"),
        ("42\r\n", "42\n"),
        ("a\rb", "a\nb"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("nul\x00, del\x7f, nel\x85", "nul\ufffd, del\ufffd, nel\ufffd"),
        ("\ud83d alone \ude00", "\ufffd alone \ufffd"),
    ],
)
def test_only_what_cannot_be_read_is_replaced(text: str, expected: str) -> None:
    """Line ends become line feeds; each other control character and lone surrogate becomes U+FFFD."""
    assert legible(text) == expected


@EXAMPLES
@given(data=st.binary(max_size=200), deflate=st.booleans())
def test_bytes_come_back_exactly(data: bytes, deflate: bool) -> None:
    """What one side encodes the other decodes, compressed or not."""
    assert decoded(encoded(data, deflate=deflate), 200, inflate=deflate) == data


@pytest.mark.parametrize("text", ["YQ", "YQ=", "Y", "YQ==\n", "Y Q==", "YQ==YQ==", "YQ-_", "é", "\ud800", "=", "YQ==="])
def test_base64_is_strict(text: str) -> None:
    """Wrong padding, white space, another alphabet, text after the end or outside ASCII is no base64."""
    assert decoded(text, 100) is None


def test_the_limit_holds_exactly() -> None:
    """As many bytes as the limit are taken, one more is not, compressed or not."""
    for deflate in (False, True):
        assert decoded(encoded(b"x" * 100, deflate=deflate), 100, inflate=deflate) == b"x" * 100
        assert decoded(encoded(b"x" * 101, deflate=deflate), 100, inflate=deflate) is None


@pytest.mark.parametrize("damage", [lambda z: z[:-1], lambda z: z + b"x", lambda z: z[:-1] + bytes([z[-1] ^ 1])])
def test_bytes_that_are_no_whole_stream_stand_for_themselves(damage: object) -> None:
    """A stream cut short, with something after it, or with a wrong checksum is not inflated."""
    assert callable(damage)
    data = damage(zlib.compress(b"theorem"))
    assert decoded(b64encode(data).decode(), 100, inflate=True) == data


def test_a_decompression_bomb_costs_no_more_than_the_limit() -> None:
    """A quarter of a megabyte that would inflate to a quarter of a gigabyte is given up after the limit's bytes."""
    stream = zlib.compressobj(9)
    bomb = b"".join([stream.compress(bytes(1 << 20)) for _ in range(250)] + [stream.flush()])
    text = b64encode(bomb).decode()
    start()
    outcome = decoded(text, 1_000_000, inflate=True)
    _, peak = get_traced_memory()
    stop()
    assert len(bomb) > 200_000
    assert outcome is None
    assert peak < 10_000_000
