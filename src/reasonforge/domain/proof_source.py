"""The bytes of a proof artefact as the text of a proof file: bounded before anything else looks at them."""

import re
import zlib

from attrs import frozen

MAX_SOURCE_BYTES = 65_536
"""200,000 nested applications take Lean 50 s and 1.7 GB; in 64 KiB they cannot be written."""
MAX_NESTING = 1_000
_ZLIB_HEADERS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""RFC 1950 at its four levels; no proof begins with `x^`, and the others are no text."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_BRACKETS = re.compile(r"[^(\[{⟨)\]}⟩]+")
_OPENING = frozenset("([{⟨")


@frozen
class UnreadableSource:
    """Why the bytes are no proof file, in one sentence."""

    reason: str


def read_source(artifact: bytes) -> str | UnreadableSource:
    """UTF-8 text of at most 65,536 bytes, zlib-compressed or plain; work and memory are bounded by that size.

    No NUL and no control character but tab and line ends, so that every tool reads the same lines; no bracket is
    nested deeper than 1,000.
    """
    plain = _inflated(artifact) if artifact[:2] in _ZLIB_HEADERS else artifact
    if plain is None:
        return UnreadableSource("the compressed source is damaged, or is more than one stream")
    if len(plain) > MAX_SOURCE_BYTES:
        return UnreadableSource(f"the source is larger than {MAX_SOURCE_BYTES} bytes")
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        return UnreadableSource("the source is not UTF-8")
    if not text.strip():
        return UnreadableSource("the source is empty")
    if _CONTROL.search(text):
        return UnreadableSource("the source holds a control character")
    if _nests_too_deep(text):
        return UnreadableSource(f"the source nests brackets deeper than {MAX_NESTING}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _inflated(artifact: bytes) -> bytes | None:
    """The stream's content, cut one byte past the limit; None when it is no whole stream."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(artifact, MAX_SOURCE_BYTES + 1)
    except zlib.error:
        return None
    if len(plain) > MAX_SOURCE_BYTES:
        return plain
    return plain if inflater.eof and not inflater.unused_data else None


def _nests_too_deep(text: str) -> bool:
    """Whether any bracket is deeper than the limit; those in comments and texts count too."""
    depth = 0
    for bracket in _NO_BRACKETS.sub("", text):
        depth = depth + 1 if bracket in _OPENING else max(0, depth - 1)
        if depth > MAX_NESTING:
            return True
    return False
