"""An embedder without a model: near copies are near, strangers are not. For demonstrations and tests."""

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from attrs import field, frozen, validators
from numpy.typing import NDArray

from reasonforge.domain.similarity import fold
from reasonforge.domain.similarity.function_words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]+")
_LETTERS = 4
_FAINT = 0.3  # function words are in every text, and would make strangers alike
_BATCH_CHARACTERS = 1 << 18  # of texts hashed at a time


@frozen
class HashingEmbedder:
    """Signed feature hashing (Weinberger et al. 2009) of words, word pairs and letter 4-grams.

    A feature's weight is the root of its count, times 0.3 for a function word; rows are L2-normalised. It knows
    spelling and not meaning: a paraphrase in other words is a stranger to it. The same text gives the same bytes on
    every run. Cost is linear in the text.

    Attributes:
        dimensions: d ≥ 8.
    """

    dimensions: int = field(default=384, validator=validators.ge(8))

    @property
    def name(self) -> str:
        return f"hashing-{self.dimensions}-v1"

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float64)
        start, end, characters = 0, 0, 0
        while start < len(texts):
            while end < len(texts) and (end == start or characters + len(texts[end]) <= _BATCH_CHARACTERS):
                characters += len(texts[end])
                end += 1
            rows[start:end] = self._rows(texts[start:end])
            start, characters = end, 0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        normalised: NDArray[np.float32] = (rows / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
        return normalised

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Unnormalised rows. Each text's sums run in the order of its features' hashes, whatever it is batched with."""
        features = [_features(_WORD.findall(fold(text))) for text in texts]
        owners = np.repeat(np.arange(len(texts)), [len(own) for own in features])
        known: dict[str, tuple[int, float]] = {}
        for own in features:
            for feature in own:
                if feature not in known:
                    known[feature] = (_digest(feature), _FAINT if feature in FUNCTION_WORDS else 1.0)
        hashed = [known[feature] for own in features for feature in own]
        digests = np.array([digest for digest, _ in hashed], dtype=np.uint64)
        weights = np.array([weight for _, weight in hashed], dtype=np.float64)

        order = np.lexsort((digests, owners))
        digests, weights, owners = digests[order], weights[order], owners[order]
        first = np.flatnonzero(np.concatenate(([True], (digests[1:] != digests[:-1]) | (owners[1:] != owners[:-1]))))
        first = first[: len(digests)]
        counts = np.diff(np.append(first, len(digests)))
        signs = 1.0 - 2.0 * (digests[first] & np.uint64(1)).astype(np.float64)
        buckets = ((digests[first] >> np.uint64(1)) % np.uint64(self.dimensions)).astype(np.int64)
        sums: NDArray[np.float64] = np.bincount(
            owners[first] * self.dimensions + buckets,
            weights=signs * weights[first] * np.sqrt(counts),
            minlength=len(texts) * self.dimensions,
        ).astype(np.float64)
        return sums.reshape(len(texts), self.dimensions)


def _features(words: Sequence[str]) -> list[str]:
    """Words, neighbours, and the letters of words with their ends marked; no two kinds can be spelled alike."""
    letters = [
        marked[start : start + _LETTERS] + "…"
        for word in words
        if word not in FUNCTION_WORDS
        for marked in (f"<{word}>",)
        for start in range(len(marked) + 1 - _LETTERS)
    ]
    return [*words, *(f"{one} {other}" for one, other in pairwise(words)), *letters]


def _digest(feature: str) -> int:
    return int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")
