"""Average effects of a 0/1 treatment, estimated from a table and from many resamples of it at once."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

ESTIMATORS = ("standardisation", "ipw", "regression", "difference_in_means")
"""Over strata of the adjustment set; weighted by inverse chances of treatment in a stratum, which is the same number;
the treatment's coefficient in least squares with the set's columns as they are; and without any adjustment."""

_CHUNK = 100
Array = NDArray[np.float64]


@frozen
class DistinctRows:
    """A table's different rows, K of them, sorted by stratum.

    Attributes:
        treated: 0 or 1; `outcome`: the values; `covariates`: K × the adjustment set's size.
        starts: where each stratum begins.
        counts: how often each row stands in the table, N in all.
    """

    treated: Array
    outcome: Array
    covariates: Array
    starts: NDArray[np.intp]
    counts: NDArray[np.int64]


def distinct_rows(table: NDArray[np.int64], treatment: int, outcome: int, adjustment: Sequence[int]) -> DistinctRows:
    """The table (N × columns) by the columns that matter, given by their numbers."""
    columns = [*adjustment, treatment, outcome]
    rows, counts = np.unique(table[:, columns], axis=0, return_counts=True)
    covariates = rows[:, : len(adjustment)]
    changes = (np.diff(covariates, axis=0) != 0).any(axis=1)
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1)).astype(np.intp)
    return DistinctRows(
        rows[:, -2].astype(np.float64), rows[:, -1].astype(np.float64), covariates.astype(np.float64), starts, counts
    )


def supported(rows: DistinctRows) -> bool:
    """Whether every stratum has treated and untreated rows (positivity)."""
    treated = np.add.reduceat(rows.treated * rows.counts, rows.starts)
    every = np.add.reduceat(rows.counts, rows.starts)
    return bool(((treated > 0) & (treated < every)).all())


def estimates(estimator: str, rows: DistinctRows, counts: NDArray[np.int64]) -> Array:
    """One estimate for each of B tables that hold row k `counts[b, k]` times; NaN where one is undefined.

    A stratum in which a table has only one arm is left out of that table's estimate.
    """
    if estimator == "regression":
        return _coefficients(rows, counts)
    starts = np.zeros(1, dtype=np.intp) if estimator == "difference_in_means" else rows.starts
    weights = counts.astype(np.float64)
    treated, untreated = weights * rows.treated, weights * (1.0 - rows.treated)
    n1, n0 = (np.add.reduceat(part, starts, axis=1) for part in (treated, untreated))
    y1, y0 = (np.add.reduceat(part * rows.outcome, starts, axis=1) for part in (treated, untreated))
    usable = (n1 > 0) & (n0 > 0)
    with np.errstate(all="ignore"):
        differences = np.where(usable, y1 / n1 - y0 / n0, 0.0)
        share = np.where(usable, n1 + n0, 0.0)
        result: Array = (share * differences).sum(axis=1) / share.sum(axis=1)
    return result


def _coefficients(rows: DistinctRows, counts: NDArray[np.int64]) -> Array:
    """Of the treatment, in least squares of the outcome on 1, the treatment and the covariates."""
    scale = np.maximum(np.abs(rows.covariates).max(axis=0, initial=0.0), 1.0) if rows.covariates.size else 1.0
    design = np.column_stack((rows.treated, np.ones_like(rows.treated), rows.covariates / scale))
    moments = np.einsum("bk,ki,kj->bij", counts.astype(np.float64), design, design, optimize=True)
    products = np.einsum("bk,ki,k->bi", counts.astype(np.float64), design, rows.outcome, optimize=True)
    solved = np.linalg.pinv(moments, hermitian=True) @ products[:, :, None]
    result: Array = solved[:, 0, 0]
    return result


def point_estimate(estimator: str, rows: DistinctRows) -> float:
    """The estimate from the table itself."""
    return float(estimates(estimator, rows, rows.counts[None, :])[0])


def resampled(estimator: str, rows: DistinctRows, resamples: int, seed: int) -> Array:
    """The estimates, sorted, from as many tables of N rows drawn with replacement; undefined ones left out."""
    rng = np.random.default_rng(seed)
    total = int(rows.counts.sum())
    found = [
        estimates(estimator, rows, rng.multinomial(total, rows.counts / total, size=min(_CHUNK, resamples - done)))
        for done in range(0, resamples, _CHUNK)
    ]
    values = np.concatenate(found)
    return np.sort(values[np.isfinite(values)])
