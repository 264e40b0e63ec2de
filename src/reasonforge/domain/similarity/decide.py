"""From signals to verdicts: the later arrival pays, and every pair that says so is evidence (§1.6)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.likeness import CopyEvidence, Likeness
from reasonforge.domain.similarity.alignment import PartVectors, alignments
from reasonforge.domain.similarity.chains import BatchText, PastReasoning
from reasonforge.domain.similarity.overlap import Overlap, arrival_ranks, authors
from reasonforge.domain.similarity.rules import SimilarityMode, SimilarityRules

BATCH, HISTORY = "batch", "history"
EMBEDDING, FINGERPRINT, SKELETON = "embedding", "fingerprint", "skeleton"


def aligned(
    before: NDArray[np.bool_], vectors: Sequence[PartVectors | None], rules: SimilarityRules
) -> NDArray[np.float64]:
    """The alignment of every row with each column that came before it: in [0, 1], 0 where either was not embedded.

    `vectors` are the columns', batch first, then the history's.
    """
    result = np.zeros(before.shape, dtype=np.float64)
    for row, chain in enumerate(vectors[: len(before)]):
        if chain is None:
            continue
        others = {
            column: other for column in np.flatnonzero(before[row]).tolist() if (other := vectors[column]) is not None
        }
        result[row, list(others)] = alignments(chain, list(others.values()), rules.judged_share)
    return result


def likenesses(
    texts: Sequence[BatchText],
    history: Sequence[PastReasoning],
    shared: Overlap,
    alignment: NDArray[np.float64],
    rules: SimilarityRules,
) -> tuple[Likeness, ...]:
    """One likeness a text, in order, of what came before it: so no copier can harm whom it copied.

    `excess` is the largest (signal − threshold) / (1 − threshold) over the signals, and 0 where none is above.
    Under the literal rule only the embedding is a signal.
    """
    signals = [(EMBEDDING, np.where(shared.before, alignment, 0.0), rules.embedding_threshold)]
    if rules.mode is SimilarityMode.DEFAULT:
        signals += [
            (FINGERPRINT, np.where(shared.before & shared.words_judged, shared.words, 0.0), rules.words_threshold),
            (
                SKELETON,
                np.where(shared.before & shared.skeleton_judged, shared.skeleton, 0.0),
                rules.skeleton_threshold,
            ),
        ]
    columns = authors(texts, history)
    rank = np.concatenate((arrival_ranks(texts), np.arange(len(history)) + len(texts)))
    return tuple(
        _likeness(
            [(name, scores[row], threshold) for name, scores, threshold in signals], columns, rank, len(texts), rules
        )
        for row in range(len(texts))
    )


def _likeness(
    signals: Sequence[tuple[str, NDArray[np.float64], float]],
    columns: Sequence[Hotkey],
    rank: NDArray[np.int64],
    batch: int,
    rules: SimilarityRules,
) -> Likeness:
    greatest: dict[str, float] = {}
    found: list[tuple[float, str, int, CopyEvidence]] = []
    for name, scores, threshold in signals:
        greatest[name] = float(scores.max(initial=0.0))
        above = np.flatnonzero(scores > threshold)
        strongest = above[np.lexsort((rank[above], -scores[above]))][: rules.max_evidence]
        for column in strongest:
            score = float(scores[column])
            source = BATCH if column < batch else HISTORY
            evidence = CopyEvidence(name, columns[column], source, score, threshold)
            found.append((-_excess(score, threshold), name, int(rank[column]), evidence))
    found.sort(key=lambda entry: entry[:3])
    return Likeness(
        **greatest,
        excess=max((_excess(greatest[name], threshold) for name, _, threshold in signals), default=0.0),
        evidence=tuple(evidence for *_, evidence in found[: rules.max_evidence]),
    )


def _excess(score: float, threshold: float) -> float:
    return max(0.0, (score - threshold) / (1 - threshold))
