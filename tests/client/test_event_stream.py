"""Server-sent events out of bytes, however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.client import Malformed
from reasonforge.client.event_stream import MOST_WAITING, Frame, FrameReader
from reasonforge.client.http_values import retry_after

TEXT = (
    "\ufeff: hello\n\nid: 1\nevent: a\ndata: x\ndata:y\n\ndata\n\n"
    "id: 2\n\nid:bad\0\ndata: é\nretry: 5\n\nevent: lost\ndata: half"
)
FRAMES = [Frame("a", "x\ny", "1"), Frame("message", "", "1"), Frame("message", "é", "2")]


@given(st.lists(st.integers(0, 200), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_do_not_depend_on_how_bytes_arrive(cuts: list[int], ending: str) -> None:
    """Cut anywhere and with any line ending, the same events come out; half an event does not."""
    sent = TEXT.replace("\n", ending).encode()
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    reader = FrameReader()
    parts = [sent[one:other] for one, other in pairwise(places)]
    assert [frame for part in parts for frame in reader.feed(part)] == FRAMES
    assert reader.last_id == "2"


@pytest.mark.parametrize("part", [b"x" * 65_536, b"data: " + b"x" * 1000 + b"\n"])
def test_an_endless_event_is_refused(part: bytes) -> None:
    """A stream whose event never ends is given up on after a mebibyte, in one line or many."""
    reader = FrameReader()
    received = (frame for _ in range(2 * MOST_WAITING // len(part)) for frame in reader.feed(part))
    with pytest.raises(Malformed, match="more than"):
        next(received)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("3", 3.0),
        ("-1", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("Mon, 30 Nov 2026 23:00:30 GMT", 30.0),
        ("Mon, 30 Nov 2026 22:00:00 GMT", 0.0),
        ("Mon, 30 Nov 2026 22:00:00", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(given: str, seconds: float | None) -> None:
    """A date counts from the answer's own Date; nonsense is no wish."""
    assert retry_after({"retry-after": given, "date": "Mon, 30 Nov 2026 23:00:00 GMT"}) == seconds
