"""What the `statistics` check asks: a statistic of the task's data, with its degrees of freedom and p-value."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import (
    flag,
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    number,
    one_of,
    refuse,
    tolerance,
)

CHECK = "statistics"
MOST_VALUES, MOST_COLUMNS, MOST_ANALYSES = 2_000, 20, 8
ALTERNATIVES = ("two-sided", "greater", "less")


@frozen
class Kind:
    """What a test is made of.

    Attributes:
        columns: how few and how many of them.
        has_df: whether it has degrees of freedom; `has_p`: whether it has a p-value.
        sided: whether the p-value can be one-sided.
        symmetric: whether the order of the columns says nothing.
        paired: whether the columns are of one length, row by row.
        options: the members that an analysis of this kind may have.
    """

    columns: tuple[int, int]
    told: str
    has_df: bool = False
    has_p: bool = True
    sided: bool = True
    symmetric: bool = False
    paired: bool = False
    options: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "mean": Kind((1, 1), "the arithmetic mean", has_p=False, sided=False),
    "variance": Kind((1, 1), "the sample variance, with n - 1", has_p=False, sided=False),
    "t_one_sample": Kind((1, 1), "Student's t against the mean named", has_df=True, options=("null",)),
    "t_pooled": Kind((2, 2), "Student's t of first minus second column, pooled variance", has_df=True),
    "t_welch": Kind((2, 2), "Welch's t of first minus second column, Welch-Satterthwaite df", has_df=True),
    "t_paired": Kind((2, 2), "Student's t of the differences, first minus second column", has_df=True, paired=True),
    "z_proportion": Kind((1, 1), "z of the share of ones against the share named", options=("null",)),
    "z_two_proportions": Kind((2, 2), "pooled z of the shares of ones, first minus second column"),
    "chi_square_fit": Kind(
        (1, 1),
        "Pearson's chi-square of the column's counts against the expected shares",
        has_df=True,
        sided=False,
        options=("expected",),
    ),
    "chi_square_independence": Kind(
        (2, 20),
        "Pearson's chi-square of the table of counts whose columns are named, without continuity correction",
        has_df=True,
        sided=False,
        symmetric=True,
        paired=True,
    ),
    "pearson": Kind(
        (2, 2), "Pearson's r; p by Student's t with n - 2 df", has_df=True, symmetric=True, paired=True
    ),
    "spearman": Kind(
        (2, 2), "Spearman's rho, mean ranks; p by Student's t with n - 2 df", has_df=True, symmetric=True, paired=True
    ),
    "regression_slope": Kind(
        (2, 2),
        "the least-squares slope of the second column on the first; p by Student's t against 0 with n - 2 df",
        has_df=True,
        paired=True,
    ),
    "mann_whitney": Kind(
        (2, 2),
        "Mann-Whitney U of the first column (pairs in which it is greater, ties count 1/2); p by the normal "
        "approximation with tie and continuity correction, or exact where that is said",
        options=("exact",),
    ),
    "wilcoxon": Kind(
        (2, 2),
        "Wilcoxon's sum of the ranks of positive differences, first minus second column, zeros dropped; p by the "
        "normal approximation with tie correction, without continuity correction",
        paired=True,
    ),
    "anova": Kind((2, 20), "the F of a one-way analysis of variance; df is [between, within]", has_df=True, sided=False,
                  symmetric=True),
    "variance_ratio": Kind((2, 2), "F, the variance of the first column by that of the second; df is [first, second]",
                           has_df=True),
}  # fmt: skip


@frozen
class Analysis:
    """A test, on columns, with its side and options."""

    test: str
    columns: tuple[str, ...]
    alternative: str
    null: Fraction
    expected: tuple[Fraction, ...]
    exact: bool

    @property
    def kind(self) -> Kind:
        return KINDS[self.test]

    def is_of(self, columns: Sequence[str]) -> bool:
        """Whether these are its columns, in its order where the order says something."""
        if self.kind.symmetric:
            return sorted(columns) == sorted(self.columns)
        return tuple(columns) == self.columns


@frozen
class Data:
    """The task's columns and the analyses that are right for its question (one, mostly).

    Attributes:
        rel_tol: of the statistic, df and p; `abs_tol`: of each too, for what is 0.
    """

    columns: Mapping[str, tuple[Fraction, ...]]
    analyses: tuple[Analysis, ...]
    rel_tol: float
    abs_tol: float

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), ("columns", "analyses", "rel_tol", "abs_tol"), "against")
        given = mapping(against.get("columns"), "columns")
        identifiers(list(given), "the columns", 1, MOST_COLUMNS)
        columns = {
            name: tuple(number(value, f"a value of {name}") for value in items(values, name, 2, MOST_VALUES))
            for name, values in given.items()
        }
        listed = items(against.get("analyses"), "analyses", 1, MOST_ANALYSES)
        return cls(
            columns,
            tuple(_analysis(mapping(item, "an analysis"), columns) for item in listed),
            tolerance(against.get("rel_tol", "1/1000"), "rel_tol"),
            tolerance(against.get("abs_tol", "1/1000000000"), "abs_tol"),
        )


def _analysis(given: Mapping[str, Any], columns: Mapping[str, tuple[Fraction, ...]]) -> Analysis:
    test = one_of(given.get("test"), KINDS, "a test")
    kind = KINDS[test]
    known_members(given, ("test", "columns", "alternative", *kind.options), f"an analysis by {test}")
    named = identifiers(given.get("columns"), "an analysis' columns", *kind.columns)
    if not set(named) <= set(columns):
        raise refuse("an analysis is of columns of the data")
    if kind.paired and len({len(columns[name]) for name in named}) > 1:
        raise refuse(f"{test} needs columns of one length")
    alternative = one_of(given.get("alternative", "two-sided"), ALTERNATIVES, "alternative")
    if not kind.sided and alternative != "two-sided":
        raise refuse(f"{test} has no one-sided p")
    expected = tuple(number(share, "an expected share") for share in items(given.get("expected", []), "expected"))
    if test == "chi_square_fit":
        counted = len(columns[named[0]])
        expected = expected or tuple(Fraction(1, counted) for _ in range(counted))
        if len(expected) != counted or any(share <= 0 for share in expected):
            raise refuse("chi_square_fit needs an expected share > 0 for each count")
    null = number(given.get("null", 0), "null")
    if "null" in kind.options and "null" not in given:
        raise refuse(f"{test} needs `null`, what it is tested against")
    return Analysis(test, named, alternative, null, expected, flag(given.get("exact", False), "exact"))


def statistics_artefact(
    columns: Mapping[str, Sequence[int | str]],
    analyses: Sequence[Mapping[str, Any]],
    *,
    rel_tol: str = "1/1000",
    abs_tol: str = "1/1000000000",
) -> ArtefactSpecification:
    """Asks for one of the analyses of the columns.

    Args:
        columns: name → values, 2 to 2,000 numbers or fractions as texts; for chi-square, counts.
        analyses: each {"test", "columns", "alternative", …} of `KINDS`; `alternative` is two-sided where none is named.
        rel_tol: of the statistic, df and p.
        abs_tol: likewise; the greater of the two counts.

    Raises:
        ValueError: something is malformed.
    """
    against = {
        "columns": {name: list(values) for name, values in columns.items()},
        "analyses": [dict(analysis) for analysis in analyses],
        "rel_tol": rel_tol,
        "abs_tol": abs_tol,
    }
    data = Data.read(against)
    told = "; ".join(f"{name}: {kind.told}" for name, kind in KINDS.items())
    sides = ", ".join(sorted({analysis.alternative for analysis in data.analyses if analysis.kind.sided}))
    describe = (
        "The right test for the question, its columns in the order that the question names them, the statistic, its "
        f"degrees of freedom and p-value{f' ({sides})' if sides else ''} to at least five significant digits; df and p "
        f"are null where the test has none. Tests: {told}."
    )
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": _schema(data)}, against)


def _schema(data: Data) -> Mapping[str, Any]:
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "required": ["test", "columns", "statistic", "df", "p"],
        "properties": {
            "test": {"enum": list(KINDS)},
            "columns": {"type": "array", "items": {"enum": [identifier(n, "n") for n in data.columns]}, "minItems": 1},
            "statistic": {"type": "number"},
            "df": {"anyOf": [{"type": "number"}, {"type": "null"}, pair]},
            "p": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "null"}]},
        },
    }
