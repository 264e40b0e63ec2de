"""Which discipline a user's question belongs to, and how hard it looks, where the user does not say. Rules that say
why; no model, and no promise: what comes out is a first guess that an operator can read.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import chain

from attrs import frozen

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.triage_words import FAIR, STRONG, WEAK, WORDS

LOOKED_AT = 8_000
"""Characters of a question, from its beginning, that are looked at: the time it takes does not grow beyond."""
FALLBACK = Discipline.MATHEMATICS
"""For a question in which nothing is recognised: its answers are compared most strictly."""
_REASONS = 6
_AS_WRITTEN = (Discipline.CODE, Discipline.MATHEMATICS)
"""Whose marks depend on capitals and line breaks."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.!?;]+")
_FORMULA = re.compile(
    r"[∫∑∏√∞∂∇∈∀∃≡≤≥≠±]|\\(?:int|sum|frac|sqrt)\b|\b[a-z]\s?(?:\^|\*\*)\s?\d|[²³⁴]|\b\d*[a-z]\s?[+*/-]\s?\d+\s?=|"
    r"\b[a-z]\(x\)|\d\s?[-+*/×÷^]\s?\d"
)
_PROGRAM = re.compile(
    r"```|\bdef \w+\(|\bfor \w+ in \b|\bprint\(|\breturn\b.*[;:]|\bSELECT\b.+\bFROM\b|#include|\w+\(\)\s*[;{]|"
    r"\bimport \w+|=>|==|!=|\bif __name__"
)
_WOULD_HAVE = re.compile(
    r"\b(?:would|could|might)\b[^.?!]{1,80}\bhave\b|"
    r"\bif\b[^.?!]{1,80}\bhad (?:not )?(?:been|\w+ed)\b|\bhad (?:\w+ )?not\b"
)
_MAKES = re.compile(
    r"^(?:does|do|did|can|is|are|will)\b[^.?!]{1,100}"
    r"\b(?:mak(?:e|es|ing)|rais(?:e|es)|lower|prevent|reduc(?:e|es)|increas(?:e|es)|improv(?:e|es)|lead|affect)"
)
_OUGHT = re.compile(
    r"(?:^|[.?!] )should (?:we|society|people|the state|governments?|companies|parents)\b|"
    r"\bis it (?:ever |still |really )?(?:ok|okay|acceptable|wrong|right|fair|permissible|justifi\w+|moral\w*)\b"
)
_HARD: Mapping[str, int] = {
    "prove": 3, "proof": 3, "for all": 2, "for every": 1, "show that": 2, "general": 1, "optimal": 1, "minimal": 1,
    "necessary and sufficient": 3, "np-hard": 3, "asymptotic": 2, "derive": 2, "rigorous": 2, "counterexample": 2,
    "formal": 1, "at least": 1, "trade-off": 1, "justify": 1, "explain": 1, "uniqueness": 2, "identifiab": 2,
    "eigenvalue": 1, "differential equation": 2, "concurren": 1, "deadlock": 1, "simultaneous": 1, "equilibri": 1,
    "counterfactual": 1, "confound": 1, "quantum": 1, "conflicting": 1, "competing": 1, "worst case": 1,
}  # fmt: skip
_EASY: Mapping[str, int] = {
    "what is the capital": 2, "simple": 1, "define": 1, "basic": 1, "how many letters": 1, "name the": 1, "which of": 0,
}  # fmt: skip


@frozen
class Triage:
    """A guess, and what it rests on.

    Attributes:
        difficulty: 1 to 10.
        why: a few short phrases for people, in printable text; of the question they repeat only words of our own lists.
    """

    discipline: Discipline
    difficulty: int
    why: tuple[str, ...]


def triage(problem: str) -> Triage:
    """Total: every text gets a discipline and a difficulty, in time bounded by `LOOKED_AT`.

    >>> found = triage("Prove that there are infinitely many primes congruent to 3 modulo 4.")
    >>> found.discipline.value, found.difficulty
    ('mathematics', 5)
    >>> triage("").why[0]
    'nothing in it is recognised, so it is taken for mathematics'
    """
    text = problem[:LOOKED_AT]
    folded = " ".join(unicodedata.normalize("NFKC", text)[:LOOKED_AT].replace("’", "'").casefold().split())
    discipline, why = _discipline(text, folded)
    difficulty, signs = _difficulty(folded)
    return Triage(discipline, difficulty, (*why, *signs))


def _discipline(text: str, folded: str) -> tuple[Discipline, tuple[str, ...]]:
    """The discipline with the most points. A word counts once however often it stands there."""
    points: dict[Discipline, int] = {}
    reasons: dict[Discipline, list[str]] = {}
    for discipline, weighed in _PATTERNS.items():
        for worth, pattern in weighed.items():
            found = sorted({match[0].strip() for match in pattern.finditer(folded)})
            if found:
                points[discipline] = points.get(discipline, 0) + worth * len(found)
                reasons.setdefault(discipline, []).extend(found)
    for discipline, mark, worth, what in (
        (Discipline.CODE, _PROGRAM, STRONG, "it holds what looks like a program"),
        (Discipline.MATHEMATICS, _FORMULA, FAIR, "it holds a formula"),
        (Discipline.CAUSAL, _WOULD_HAVE, STRONG, "it asks what would have been"),
        (Discipline.CAUSAL, _MAKES, FAIR, "it asks whether one thing brings about another"),
        (Discipline.ETHICAL, _OUGHT, STRONG, "it asks what ought to be"),
    ):
        if mark.search(text if discipline in _AS_WRITTEN else folded):
            points[discipline] = points.get(discipline, 0) + worth
            reasons.setdefault(discipline, []).append(what)
    if not points:
        return FALLBACK, (f"nothing in it is recognised, so it is taken for {FALLBACK}",)
    order = list(_PATTERNS)
    best = max(points, key=lambda one: (points[one], -order.index(one)))
    told = ", ".join(reasons[best][:_REASONS])
    others = sorted((one for one in points if one is not best), key=lambda one: (-points[one], order.index(one)))
    second = f"; {others[0]} has {points[others[0]]}" if others else ""
    return best, (f"{best} by {points[best]} points: {told}{second}",)


def _difficulty(folded: str) -> tuple[int, tuple[str, ...]]:
    """From 2 upwards by its length, its numbers and sentences, and words that ask for more than a figure."""
    words = len(_WORD.findall(folded))
    level, why = 2, [f"{words} words"]
    for least in (20, 45, 90, 160, 300):
        level += words >= least
    numbers = len(set(_NUMBER.findall(folded)))
    level += (numbers >= 4) + (numbers >= 10)
    if numbers:
        why.append(f"{numbers} numbers")
    parts = sum(bool(part.strip()) for part in _SENTENCE.split(folded))
    level += (parts >= 4) + (parts >= 9)
    hard = {word: worth for word, worth in _HARD.items() if word in folded}
    easy = {word: worth for word, worth in _EASY.items() if word in folded}
    level += min(4, sum(hard.values())) - min(2, sum(easy.values()))
    if hard or easy:
        why.append(f"asks for more or less by: {', '.join(chain(hard, easy))}")
    return max(1, min(10, level)), (f"difficulty by {'; '.join(why)}",)


def _pattern(words: str) -> re.Pattern[str]:
    """One alternation, the longest first: it starts at a word's edge, and ends at one where `$` says so."""
    listed = sorted((word.strip() for word in words.split(",") if word.strip()), key=lambda word: (-len(word), word))
    parts = [re.escape(word[:-1]) + r"(?!\w)" if word.endswith("$") else re.escape(word) for word in listed]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})")


_PATTERNS: Mapping[Discipline, Mapping[int, re.Pattern[str]]] = {
    discipline: {worth: _pattern(words[worth]) for worth in (STRONG, FAIR, WEAK)} for discipline, words in WORDS.items()
}
