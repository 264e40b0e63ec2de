"""Hashed word 4-grams and skeleton 6-grams of a chain: what is left of it when its author's choices are kept (§1.6)."""

import hashlib
import re
import struct
from collections.abc import Sequence

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from reasonforge.domain.similarity.function_words import FUNCTION_WORDS

Grams = NDArray[np.uint32]
"""Sorted, distinct 32-bit hashes. Two different grams agree with probability 2⁻³²: about 10⁻⁴ false matches among
the 700 × 700 pairs of two ordinary chains."""

WORD_GRAM = 4
SKELETON_GRAM = 6
_KEPT = 2  # of a skeleton gram: unmasked tokens it needs
TOKEN = re.compile(r"[^\W\d_]+|\d+|[-+*/^<>=!%|&~]")
_MASK = "\x00word"
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, from the golden ratio: multiplication by it is one-to-one mod 2⁶⁴
_MIX = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finaliser
_HALF = np.uint64(32)
_HEADER = struct.Struct("<II")
_PORTABLE = np.dtype("<u4")


def _sorted_distinct(_instance: object, attribute: "attrs.Attribute[Grams]", value: Grams) -> None:
    if value.dtype != np.uint32 or value.ndim != 1 or np.count_nonzero(value[1:] > value[:-1]) < value.size - 1:
        message = f"{attribute.name} must be sorted, distinct 32-bit hashes"
        raise ValueError(message)
    value.flags.writeable = False


def _counted(grams: Grams) -> str:
    return f"<{len(grams)} grams>"


@frozen
class Fingerprint:
    """One chain's own grams, those of the problem statement taken out.

    Attributes:
        words: hashes of word 4-grams.
        skeleton: hashes of 6-grams of the skeleton.
    """

    words: Grams = field(eq=attrs.cmp_using(eq=np.array_equal), repr=_counted, validator=_sorted_distinct)
    skeleton: Grams = field(eq=attrs.cmp_using(eq=np.array_equal), repr=_counted, validator=_sorted_distinct)

    def to_bytes(self) -> bytes:
        """8 bytes of counts, then each hash in 4, little-endian; the same on every platform."""
        header = _HEADER.pack(len(self.words), len(self.skeleton))
        return header + self.words.astype(_PORTABLE).tobytes() + self.skeleton.astype(_PORTABLE).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Fingerprint":
        """What `to_bytes` wrote; anything else is a ValueError."""
        if len(stored) < _HEADER.size:
            message = f"a fingerprint has at least {_HEADER.size} bytes, and these are {len(stored)}"
            raise ValueError(message)
        words, skeleton = _HEADER.unpack_from(stored)
        if len(stored) != _HEADER.size + _PORTABLE.itemsize * (words + skeleton):
            message = f"a fingerprint of {words} and {skeleton} hashes does not have {len(stored)} bytes"
            raise ValueError(message)
        hashes = np.frombuffer(stored, dtype=_PORTABLE, offset=_HEADER.size).astype(np.uint32, copy=False)
        return cls(words=hashes[:words], skeleton=hashes[words:])


NO_GRAMS = Fingerprint(words=np.empty(0, np.uint32), skeleton=np.empty(0, np.uint32))
"""Of a text without words."""


class _Vocabulary(dict[str, int]):
    """Each distinct token's number, and by number what is hashed of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[str] = []

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self.tokens)
        self.tokens.append(token)
        return number

    def hashes(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Per token: its hash as a word, and its hash in the skeleton, where content words are all one."""
        mask = _digest(_MASK)
        words = [_digest(token) for token in self.tokens]
        skeleton = [
            mask if token.isalpha() and token not in FUNCTION_WORDS else word
            for token, word in zip(self.tokens, words, strict=True)
        ]
        return np.array(words, dtype=np.uint64), np.array(skeleton, dtype=np.uint64)


def _digest(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def _grams(hashes: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """The polynomial hash of each run of `length` tokens, mixed down to its 32 high bits; one per starting place."""
    count = len(hashes) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    rolled = hashes[:count].copy()
    for offset in range(1, length):
        rolled *= _BASE
        rolled += hashes[offset : offset + count]
    rolled ^= rolled >> _HALF
    rolled *= _MIX
    return rolled >> _HALF


def _among(marked: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    """How many of each run of `length` tokens are marked."""
    running = np.concatenate(([0], np.cumsum(marked, dtype=np.int64)))
    held: NDArray[np.int64] = running[length:] - running[:-length]
    return held


def _distinct(
    grams: NDArray[np.uint64], counted: NDArray[np.bool_], owners: NDArray[np.int64], chains: int
) -> list[Grams]:
    """Every chain's distinct counted grams; `owners` says which chain each token belongs to, in rising order."""
    whole = owners[len(owners) - len(grams) :] == owners[: len(grams)]
    kept = whole & counted
    keyed = (owners[: len(grams)][kept].astype(np.uint64) << _HALF) | grams[kept]
    keyed = np.unique(keyed)
    ends = np.searchsorted(keyed, np.arange(1, chains, dtype=np.uint64) << _HALF)
    return [piece.astype(np.uint32) for piece in np.split(keyed, ends)]


def fingerprints(problem: str, chains: Sequence[str]) -> tuple[Fingerprint, ...]:
    """Each folded chain's own grams, in order. `problem` is folded too; its grams are nobody's own.

    Word 4-grams run over words and numbers; the skeleton also keeps operators, and masks every content word. A gram
    counts when a word of two letters or more stands in it, so that shared arithmetic is not likeness; one of the
    skeleton when it also keeps two of its six tokens, so that a run of content words is not likeness either.
    """
    texts = (*chains, f"{problem}\n{problem}")  # twice: who repeats it does not own the seam either
    vocabulary = _Vocabulary()
    numbers = [np.array(list(map(vocabulary.__getitem__, TOKEN.findall(text))), dtype=np.int64) for text in texts]
    tokens = np.concatenate(numbers)
    owners = np.repeat(np.arange(len(texts)), [len(run) for run in numbers])
    word_hashes, skeleton_hashes = vocabulary.hashes()
    spoken = np.array([token.isalnum() for token in vocabulary.tokens], dtype=np.bool_)
    wordlike = np.array([token.isalpha() and len(token) > 1 for token in vocabulary.tokens], dtype=np.bool_)

    said = spoken[tokens]
    heard = tokens[said]
    worded = _among(wordlike[heard], WORD_GRAM) > 0
    words = _distinct(_grams(word_hashes[heard], WORD_GRAM), worded, owners[said], len(texts))
    kept = (word_hashes == skeleton_hashes)[tokens]
    built = (_among(wordlike[tokens], SKELETON_GRAM) > 0) & (_among(kept, SKELETON_GRAM) >= _KEPT)
    skeleton = _distinct(_grams(skeleton_hashes[tokens], SKELETON_GRAM), built, owners, len(texts))
    return tuple(
        Fingerprint(words=_without(own, words[-1]), skeleton=_without(bones, skeleton[-1]))
        for own, bones in zip(words[:-1], skeleton[:-1], strict=True)
    )


def _without(grams: Grams, taken: Grams) -> Grams:
    return grams[np.isin(grams, taken, assume_unique=True, invert=True)]
