"""Eq. 12 for many replies at once, as `ScoringEngine.compute_consensus_score` has it for one."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reasonforge.application.simulation.draw_epoch import Floats, Indices

_EVEN = 1e-12
"""The engine's tolerance: halves of the stake that differ by less than this part of the whole are equal."""
_TRIMMED_FROM = 5
"""Of fewer scores than these none is trimmed."""
_SPARE_BITS = 2
"""The sign and the highest bit of the exponent are 0 in every double of [0, 1]."""
_Labels: TypeAlias = NDArray[np.uint64]


def reach_consensus(scores: Floats, stakes: Floats, trim_delta: float) -> Floats:
    """(R,): the stake-weighted trimmed median of each row's scores; NaN for a row with no stake behind it.

    `scores` (R, J) in [0, 1], `stakes` (R, J) ≥ 0 or (J,) when every row has the same, `trim_delta` in [0, 0.5).
    """
    staked = stakes > 0
    if staked.all():
        return _medians(scores, stakes, trim_delta)
    if stakes.ndim == 1:
        return _medians(scores[:, staked], stakes[staked], trim_delta)
    consensus = np.full(len(scores), np.nan)
    counts = staked.sum(axis=1)
    for count in np.unique(counts):
        rows = counts == count
        heard, shape = staked[rows], (int(rows.sum()), int(count))
        consensus[rows] = _medians(scores[rows][heard].reshape(shape), stakes[rows][heard].reshape(shape), trim_delta)
    return consensus


def _medians(scores: Floats, stakes: Floats, trim_delta: float) -> Floats:
    """Eq. 12 of rows in which every judge has stake; arrays as in `reach_consensus`."""
    replies, judges = scores.shape
    if judges == 0:
        return np.full(replies, np.nan)
    if judges < _TRIMMED_FROM:
        order = _by_score(scores, np.arange(judges, dtype=np.uint64)).view(np.int64).T
    else:
        ends = max(1, math.floor(trim_delta * judges))
        order = _by_score_then_stake(scores, stakes)[:, ends : judges - ends].T
    columns = np.arange(replies)
    starts = columns * judges
    ranked = stakes.take(order if stakes.ndim == 1 else order + starts)
    # One addition a judge over all replies: several times faster than a cumulative sum along each reply.
    for place in range(1, len(ranked)):
        np.add(ranked[place - 1], ranked[place], out=ranked[place])
    half, slack = ranked[-1] / 2, ranked[-1] * (_EVEN / 2)
    middle = np.count_nonzero(ranked < half - slack, axis=0)
    even = np.abs(ranked[middle, columns] - half) <= slack
    lower: Floats = scores.take(starts + order[middle, columns])
    upper: Floats = scores.take(starts + order[np.minimum(middle + even, len(ranked) - 1), columns])
    return (lower + upper) / 2


def _by_score_then_stake(scores: Floats, stakes: Floats) -> Indices:
    """(R, J): each row's judges by score, equal scores by stake: trimming by head count drops the outermost."""
    by_stake = stakes.argsort(axis=-1, kind="stable")
    ranks = np.empty(by_stake.shape, dtype=np.uint64)
    places = np.arange(scores.shape[1], dtype=np.uint64)
    np.put_along_axis(ranks, by_stake, places if stakes.ndim == 1 else places[None, :], axis=-1)
    ranked = _by_score(scores, ranks).view(np.int64)
    return by_stake.take(ranked) if stakes.ndim == 1 else np.take_along_axis(by_stake, ranked, axis=1)


def _by_score(scores: Floats, labels: _Labels) -> _Labels:
    """(R, J): each row's `labels`, J different ones below J, by score, equal scores by label.

    One sort of integers: a score's bits, which order like the scores themselves, with the label in their last places.
    That is several times faster than sorting indices, and costs scores that differ by less than 2⁻⁴⁸ of themselves
    (64 judges; twice that for twice as many) their difference.
    """
    mask = np.uint64((1 << (scores.shape[1] - 1).bit_length()) - 1)
    keys: _Labels = np.left_shift(scores.view(np.uint64), np.uint64(_SPARE_BITS))
    keys &= ~mask
    keys |= labels
    keys.sort(axis=1)
    keys &= mask
    return keys
