"""Scores → shares that sum to 1 → the u16 row the chain takes."""

import math
from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from reasonforge.domain.identity import BlockNumber, Uid
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.numbers import nonnegative

U16_MAX = 65_535


@frozen
class WeightRow:
    """What one validator tells the chain: uids in rising order, values 1…65,535, the largest exactly 65,535."""

    uids: tuple[Uid, ...]
    values: tuple[int, ...]

    def shares(self) -> dict[Uid, float]:
        """The row as shares that sum to 1."""
        total = sum(self.values)
        return {uid: value / total for uid, value in zip(self.uids, self.values, strict=True)}


class RefusalReason(StrEnum):
    """Why weights were not set. Those in `RETRYABLE` can succeed later, unchanged."""

    EMPTY = "empty"
    ALL_ZERO = "all_zero"
    DUPLICATE_UIDS = "duplicate_uids"
    UNKNOWN_UID = "unknown_uid"
    LENGTHS_DIFFER = "lengths_differ"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    NOT_REGISTERED = "not_registered"
    NO_PERMIT = "no_permit"
    NOT_ENOUGH_STAKE = "not_enough_stake"
    RATE_LIMITED = "rate_limited"
    VERSION_KEY_STALE = "version_key_stale"
    TOO_FEW_WEIGHTS = "too_few_weights"
    ABOVE_MAX_WEIGHT = "above_max_weight"
    NOBODY_EARNED = "nobody_earned"
    OTHER = "other"


RETRYABLE = frozenset({RefusalReason.RATE_LIMITED})


@frozen
class WeightsSet:
    """They count from this block on."""

    block: BlockNumber


@frozen
class WeightsCommitted:
    """They are hidden, and count from `reveals_at` on."""

    block: BlockNumber
    reveals_at: BlockNumber


@frozen
class WeightsRefused:
    """They do not count; the previous ones still do."""

    reason: RefusalReason
    detail: str


@frozen
class WeightsUnreachable:
    """Nobody knows: the chain did not answer in time."""

    detail: str


WeightsOutcome = WeightsSet | WeightsCommitted | WeightsRefused | WeightsUnreachable


def normalise(scores: Mapping[Uid, float]) -> dict[Uid, float]:
    """Scores ≥ 0 as shares that sum to 1, zeros dropped; empty when nobody is above 0.

    >>> normalise({Uid(1): 3.0, Uid(2): 1.0, Uid(3): 0.0})
    {1: 0.75, 2: 0.25}
    """
    earned = {uid: nonnegative(score, f"the score of uid {uid}") for uid, score in sorted(scores.items())}
    largest = max(earned.values(), default=0.0)
    if largest == 0.0:
        return {}
    ratios = {uid: score / largest for uid, score in earned.items() if score > 0}
    total = math.fsum(ratios.values())
    return {uid: ratio / total for uid, ratio in ratios.items() if ratio > 0}


def weight_row(scores: Mapping[Uid, float], chain: Hyperparameters) -> WeightRow | WeightsRefused:
    """The row the chain takes for these scores ≥ 0, or why there is none.

    The largest becomes 65,535, zeros (and what rounds to zero) are dropped. Nobody is paid to satisfy
    `min_allowed_weights`: with fewer earners there is no row, and the previous weights stay. A share above
    `max_weight_limit` is lowered to it and what it loses goes to the others in proportion (water filling), which is
    what the chain would count; with too few earners for the limit there is no row.

    >>> weight_row({Uid(4): 1.0, Uid(7): 0.5}, Hyperparameters())
    WeightRow(uids=(4, 7), values=(65535, 32768))
    """
    shares = normalise(scores)
    if not shares:
        return WeightsRefused(RefusalReason.NOBODY_EARNED, "nobody earned anything, so no weights are set")
    if len(shares) * chain.max_weight_limit < 1.0 - 1e-9:
        detail = f"{len(shares)} miners earned, too few to keep each at or below {chain.max_weight_limit:.4f}"
        return WeightsRefused(RefusalReason.ABOVE_MAX_WEIGHT, detail)
    limited = _limit(shares, chain.max_weight_limit)
    largest = max(limited.values())
    row = {uid: round(share / largest * U16_MAX) for uid, share in limited.items()}
    held = _hold_limit(row, limited, chain.max_weight_limit)
    row = {uid: value for uid, value in held.items() if value > 0}
    if len(row) < chain.min_allowed_weights:
        detail = f"{len(row)} miners earned, and the subnet asks for at least {chain.min_allowed_weights} weights"
        return WeightsRefused(RefusalReason.TOO_FEW_WEIGHTS, detail)
    return WeightRow(tuple(row), tuple(row.values()))


def _limit(shares: dict[Uid, float], limit: float) -> dict[Uid, float]:
    """Shares with none above `limit`, the same sum, and the order kept."""
    capped: set[Uid] = set()
    while True:
        free = {uid: share for uid, share in shares.items() if uid not in capped}
        room = 1.0 - limit * len(capped)
        total = math.fsum(free.values())
        scaled = {uid: share / total * room for uid, share in free.items()} if total else {}
        above = {uid for uid, share in scaled.items() if share > limit}
        if not above:
            return {uid: limit if uid in capped else scaled[uid] for uid in shares}
        capped |= above


def _hold_limit(row: dict[Uid, int], shares: Mapping[Uid, float], limit: float) -> dict[Uid, int]:
    """Rounding may have put the largest a hair above `limit`: raise the smaller ones by as little as it takes.

    The largest must stay 65,535, so it is the others that move, the greatest share first; also those that were
    rounded to zero, which may be all of them.
    """
    if limit >= 1.0:
        return row
    row = dict(row)
    needed = math.ceil(U16_MAX / limit) - sum(row.values())
    for uid in sorted((u for u, v in row.items() if v < U16_MAX), key=lambda u: (-shares[u], u)):
        if needed <= 0:
            break
        step = min(needed, U16_MAX - row[uid])
        row[uid] += step
        needed -= step
    return row
