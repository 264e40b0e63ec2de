"""How much of the shorter of two embedded chains finds its like in the other (§1.6)."""

import math
import struct
from collections.abc import Sequence

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from reasonforge.domain.numbers import within_unit

_HEADER = struct.Struct("<II")
_PORTABLE = np.dtype("<f4")
_BLOCK = 8_192  # right-hand parts at a time
_DIGITS = 6  # what is left of a cosine when the order of a sum is forgotten


def _shape(array: NDArray[np.float32]) -> str:
    return f"<{' × '.join(map(str, array.shape))}>"


@frozen
class PartVectors:
    """A chain's embedded parts.

    Attributes:
        vectors: parts × d, float32, L2-normalised rows, none of them zero.
        weights: own words of each part, > 0, float32.
    """

    vectors: NDArray[np.float32] = field(eq=attrs.cmp_using(eq=np.array_equal), repr=_shape)
    weights: NDArray[np.float32] = field(eq=attrs.cmp_using(eq=np.array_equal), repr=_shape)

    def __attrs_post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.weights.shape != self.vectors.shape[:1] or not self.weights.size:
            message = f"a chain has one weight a vector, and these are {self.weights.shape} for {self.vectors.shape}"
            raise ValueError(message)
        if self.vectors.dtype != np.float32 or self.weights.dtype != np.float32:
            message = f"vectors and weights are float32, not {self.vectors.dtype} and {self.weights.dtype}"
            raise ValueError(message)
        if not (_all_finite(self.vectors) and _all_finite(self.weights) and self.weights.min() > 0):
            message = "vectors and weights must be finite, and weights above 0"
            raise ValueError(message)
        self.vectors.flags.writeable = False
        self.weights.flags.writeable = False

    def to_bytes(self) -> bytes:
        """8 bytes of shape, the weights, the vectors, little-endian; the same on every platform."""
        header = _HEADER.pack(*self.vectors.shape)
        return header + self.weights.astype(_PORTABLE).tobytes() + self.vectors.astype(_PORTABLE).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "PartVectors":
        """What `to_bytes` wrote; anything else is a ValueError."""
        if len(stored) < _HEADER.size:
            message = f"embedded parts have at least {_HEADER.size} bytes, and these are {len(stored)}"
            raise ValueError(message)
        parts, dimensions = _HEADER.unpack_from(stored)
        if len(stored) != _HEADER.size + _PORTABLE.itemsize * parts * (1 + dimensions):
            message = f"{parts} embedded parts of {dimensions} dimensions do not have {len(stored)} bytes"
            raise ValueError(message)
        numbers = np.frombuffer(stored, dtype=_PORTABLE, offset=_HEADER.size).astype(np.float32, copy=False)
        return cls(vectors=numbers[parts:].reshape(parts, dimensions), weights=numbers[:parts])


def _all_finite(numbers: NDArray[np.float32]) -> bool:
    """In one pass: no sum of finite float32 overflows a double, and neither infinity nor NaN goes away in one."""
    return math.isfinite(np.add.reduce(numbers, axis=None, dtype=np.float64))


def alignments(chain: PartVectors, others: Sequence[PartVectors], judged_share: float) -> NDArray[np.float64]:
    """`chain` against each of the others: one number in [0, 1] each.

    Every part of the shorter chain (by own words) is matched with its nearest on the other side, whatever its place;
    the result is the mean cosine, weighted by words, over the best-matched `judged_share` in (0, 1] of it. A copy
    with one new paragraph keeps its 1, reordering changes nothing, and a chain is not like another for one
    common sentence. Symmetric; independent of the order of parts and of the other chains.
    """
    within_unit(judged_share, "judged_share")
    result = np.zeros(len(others), dtype=np.float64)
    start = 0
    while start < len(others):
        end, parts = start + 1, len(others[start].weights)
        while end < len(others) and parts + len(others[end].weights) <= _BLOCK:
            parts += len(others[end].weights)
            end += 1
        result[start:end] = _aligned(chain, others[start:end], judged_share)
        start = end
    return result


def _aligned(chain: PartVectors, others: Sequence[PartVectors], judged_share: float) -> NDArray[np.float64]:
    sizes = np.array([len(other.weights) for other in others])
    starts = np.cumsum(sizes) - sizes
    weights = np.concatenate([other.weights for other in others]).astype(np.float64)
    vectors = np.concatenate([other.vectors for other in others]).astype(np.float64)
    cosines = np.clip(chain.vectors.astype(np.float64) @ vectors.T, 0.0, 1.0)
    owners = np.repeat(np.arange(len(others)), sizes)
    theirs = _best_mean(cosines.max(axis=0), weights, owners, judged_share)
    nearest = np.maximum.reduceat(cosines, starts, axis=1)
    mine = _best_mean(
        nearest.T.ravel(),
        np.tile(chain.weights.astype(np.float64), len(others)),
        np.repeat(np.arange(len(others)), len(chain.weights)),
        judged_share,
    )
    own, their = float(chain.weights.sum(dtype=np.float64)), np.add.reduceat(weights, starts)
    shorter: NDArray[np.float64] = np.where(own < their, mine, np.where(their < own, theirs, np.maximum(mine, theirs)))
    return shorter.round(_DIGITS)


def _best_mean(
    matches: NDArray[np.float64], weights: NDArray[np.float64], owners: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """Each owner's weighted mean over the best-matched `share` of its weight; `owners` are 0, 0, …, 1, … in order."""
    order = np.lexsort((weights, -matches, owners))
    matches, weights = matches[order], weights[order]
    starts = np.flatnonzero(np.concatenate(([True], owners[1:] > owners[:-1])))
    totals = np.add.reduceat(weights, starts)
    before = np.cumsum(weights) - weights
    before -= np.repeat(before[starts], np.diff(np.append(starts, len(owners))))
    counted = np.clip(share * totals[owners] - before, 0.0, weights)
    means: NDArray[np.float64] = np.add.reduceat(counted * matches, starts) / np.add.reduceat(counted, starts)
    return means
