"""The bytes of a proof artefact."""

import doctest
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain import proof_verdict
from reasonforge.domain.proof_source import MAX_NESTING, MAX_SOURCE_BYTES, UnreadableSource, read_source
from reasonforge.domain.proof_verdict import MAX_QUOTE, excerpt


def test_plain_and_compressed_are_the_same_source() -> None:
    """Every level of zlib is read; line ends become one."""
    text = "theorem t : True :=\r\n  True.intro\r"
    for level in range(10):
        assert read_source(zlib.compress(text.encode(), level)) == read_source(text.encode())
    assert read_source(text.encode()) == "theorem t : True :=\n  True.intro\n"


def test_the_limit_is_exact() -> None:
    """65,536 bytes are read, one more is not; also after decompression, and in bytes, not characters."""
    fits = b"a" * MAX_SOURCE_BYTES
    assert read_source(fits) == fits.decode()
    assert read_source(zlib.compress(fits)) == fits.decode()
    for artifact in (fits + b"a", zlib.compress(fits + b"a"), "é".encode() * (MAX_SOURCE_BYTES // 2 + 1)):
        assert isinstance(read_source(artifact), UnreadableSource)


def test_a_bomb_is_refused_at_once() -> None:
    """A gigabyte of nothing costs what 64 KiB do."""
    bomb = zlib.compress(b" " * 200_000_000, 9)
    start = time.process_time()
    assert isinstance(read_source(bomb), UnreadableSource)
    assert time.process_time() - start < 0.1


def test_nesting_is_bounded_exactly() -> None:
    """1,000 brackets deep are read, one more is not."""
    assert read_source(b"(" * MAX_NESTING + b")" * MAX_NESTING)
    assert isinstance(read_source(b"[{(" * MAX_NESTING), UnreadableSource)
    assert isinstance(read_source(b"(" * (MAX_NESTING + 1)), UnreadableSource)


@pytest.mark.parametrize("artifact", [b"", b"\n", b"a\0", b"\xff", b"\xc0\x80", b"a\x1bb", b"a\x7f", b"x\x9cgarbage"])
def test_what_is_no_text_is_refused(artifact: bytes) -> None:
    """With a reason."""
    found = read_source(artifact)
    assert isinstance(found, UnreadableSource)
    assert found.reason


@given(st.binary(max_size=300))
def test_any_bytes_are_judged(artifact: bytes) -> None:
    """Text or a reason, never an exception, and never a text with a NUL."""
    found = read_source(artifact)
    assert isinstance(found, UnreadableSource) or ("\0" not in found and found.strip())


@given(st.text())
def test_quotes_are_short_and_printable(text: str) -> None:
    """On one line, at most 80 characters."""
    assert len(excerpt(text)) <= MAX_QUOTE
    assert excerpt(text).isprintable()


def test_worked_examples_are_right() -> None:
    """The docstring's."""
    assert doctest.testmod(proof_verdict).failed == 0
