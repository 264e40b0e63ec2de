"""Effects estimated from tables, against plain loops and numpy's least squares."""

from random import Random

import numpy as np
import pytest

from reasonforge.domain.causal.effects import (
    ESTIMATORS,
    distinct_rows,
    estimates,
    point_estimate,
    resampled,
    supported,
)
from tests.honest.causal import ROWS, standardised

TABLE = np.array(ROWS, dtype=np.int64)


def weighted(rows: list[list[int]]) -> float:
    """Inverse probability weighting over strata of the first column, row by row."""
    chance = {z: float(np.mean([row[2] for row in rows if row[0] == z])) for z in {row[0] for row in rows}}
    total = 0.0
    for z, _, x, _, y in rows:
        total += y * x / chance[z] - y * (1 - x) / (1 - chance[z])
    return total / len(rows)


def test_points() -> None:
    """Each estimator is its textbook formula on the table itself."""
    rows, none = distinct_rows(TABLE, 2, 4, [0]), distinct_rows(TABLE, 2, 4, [])
    both = distinct_rows(TABLE, 2, 4, [0, 1])
    design = np.column_stack((TABLE[:, 2], np.ones(len(TABLE)), TABLE[:, 0], TABLE[:, 1]))
    coefficient = np.linalg.lstsq(design, TABLE[:, 4], rcond=None)[0][0]
    assert point_estimate("standardisation", rows) == pytest.approx(standardised(ROWS, [0]), rel=1e-12)
    assert point_estimate("standardisation", both) == pytest.approx(standardised(ROWS, [0, 1]), rel=1e-12)
    assert point_estimate("ipw", rows) == pytest.approx(weighted(ROWS), rel=1e-12)
    assert point_estimate("difference_in_means", none) == pytest.approx(standardised(ROWS, []), rel=1e-12)
    assert point_estimate("regression", both) == pytest.approx(coefficient, rel=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_resamples_are_tables(estimator: str) -> None:
    """Estimates for counts are those of a table that holds the rows so many times."""
    rng = np.random.default_rng(9)
    rows = distinct_rows(TABLE, 2, 4, [0])
    counts = rng.multinomial(400, rows.counts / 400, size=5)
    found = estimates(estimator, rows, counts)
    kinds = np.column_stack((rows.covariates, rows.treated, rows.outcome)).astype(np.int64)
    for count, value in zip(counts, found, strict=True):
        table = np.repeat(kinds, count, axis=0)
        assert point_estimate(estimator, distinct_rows(table, 1, 2, [0])) == pytest.approx(value, rel=1e-9)


def test_interval() -> None:
    """A percentile interval is the standard library's within Monte Carlo error, and the same for the same seed."""
    rng = Random(8)
    plain = sorted(standardised(rng.choices(ROWS, k=len(ROWS)), [0]) for _ in range(1_500))
    rows = distinct_rows(TABLE, 2, 4, [0])
    drawn = resampled("standardisation", rows, 3_000, 1)
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([plain[37], plain[1461]], abs=0.25 * drawn.std())
    assert (drawn == resampled("standardisation", rows, 3_000, 1)).all()
    assert (drawn != resampled("standardisation", rows, 3_000, 2)).any()


def test_support() -> None:
    """A stratum with one arm only is not supported, and left out of an estimate."""
    table = np.array([[0, 0, 1], [0, 1, 3], [1, 1, 9], [1, 1, 9]], dtype=np.int64)
    rows = distinct_rows(table, 1, 2, [0])
    assert not supported(rows)
    assert point_estimate("standardisation", rows) == 2.0
    assert supported(distinct_rows(TABLE, 2, 4, [0]))
    assert np.isnan(estimates("ipw", rows, np.array([[0, 0, 4]]))).all()
