"""Statistics with their degrees of freedom and p-values: sums in exact fractions, tails by scipy."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from math import sqrt

from attrs import frozen
from scipy import stats

from reasonforge.domain.artefacts.statistics import Analysis

Column = Sequence[Fraction]


@frozen
class Outcome:
    """A statistic; its degrees of freedom (none, one or two numbers); its p-value, None where it has none."""

    statistic: float
    df: tuple[float, ...] = ()
    p: float | None = None


def outcome_of(analysis: Analysis, data: Mapping[str, Column]) -> Outcome:  # noqa: C901 - one line a test
    """The analysis, done.

    Raises:
        ArithmeticError, ValueError: undefined on these data (no variance, an empty margin, counts that are none).
    """
    columns = [data[name] for name in analysis.columns]
    match analysis.test:
        case "mean":
            return Outcome(float(_mean(columns[0])))
        case "variance":
            return Outcome(float(_variance(columns[0])))
        case "t_one_sample":
            return _one_sample(columns[0], analysis)
        case "t_paired":
            return _one_sample([a - b for a, b in zip(*columns, strict=True)], analysis)
        case "t_pooled" | "t_welch":
            return _two_samples(columns[0], columns[1], analysis)
        case "z_proportion" | "z_two_proportions":
            return _proportions(columns, analysis)
        case "chi_square_fit":
            return _fit(columns[0], analysis.expected)
        case "chi_square_independence":
            return _independence(columns)
        case "pearson" | "spearman" | "regression_slope":
            return _line(columns[0], columns[1], analysis)
        case "mann_whitney":
            return _mann_whitney(columns[0], columns[1], analysis)
        case "wilcoxon":
            return _wilcoxon(columns[0], columns[1], analysis)
        case "anova":
            return _anova(columns)
    return _variance_ratio(columns[0], columns[1], analysis)


def _mean(column: Column) -> Fraction:
    return sum(column, Fraction(0)) / len(column)


def _squares(column: Column) -> Fraction:
    """The sum of squared deviations from the mean."""
    middle = _mean(column)
    return sum(((value - middle) ** 2 for value in column), Fraction(0))


def _variance(column: Column) -> Fraction:
    return _squares(column) / (len(column) - 1)


def _root(value: Fraction) -> float:
    if value <= 0:
        raise ZeroDivisionError("the data do not vary")
    return sqrt(value)


def _tail(distribution: stats.rv_continuous, value: float, alternative: str, *shape: float) -> float:
    """The p-value of a value of a symmetric distribution."""
    if alternative == "two-sided":
        return min(1.0, 2 * float(distribution.sf(abs(value), *shape)))
    return float(distribution.sf(value, *shape) if alternative == "greater" else distribution.cdf(value, *shape))


def _one_sample(column: Column, analysis: Analysis) -> Outcome:
    t = float(_mean(column) - analysis.null) / _root(_variance(column) / len(column))
    df = len(column) - 1
    return Outcome(t, (df,), _tail(stats.t, t, analysis.alternative, df))


def _two_samples(first: Column, second: Column, analysis: Analysis) -> Outcome:
    n, m = len(first), len(second)
    if analysis.test == "t_pooled":
        df = Fraction(n + m - 2)
        spread = (_squares(first) + _squares(second)) / df * (Fraction(1, n) + Fraction(1, m))
    else:
        a, b = _variance(first) / n, _variance(second) / m
        spread = a + b
        df = spread**2 / (a**2 / (n - 1) + b**2 / (m - 1))
    t = float(_mean(first) - _mean(second)) / _root(spread)
    return Outcome(t, (float(df),), _tail(stats.t, t, analysis.alternative, float(df)))


def _proportions(columns: Sequence[Column], analysis: Analysis) -> Outcome:
    if any(value not in {0, 1} for value in chain(*columns)):
        raise ValueError("a column of successes holds 0 and 1 only")
    share, n = _mean(columns[0]), len(columns[0])
    if analysis.test == "z_proportion":
        difference, spread = share - analysis.null, analysis.null * (1 - analysis.null) / n
    else:
        m = len(columns[1])
        pooled = (sum(columns[0]) + sum(columns[1])) / Fraction(n + m)
        difference, spread = share - _mean(columns[1]), pooled * (1 - pooled) * (Fraction(1, n) + Fraction(1, m))
    z = float(difference) / _root(spread)
    return Outcome(z, (), _tail(stats.norm, z, analysis.alternative))


def _counts(column: Column) -> Column:
    if any(value < 0 or value.denominator != 1 for value in column):
        raise ValueError("counts are whole numbers ≥ 0")
    return column


def _fit(column: Column, shares: Sequence[Fraction]) -> Outcome:
    total = sum(_counts(column), Fraction(0)) / sum(shares, Fraction(0))
    return _chi_square([(count, total * share) for count, share in zip(column, shares, strict=True)], len(column) - 1)


def _independence(columns: Sequence[Column]) -> Outcome:
    heights = [sum(row, Fraction(0)) for row in zip(*map(_counts, columns), strict=True)]
    widths = [sum(column, Fraction(0)) for column in columns]
    cells = [
        (count, height * width / sum(widths))
        for column, width in zip(columns, widths, strict=True)
        for count, height in zip(column, heights, strict=True)
    ]
    return _chi_square(cells, (len(heights) - 1) * (len(widths) - 1))


def _chi_square(cells: Sequence[tuple[Fraction, Fraction]], df: int) -> Outcome:
    """Σ (observed − expected)² / expected."""
    value = float(sum(((seen - expected) ** 2 / expected for seen, expected in cells), Fraction(0)))
    return Outcome(value, (df,), float(stats.chi2.sf(value, df)))


def _line(first: Column, second: Column, analysis: Analysis) -> Outcome:
    """Correlation, of values or of their ranks, and slope; all three are tested by the same t."""
    if analysis.test == "spearman":
        first, second = _ranks(first), _ranks(second)
    middle, other = _mean(first), _mean(second)
    product = sum(((a - middle) * (b - other) for a, b in zip(first, second, strict=True)), Fraction(0))
    r = float(product) / _root(_squares(first) * _squares(second))
    df = len(first) - 2
    unexplained = 1 - product**2 / (_squares(first) * _squares(second))
    if df < 1 or unexplained == 0:
        raise ZeroDivisionError("points on one line have no t")
    t = r * sqrt(df / unexplained)
    statistic = float(product / _squares(first)) if analysis.test == "regression_slope" else r
    return Outcome(statistic, (df,), _tail(stats.t, t, analysis.alternative, df))


def _ranks(column: Column) -> list[Fraction]:
    """Ranks from 1, ties with their mean."""
    ordered = sorted(column)
    places: dict[Fraction, list[int]] = {}
    for place, value in enumerate(ordered, start=1):
        places.setdefault(value, []).append(place)
    return [Fraction(sum(places[value]), len(places[value])) for value in column]


def _ties(column: Column) -> int:
    """Σ t³ − t over groups of equal values."""
    sizes: dict[Fraction, int] = {}
    for value in column:
        sizes[value] = sizes.get(value, 0) + 1
    return sum(size**3 - size for size in sizes.values())


def _mann_whitney(first: Column, second: Column, analysis: Analysis) -> Outcome:
    n, m = len(first), len(second)
    both = [*first, *second]
    u = sum(_ranks(both)[:n], Fraction(0)) - Fraction(n * (n + 1), 2)
    if analysis.exact:
        if _ties(both) or n * m > 2_500:
            raise ValueError("the exact distribution of U is for samples without ties, up to 50 by 50")
        floats = ([float(value) for value in column] for column in (first, second))
        found = stats.mannwhitneyu(*floats, alternative=analysis.alternative, method="exact")
        return Outcome(float(u), (), float(found.pvalue))
    size = n + m
    spread = Fraction(n * m, 12) * (size + 1 - Fraction(_ties(both), size * (size - 1)))
    difference = u - Fraction(n * m, 2)
    correction = {"two-sided": Fraction((difference > 0) - (difference < 0), 2), "greater": Fraction(1, 2)}
    z = float(difference - correction.get(analysis.alternative, Fraction(-1, 2))) / _root(spread)
    return Outcome(float(u), (), _tail(stats.norm, z, analysis.alternative))


def _wilcoxon(first: Column, second: Column, analysis: Analysis) -> Outcome:
    differences = [a - b for a, b in zip(first, second, strict=True) if a != b]
    sizes = [abs(difference) for difference in differences]
    ranked = zip(differences, _ranks(sizes), strict=True)
    positive = sum((rank for difference, rank in ranked if difference > 0), Fraction(0))
    n = len(differences)
    spread = Fraction(n * (n + 1) * (2 * n + 1), 24) - Fraction(_ties(sizes), 48)
    z = float(positive - Fraction(n * (n + 1), 4)) / _root(spread)
    return Outcome(float(positive), (), _tail(stats.norm, z, analysis.alternative))


def _anova(columns: Sequence[Column]) -> Outcome:
    within = sum((_squares(column) for column in columns), Fraction(0))
    between = _squares(list(chain(*columns))) - within
    df = (len(columns) - 1, sum(map(len, columns)) - len(columns))
    value = float(between / df[0] / (within / df[1]))
    return Outcome(value, df, float(stats.f.sf(value, *df)))


def _variance_ratio(first: Column, second: Column, analysis: Analysis) -> Outcome:
    value = float(_variance(first) / _variance(second))
    df = (len(first) - 1, len(second) - 1)
    above, below = float(stats.f.sf(value, *df)), float(stats.f.cdf(value, *df))
    p = {"greater": above, "less": below}.get(analysis.alternative, min(1.0, 2 * min(above, below)))
    return Outcome(value, df, p)
