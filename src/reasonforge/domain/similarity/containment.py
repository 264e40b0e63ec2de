"""|A ∩ B| / min(|A|, |B|) of every pair of gram sets, without visiting the pairs one by one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasonforge.domain.similarity.fingerprint import Grams

_ENUMERATED = 1 << 22  # pairs counted at a time; up to which no matrix is worth its threads
_COLUMNS = 1 << 12  # grams multiplied at a time
_ROWS = 1 << 11  # right-hand sets at a time
_HINT = 22  # leading bits by which most grams that no left set holds are told without a search
_CHEAPER = 128  # a gram shared by more than n·m / this many pairs is cheaper in a matrix product than one by one


def containments(left: Sequence[Grams], right: Sequence[Grams]) -> NDArray[np.float64]:
    """Every left set against every right set: an n × m matrix in [0, 1]; 0 where either is empty. Exact."""
    shared = np.zeros((len(left), len(right)), dtype=np.int64)
    vocabulary, rows = _entries(left)
    grams, columns = np.unique(vocabulary, return_inverse=True)
    hint = np.zeros(1 << _HINT, dtype=np.bool_)
    hint[grams >> (32 - _HINT)] = True
    by_gram = np.argsort(columns, kind="stable")
    rows, counts = rows[by_gram], np.bincount(columns, minlength=len(grams))
    for start in range(0, len(right), _ROWS):
        block = [other[hint[other >> (32 - _HINT)]] for other in right[start : start + _ROWS]]
        shared[:, start : start + len(block)] = _shared(grams, rows, counts, len(left), block)
    sizes = np.minimum.outer([len(grams) for grams in left], [len(grams) for grams in right])
    return shared / np.maximum(sizes, 1)


def _entries(sets: Sequence[Grams]) -> tuple[Grams, NDArray[np.int64]]:
    """All grams of all sets in one row, and the number of the set each came from."""
    joined = np.concatenate(sets) if len(sets) else np.empty(0, np.uint32)
    return joined, np.repeat(np.arange(len(sets)), [len(grams) for grams in sets])


def _shared(
    grams: Grams, rows: NDArray[np.int64], counts: NDArray[np.int64], n: int, right: Sequence[Grams]
) -> NDArray[np.int64]:
    """How many grams each of `n` left sets shares with each right one.

    `grams` are the left sets' distinct ones; the sets that hold gram c are `counts[c]` consecutive entries of `rows`.
    """
    m = len(right)
    found, columns = _entries(right)
    if not len(grams) or not len(found):
        return np.zeros((n, m), dtype=np.int64)
    place = np.minimum(np.searchsorted(grams, found), len(grams) - 1)
    known = grams[place] == found
    place, columns = place[known], columns[known]
    pairs = counts * np.bincount(place, minlength=len(grams))
    crowded = pairs > (max(1, n * m // _CHEAPER) if pairs.sum() > _ENUMERATED else n * m)
    sparse = ~crowded[place]
    starts = np.cumsum(counts) - counts
    total = _enumerated(rows, starts[place[sparse]], counts[place[sparse]], columns[sparse], (n, m))
    if crowded.any():
        left_places = np.repeat(np.arange(len(grams)), counts)
        total += _multiplied(crowded, (left_places, rows), (place, columns), (n, m))
    return total


def _enumerated(
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    columns: NDArray[np.int64],
    shape: tuple[int, int],
) -> NDArray[np.int64]:
    """One count for each (left set, right entry) that share a gram, a bounded number of them at a time."""
    total = np.zeros(shape[0] * shape[1], dtype=np.int64)
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _ENUMERATED, side="right")))
        repeats = counts[first:last]
        within = np.arange(int(ends[last - 1] - done)) - np.repeat(ends[first:last] - repeats - done, repeats)
        pairs = rows[np.repeat(starts[first:last], repeats) + within] * shape[1]
        pairs += np.repeat(columns[first:last], repeats)
        total += np.bincount(pairs, minlength=len(total))
        first = last
    return total.reshape(shape)


def _multiplied(
    crowded: NDArray[np.bool_],
    left: tuple[NDArray[np.int64], NDArray[np.int64]],
    right: tuple[NDArray[np.int64], NDArray[np.int64]],
    shape: tuple[int, int],
) -> NDArray[np.int64]:
    """The same for grams that many sets hold, as a product of incidence matrices. `left`, `right`: (gram, set) pairs.

    Counts stay far below 2²⁴, up to which float32 is exact.
    """
    total = np.zeros(shape, dtype=np.int64)
    number = np.cumsum(crowded) - 1
    left_gram, left_set = (side[crowded[left[0]]] for side in left)
    right_gram, right_set = (side[crowded[right[0]]] for side in right)
    count = int(number[-1]) + 1
    for start in range(0, count, _COLUMNS):
        incidence = []
        for gram, owner, size in ((left_gram, left_set, shape[0]), (right_gram, right_set, shape[1])):
            inside = (number[gram] >= start) & (number[gram] < start + _COLUMNS)
            matrix = np.zeros((size, min(_COLUMNS, count - start)), dtype=np.float32)
            matrix[owner[inside], number[gram][inside] - start] = 1
            incidence.append(matrix)
        total += (incidence[0] @ incidence[1].T).astype(np.int64)
    return total
