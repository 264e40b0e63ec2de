"""Whether a passage stands in a text word for word, and which numbers a text states."""

import re
import unicodedata
from fractions import Fraction

_PUNCTUATION = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‐": "-", "‑": "-", "‒": "-"}
    | {"–": "-", "—": "-", "−": "-", "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None}
    | {"\u2060": None, "\ufeff": None}
)
_NUMBER = re.compile(r"(?<![\w.,])(-?)([0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+|(?=\.[0-9]))(\.[0-9]+)?( ?%)?")
_NAME_BEFORE = re.compile("[A-Za-z]-")
_TRIES = 1_000
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_WORD_VALUES = {word: Fraction(value) for value, word in enumerate(_WORDS.split())}
_WORD = re.compile(r"[A-Za-z]+")
_PERCENT = re.compile(rf"([0-9]|\b(?:{'|'.join(_WORD_VALUES)})) ?(?:percent|per cent)\b", re.IGNORECASE)


def normal(text: str) -> str:
    r"""NFKC, one kind of quotation mark and dash, nothing invisible, single spaces, none around.

    >>> normal(" the “ﬁrst”  –\n result ")
    'the "first" - result'
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).split())


def places(quote: str, text: str) -> list[int]:
    """Where a normal quote stands in a normal text without cutting a word or a number in two, of its first 1,000."""
    found: list[int] = []
    at = text.find(quote) if quote else -1
    for _ in range(_TRIES):
        if at < 0:
            break
        if not _joined(text, at) and not _joined(text, at + len(quote)):
            found.append(at)
        at = text.find(quote, at + 1)
    return found


def _joined(text: str, at: int) -> bool:
    """Whether a cut before the character at `at` would divide a word or a number."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    if before.isdigit():  # 1|.5  1|,000  15| %  15|%
        ahead = text[at + 1 : at + 2]
        return (after in ".," and ahead.isdigit()) or after == "%" or (after == " " and ahead == "%")
    if after.isdigit():  # 1.|5  -|5
        behind = text[at - 2] if at >= 2 else " "
        return (before in ".," and behind.isdigit()) or (before == "-" and not behind.isalnum())
    return after == "%" and before == " "


def numbers_in(text: str, *, words: bool = False) -> frozenset[tuple[Fraction, bool]]:
    """The numbers that a normal text of at most 4,000 characters states, each with whether it is a percentage.

    With `words`, also zero to twenty in words, and numbers that are part of a name (`COVID-19`).

    >>> sorted(numbers_in("of 1,200 people .5 or 15 percent had COVID-19"))
    [(Fraction(1, 2), False), (Fraction(15, 1), True), (Fraction(1200, 1), False)]
    """
    spelled = _PERCENT.sub(lambda match: f"{_in_digits(match[1])}%", text)
    found: set[tuple[Fraction, bool]] = set()
    for match in _NUMBER.finditer(spelled):
        sign, whole, places_after, percent = match.groups()
        if not words and not percent and _NAME_BEFORE.search(spelled, max(0, match.start() - 2), match.start()):
            continue
        size = Fraction(f"{whole.replace(',', '') or '0'}{places_after or ''}")
        found.add((-size if sign else size, bool(percent)))
    if words:
        found |= {(_WORD_VALUES[w], False) for w in map(str.lower, _WORD.findall(text)) if w in _WORD_VALUES}
    return frozenset(found)


def _in_digits(number: str) -> str:
    value = _WORD_VALUES.get(number.lower())
    return number if value is None else str(value)
