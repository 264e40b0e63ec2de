"""Who is compared with whom, and what their fingerprints share."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.similarity.chains import BatchText, Chain, PastReasoning
from reasonforge.domain.similarity.containment import containments
from reasonforge.domain.similarity.rules import SimilarityRules


@frozen(eq=False)
class Overlap:
    """A batch of n texts (rows) against everything they may be held to: the batch itself, then h past ones (columns).

    Attributes:
        before: n × (n + h), True where the column came first and is another miner's: what the row may have copied.
        words, skeleton: n × (n + h) containments in [0, 1].
        words_judged, skeleton_judged: n × (n + h), True where both have enough own grams for that containment to count.
    """

    before: NDArray[np.bool_]
    words: NDArray[np.float64]
    skeleton: NDArray[np.float64]
    words_judged: NDArray[np.bool_]
    skeleton_judged: NDArray[np.bool_]


def overlap(
    texts: Sequence[BatchText], chains: Sequence[Chain], history: Sequence[PastReasoning], rules: SimilarityRules
) -> Overlap:
    """Of texts as they were read. Earlier is by arrival, ties by place in `texts`; the history is always earlier."""
    ours = [chain.fingerprint for chain in chains]
    theirs = [*ours, *(entry.fingerprint for entry in history)]
    enough = np.array([len(other.words) >= rules.min_grams for other in theirs], dtype=np.bool_)
    built = enough & np.array([len(other.skeleton) >= rules.min_skeleton_grams for other in theirs], dtype=np.bool_)
    return Overlap(
        before=_before(texts, history),
        words=containments([own.words for own in ours], [other.words for other in theirs]),
        skeleton=containments([own.skeleton for own in ours], [other.skeleton for other in theirs]),
        words_judged=np.logical_and.outer(enough[: len(ours)], enough),
        skeleton_judged=np.logical_and.outer(built[: len(ours)], built),
    )


def _before(texts: Sequence[BatchText], history: Sequence[PastReasoning]) -> NDArray[np.bool_]:
    places = arrival_ranks(texts)
    columns = np.concatenate((places, np.full(len(history), -1)))
    numbers: dict[Hotkey, int] = {}
    miners = np.array([numbers.setdefault(hotkey, len(numbers)) for hotkey in authors(texts, history)], dtype=np.int64)
    before: NDArray[np.bool_] = (columns[None, :] < places[:, None]) & (miners[None, :] != miners[: len(texts), None])
    return before


def by_arrival(texts: Sequence[BatchText]) -> list[int]:
    """Places in `texts`, first arrival first."""
    return sorted(range(len(texts)), key=lambda place: texts[place].arrival_seconds)


def arrival_ranks(texts: Sequence[BatchText]) -> NDArray[np.int64]:
    """Of each text its place in `by_arrival`."""
    ranks = np.empty(len(texts), dtype=np.int64)
    ranks[by_arrival(texts)] = np.arange(len(texts))
    return ranks


def authors(texts: Sequence[BatchText], history: Sequence[PastReasoning]) -> list[Hotkey]:
    """Whose each column is."""
    return [*(text.hotkey for text in texts), *(entry.hotkey for entry in history)]
