"""Text and bytes of strangers, made fit to be read."""

import re
import zlib
from binascii import a2b_base64, b2a_base64

_ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def legible(text: str) -> str:
    """`text` with every kind of line end as a line feed, and U+FFFD for each other control character (but the tab) and
    each lone surrogate. Doing it twice changes nothing more.

    >>> legible(f"forty{chr(0)}two")
    'forty�two'
    """
    if _ILLEGIBLE.search(text) is None:
        return text
    return _ILLEGIBLE.sub(_REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def decoded(text: str, limit: int, *, inflate: bool = False) -> bytes | None:
    """The bytes that strict base64 `text` stands for; None when it is no base64 or stands for more than `limit` bytes.

    With `inflate`, bytes that are one whole zlib stream stand for what it holds, and no more than `limit` + 1 bytes of
    that are ever made. Bytes that are no such stream stand for themselves.
    """
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error, or a character outside ASCII
        return None
    if inflate:
        data = _inflated(data, limit)
    return data if len(data) <= limit else None


def encoded(data: bytes, *, deflate: bool = False) -> str:
    """Base64 that `decoded` gives back exactly; with `deflate`, of the zlib stream."""
    return b2a_base64(zlib.compress(data) if deflate else data, newline=False).decode()


def _inflated(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error:
        return data
    if len(plain) > limit or (stream.eof and not stream.unused_data):
        return plain
    return data
