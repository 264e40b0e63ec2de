"""The engine's attach stream, taken apart."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.docker.frames import STDERR, STDERR_BYTES, STDOUT, Frames
from reasonforge.domain.errors import ValidatorFault

PIECES = st.lists(st.tuples(st.sampled_from((STDOUT, STDERR)), st.binary(max_size=40)), max_size=20)


def _stream(pieces: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">BxxxL", number, len(payload)) + payload for number, payload in pieces)


@given(pieces=PIECES, cuts=st.integers(1, 13), most=st.integers(0, 400))
def test_frames_come_apart_however_they_are_cut(pieces: list[tuple[int, bytes]], cuts: int, most: int) -> None:
    """Both streams are what was sent on each, up to the bound, for every way the bytes are cut."""
    frames = Frames(most)
    sent = _stream(pieces)

    for start in range(0, len(sent), cuts):
        frames.feed(sent[start : start + cuts])

    said = b"".join(payload for number, payload in pieces if number == STDOUT)
    assert bytes(frames.stdout) == said[:most]
    assert frames.overflowed == (len(said) > most)
    assert bytes(frames.stderr) == b"".join(payload for number, payload in pieces if number == STDERR)


@given(payload=st.binary(max_size=60))
def test_a_frame_within_a_frame_is_payload(payload: bytes) -> None:
    """What a program prints that looks like a frame stays on its own stream."""
    frames = Frames(1000)
    forged = _stream([(STDERR, payload), (STDOUT, payload)])

    frames.feed(_stream([(STDOUT, forged)]))

    assert (bytes(frames.stdout), bytes(frames.stderr)) == (forged, b"")


def test_standard_error_is_cut() -> None:
    """Past 64 KiB it is counted and dropped."""
    frames = Frames(10)

    frames.feed(_stream([(STDERR, b"e" * 100_000)]))

    assert (len(frames.stderr), frames.dropped) == (STDERR_BYTES, 100_000 - STDERR_BYTES)


@pytest.mark.parametrize("sent", [b"plain text, no frames", b"\x03" + bytes(7), b"\x01\x01" + bytes(6), b"\x00" * 8])
def test_a_stream_without_frames_is_our_fault(sent: bytes) -> None:
    """The program does not write headers, so a wrong one is the engine's."""
    with pytest.raises(ValidatorFault, match="not framed"):
        Frames(10).feed(sent)
