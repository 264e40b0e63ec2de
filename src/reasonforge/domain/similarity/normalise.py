"""A miner's text as it is compared: one spelling for what looks the same, and no more of it than is looked at."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reasonforge.domain.similarity.confusables import LOOKALIKES
from reasonforge.domain.similarity.rules import SimilarityRules

_INVISIBLE = frozenset({"Mn", "Me", "Mc", "Cf", "Cc", "Cs", "Co", "Cn"})
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")  # Hangul fillers: letters, and drawn as nothing
_BLANK = "\u2800"  # a Braille pattern without dots: a symbol, and drawn as a space
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_WORDS_WITHOUT_SPACES = (range(0x3040, 0x3100), range(0x3400, 0xA000), range(0x20000, 0x32000))  # kana and ideographs
_PADDING = (
    (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x0300, 0x036F), (0x061C, 0x061C),
    (0x115F, 0x1160), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x20D0, 0x20FF), (0x3164, 0x3164), (0xD800, 0xF8FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0x10FFFF),
)  # what fills a page with nothing, first and last; `_folded` knows the rest of its kind  # fmt: skip
_SPACES = ((0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
           (0x202F, 0x202F), (0x205F, 0x205F), (0x2800, 0x2800), (0x3000, 0x3000))  # fmt: skip
_RAW_FACTOR = 2  # folding may shorten a text (marks) or lengthen it (ligatures)
_FEW = 64  # distinct characters up to which replacing one by one is faster than a table


@lru_cache(maxsize=1 << 16)
def _folded(character: str) -> str:
    """What one character is compared as; may be nothing, or several letters."""
    known = LOOKALIKES.get(character)
    if known is not None:
        return known
    if character.isspace() or character == _BLANK:
        return " "
    if ord(character) in _HANGUL_SYLLABLES:
        return character
    if any(ord(character) in block for block in _WORDS_WITHOUT_SPACES):
        return f" {unicodedata.normalize('NFKC', character)} "
    letters: list[str] = []
    for part in unicodedata.normalize("NFKD", character):
        category = unicodedata.category(part)
        if part in LOOKALIKES:
            letters.append(LOOKALIKES[part])
        elif category == "Nd":
            letters.append(str(unicodedata.decimal(part)))
        elif category.startswith("Z"):
            letters.append(" ")
        elif category not in _INVISIBLE and part not in _INVISIBLE_LETTERS:
            letters.append(part.casefold())
    return "".join(letters)


class _Folding(dict[int, str]):
    """A `str.translate` table that fills itself with the characters it meets."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def fold(text: str) -> str:
    """`text` as it is compared.

    Compatibility forms decomposed (NFKD), confusable letters and operators made ASCII, decimal digits of every
    script made ASCII, combining marks and characters that are drawn as nothing removed, white space of every kind a
    space, case folded, ideographs set apart as words of their own. Never raises; lone surrogates are removed.

    >>> fold("Τhe rооt\u200b of ４ is  \u0301TWO")
    'the root of 4 is  two'
    """
    strange = set(text) - _PLAIN
    if len(strange) > _FEW:
        return text.translate(_Folding())
    for character in sorted(strange):
        text = text.replace(character, _folded(character))
    return text.casefold()


_PLAIN = frozenset(map(chr, range(0x20, 0x7F)))


def fair_shares(sizes: Sequence[int], budget: int) -> tuple[int, ...]:
    """How much of each part is looked at: at most `budget` in all, and what a short part leaves goes to the longer.

    A part that is padded without end can so not push another one out of sight.

    >>> fair_shares([2, 10, 3], 9)
    (2, 4, 3)
    """
    shares = [0] * len(sizes)
    left = budget
    shortest_first = sorted(range(len(sizes)), key=sizes.__getitem__)
    for position, index in enumerate(shortest_first):
        shares[index] = min(sizes[index], left // (len(sizes) - position))
        left -= shares[index]
    return tuple(shares)


def _among(ranges: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    flags = np.zeros(0x110000, dtype=np.bool_)
    for first, last in ranges:
        flags[first : last + 1] = True
    return flags


_IS_PADDING, _IS_SPACE = _among(_PADDING), _among(_SPACES)


def _unpadded(text: str) -> str:
    """Without characters that are drawn as nothing, and every run of white space as its first character."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = codes[~_IS_PADDING[codes]]
    blank = _IS_SPACE[codes]
    blank[1:] &= blank[:-1].copy()
    blank[:1] = False
    return str(codes[~blank].tobytes(), "utf-32-le")


def fold_parts(parts: Sequence[str], rules: SimilarityRules) -> tuple[str, ...]:
    """A chain's parts folded and bounded to `rules.max_characters` in all; one folded part for each, in order.

    Padding that nobody sees is taken out before anything is cut, so that it pushes nothing out of sight.
    """
    budget = rules.max_characters * _RAW_FACTOR
    if sum(map(len, parts)) > budget:
        parts = [_unpadded(part) for part in parts]
    raw = fair_shares([len(part) for part in parts], budget)
    folded = [fold(part[:share]) for part, share in zip(parts, raw, strict=True)]
    kept = fair_shares([len(part) for part in folded], rules.max_characters)
    return tuple(part[:share] for part, share in zip(folded, kept, strict=True))
