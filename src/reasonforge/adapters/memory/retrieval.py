"""Retrieval over documents in memory, by Okapi BM25 (Robertson and Zaragoza 2009, §3) over passages of words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

from reasonforge.application.ports.retrieval import Passage

_SATURATION, _LENGTH = 1.2, 0.75
_QUERY_CHARACTERS, _QUERY_TERMS = 4_000, 200
_PASSAGE_CHARACTERS, _OVERLAP = 1_500, 500
_TERM = re.compile(r"\w+")


class MemoryRetrieval:
    """The given documents, cut into passages of at most 1,500 characters that overlap by 500 and begin at a word.

    Args:
        documents: source → text.
    """

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._passages = [
            Passage(source, piece) for source, text in documents.items() for piece in _pieces(text) if piece
        ]
        counts = [Counter(_terms(passage.text)) for passage in self._passages]
        self._lengths = [sum(count.values()) for count in counts]
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for at, count in enumerate(counts):
            for term, often in count.items():
                self._postings.setdefault(term, []).append((at, often))

    async def search(self, query: str, limit: int) -> Sequence[Passage]:
        if limit < 1:
            message = f"at least one passage is asked for, not {limit}"
            raise ValueError(message)
        scores: dict[int, float] = {}
        mean = sum(self._lengths) / max(1, len(self._lengths))
        for term in list(dict.fromkeys(_terms(query[:_QUERY_CHARACTERS])))[:_QUERY_TERMS]:
            found = self._postings.get(term, [])
            rarity = log(1 + (len(self._passages) - len(found) + 0.5) / (len(found) + 0.5))
            for at, often in found:
                fullness = _SATURATION * (1 - _LENGTH + _LENGTH * self._lengths[at] / mean)
                scores[at] = scores.get(at, 0.0) + rarity * often * (_SATURATION + 1) / (often + fullness)
        best = sorted(scores, key=lambda at: (-scores[at], at))[:limit]
        return [self._passages[at] for at in best]


def _terms(text: str) -> list[str]:
    return _TERM.findall(unicodedata.normalize("NFKC", text).casefold())


def _pieces(text: str) -> list[str]:
    found, start = [], 0
    while start + _PASSAGE_CHARACTERS < len(text):
        found.append(text[start : start + _PASSAGE_CHARACTERS].strip())
        onwards = start + _PASSAGE_CHARACTERS - _OVERLAP
        space = text.find(" ", onwards, onwards + _OVERLAP)
        start = onwards if space < 0 else space + 1
    return [*found, text[start:].strip()]
