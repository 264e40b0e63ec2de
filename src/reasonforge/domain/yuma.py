"""Yuma Consensus (3-protocol §3.4): what the validators' weights and stakes come to, in one epoch.

Only sums along an axis, never a BLAS product: the last bit must not depend on a machine's threads or vector width.
"""

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from reasonforge.domain.numbers import within_unit

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_EVEN = 1e-13
"""Stake within this part of the whole of κ has reached it: what decides a median must not be the rounding of a sum,
or the order of the uids could. Above the rounding of 256 terms (3e-14), far below the chain's own 2⁻³²."""


def _sealed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    sealed = np.array(values, dtype=np.float64)
    sealed.setflags(write=False)
    return sealed


_BY_VALUE = attrs.cmp_using(eq=np.array_equal)


@frozen(unsafe_hash=False)
class YumaOutcome:
    """One epoch's figures: read-only float64, n numbers each, `bonds` n × n; uid i is index i.

    Attributes:
        consensus: C, the weight that κ of the active stake agrees on, in [0, 1].
        validator_trust: the part of each validator's row that consensus left, in [0, 1].
        incentive: the miners' shares; they sum to 1, or to 0 when no weight counts.
        dividends: the validators' shares; they sum to 1, or to 0 when no bond pays.
        bonds: in [0, 1]; the next epoch's `bonds`.
        server_emission, validator_emission: shares of the emission; together they sum to 1, or to 0 without stake.
    """

    consensus: Vector = field(converter=_sealed, eq=_BY_VALUE)
    validator_trust: Vector = field(converter=_sealed, eq=_BY_VALUE)
    incentive: Vector = field(converter=_sealed, eq=_BY_VALUE)
    dividends: Vector = field(converter=_sealed, eq=_BY_VALUE)
    bonds: Matrix = field(converter=_sealed, eq=_BY_VALUE)
    server_emission: Vector = field(converter=_sealed, eq=_BY_VALUE)
    validator_emission: Vector = field(converter=_sealed, eq=_BY_VALUE)


def yuma_epoch(
    weights: ArrayLike,
    stake: ArrayLike,
    bonds: ArrayLike | None = None,
    *,
    permits: ArrayLike | None = None,
    kappa: float = 0.5,
    bonds_penalty: float = 1.0,
    bonds_moving_average: float = 0.9,
    yuma3: bool = False,
    owner: int | None = None,
) -> YumaOutcome:
    """Yuma Consensus over n neurons, exactly as 3-protocol §3.4 has it.

    Args:
        weights: n × n, ≥ 0, any scale; row i is what uid i set.
        stake: n numbers ≥ 0, any unit.
        bonds: n × n, ≥ 0, as the last epoch's outcome has them; None before the first.
        permits: n truth values; None lets everybody validate.
        kappa: κ in [0, 1], the part of the active stake that makes a majority; at 0 the largest weight wins.
        bonds_penalty: β in [0, 1], how far bonds come from clipped weights instead of the weights as set.
        bonds_moving_average: 1 − α in [0, 1], what a bond keeps of its past.
        yuma3: Yuma 3's bonds and dividends instead of the original's.
        owner: the subnet owner's uid, whose weight on itself counts.

    Raises:
        ValueError: a wrong shape, a NaN, an infinity, a negative number, or a parameter outside [0, 1].

    >>> outcome = yuma_epoch([[0, 0, 3, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]], [60, 40, 0, 0])
    >>> outcome.consensus.tolist(), outcome.incentive.round(4).tolist()
    ([0.0, 0.0, 0.75, 0.25], [0.0, 0.0, 0.7222, 0.2778])
    """
    majority = within_unit(kappa, "kappa")
    penalty = within_unit(bonds_penalty, "bonds_penalty")
    memory = within_unit(bonds_moving_average, "bonds_moving_average")
    held = _numbers(stake, "stake")
    if held.ndim != 1:
        message = f"stake must be one number a uid, and has shape {held.shape}"
        raise ValueError(message)
    count = held.size
    given = _square(weights, "weights", count)
    before = np.zeros((count, count)) if bonds is None else _square(bonds, "bonds", count)
    permitted = _permits(permits, count)
    if owner is not None and (isinstance(owner, bool) or not 0 <= owner < count):
        message = f"owner must be a uid below {count}, and is {owner!r}"
        raise ValueError(message)

    shares = _normalised(held)
    active = _normalised(np.where(permitted, shares, 0.0))
    counted = np.where(permitted[:, np.newaxis], given, 0.0)
    kept = None if owner is None else counted[owner, owner]
    np.fill_diagonal(counted, 0.0)
    if kept is not None:
        counted[owner, owner] = kept
    row = _normalised(counted, axis=1)

    consensus = _consensus(row, active, majority)
    clipped = np.minimum(row, consensus)
    incentive = _normalised((shares[:, np.newaxis] * clipped).sum(axis=0))

    bonding = (1.0 - penalty) * row + penalty * clipped
    if yuma3:
        bonded = np.clip((1.0 - memory) * bonding + memory * before, 0.0, 1.0)
        dividends = _normalised((_normalised(bonded) * incentive).sum(axis=1) * shares)
    else:
        bought = _normalised(bonding * shares[:, np.newaxis])
        owned = _normalised((1.0 - memory) * bought + memory * _normalised(before))
        dividends = _normalised((owned * incentive).sum(axis=1))
        bonded = _ratio(owned, owned.max(axis=0, initial=0.0, keepdims=True))

    earned = incentive.sum() + dividends.sum()
    if earned > 0:
        server, validator = incentive / earned, dividends / earned
    else:
        server, validator = np.zeros(count), active if active.any() else shares
    return YumaOutcome(
        consensus=consensus,
        validator_trust=np.minimum(clipped.sum(axis=1), 1.0),  # rounding only
        incentive=incentive,
        dividends=dividends,
        bonds=bonded,
        server_emission=server,
        validator_emission=validator,
    )


def _consensus(row: Matrix, active: Vector, kappa: float) -> Vector:
    """For each column, the smallest weight with less than κ of the active stake strictly above it.

    Only uids with active stake have a say, those whose weight is 0 included. Down a column sorted from the largest,
    the stake before a place grows; the last place where it is still below κ holds the weight. Among equal weights
    the first place has exactly the stake strictly above, and a later one no less, so ties need no care.
    """
    voters = np.flatnonzero(active)
    if voters.size == 0:
        return np.zeros(active.size)
    columns = np.ascontiguousarray(row[voters].T)
    falling = np.argsort(-columns, axis=1)
    stake = active[voters][falling]
    before = np.cumsum(stake, axis=1) - stake
    place = np.maximum((before < kappa - _EVEN).sum(axis=1) - 1, 0)
    return np.take_along_axis(columns, np.take_along_axis(falling, place[:, np.newaxis], axis=1), axis=1)[:, 0]


def _normalised(values: NDArray[np.float64], axis: int = 0) -> NDArray[np.float64]:
    """Shares along `axis` that sum to 1; all zeros stay zeros.

    Each line is first brought near 1 by a power of two, which is exact, so that no sum can overflow.
    """
    _, exponent = np.frexp(values.max(axis=axis, initial=0.0, keepdims=True))
    scaled = values * np.ldexp(1.0, -np.maximum(exponent, -1000))
    return _ratio(scaled, scaled.sum(axis=axis, keepdims=True))


def _ratio(values: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quotient, and the (zero) values themselves where the divisor is 0."""
    return values / np.where(by > 0, by, 1.0)


def _square(values: ArrayLike, name: str, count: int) -> Matrix:
    matrix = _numbers(values, name)
    if matrix.size == 0 and count == 0:
        return np.zeros((0, 0))
    if matrix.shape != (count, count):
        message = f"{name} must be {count} × {count}, a row and a column for every stake, and has shape {matrix.shape}"
        raise ValueError(message)
    return matrix


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as fault:
        message = f"{name} must be an array of numbers with rows of one length"
        raise ValueError(message) from fault
    if not np.isfinite(numbers).all():
        message = f"{name} must be finite: it holds a NaN or an infinity"
        raise ValueError(message)
    if (numbers < 0).any():
        message = f"{name} must not be negative, and its least is {numbers.min()}"
        raise ValueError(message)
    return numbers


def _permits(values: ArrayLike | None, count: int) -> NDArray[np.bool_]:
    if values is None:
        return np.ones(count, dtype=np.bool_)
    numbers = _numbers(values, "permits")
    if numbers.shape != (count,):
        message = f"permits must be one truth value a uid, {count} of them, and have shape {numbers.shape}"
        raise ValueError(message)
    if not np.isin(numbers, (0.0, 1.0)).all():
        message = "permits must be truth values"
        raise ValueError(message)
    return numbers.astype(np.bool_)
