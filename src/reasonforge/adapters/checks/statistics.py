"""The `statistics` check: the right test on the right columns, its statistic, degrees of freedom and p recomputed."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.adapters.checks.hypothesis_tests import outcome_of
from reasonforge.adapters.checks.quantities import members, near, shown, stated_number
from reasonforge.domain.artefacts.statistics import MOST_COLUMNS, Analysis, Data
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where test and columns are an analysis of the task, and statistic, df and p are what it gives.

    Raises:
        ValueError: `against` is malformed, or an analysis is undefined on its data.
    """
    data = Data.read(against)
    given = members(artefact)
    test, columns = given.get("test"), given.get("columns")
    if not isinstance(columns, list) or len(columns) > MOST_COLUMNS or not all(isinstance(n, str) for n in columns):
        return Finding(0.0, "the columns must be an array of their names")
    candidates = [each for each in data.analyses if each.test == test]
    if not candidates:
        return Finding(0.0, "this is not the test that the question asks for")
    candidates = [each for each in candidates if each.is_of(columns)]
    if not candidates:
        return Finding(0.0, "these are not the columns that the question is about, or not in its order")
    findings = [_compared(data, analysis, given) for analysis in candidates]
    return max(findings, key=lambda finding: finding.grade)


def _compared(data: Data, analysis: Analysis, given: Mapping[str, Any]) -> Finding:
    try:
        truth = outcome_of(analysis, data.columns)
    except (ArithmeticError, ValueError) as error:
        message = f"{analysis.test} is undefined on the task's data: {error}"
        raise ValueError(message) from error
    if not _is(given.get("statistic"), truth.statistic, data):
        return Finding(0.0, f"the statistic is not what {analysis.test} gives{_told(given.get('statistic'))}")
    stated = given.get("df")
    listed = stated if isinstance(stated, list) else [] if stated is None else [stated]
    if len(listed) != len(truth.df) or not all(
        _is(one, other, data) for one, other in zip(listed, truth.df, strict=True)
    ):
        return Finding(0.0, f"the degrees of freedom are not those of {analysis.test}")
    if truth.p is None:
        if given.get("p") is not None:
            return Finding(0.0, f"{analysis.test} has no p-value")
    elif not _is(given.get("p"), truth.p, data):
        side = f"{analysis.alternative} " if analysis.kind.sided else ""
        return Finding(0.0, f"the {side}p-value is not what {analysis.test} gives{_told(given.get('p'))}")
    return Finding(1.0, f"{analysis.test} gives this statistic" + (", df and p" if truth.df else ""))


def _is(stated: Any, truth: float, data: Data) -> bool:
    value = stated_number(stated)
    return value is not None and near(value, Fraction(truth), data.abs_tol, data.rel_tol)


def _told(stated: Any) -> str:
    value = stated_number(stated)
    return "" if value is None else f": {shown(value)}"


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "columns": {"before": [12, 15, 11, 14, 13, 16], "after": [14, 18, 12, 15, 17, 18]},
        "analyses": [{"test": "t_paired", "columns": ["after", "before"]}],
    },
    {"test": "t_paired", "columns": ["after", "before"], "statistic": 4.54037, "df": 5, "p": 0.00617},
    {"test": "t_paired", "columns": ["after", "before"], "statistic": 4.54037, "df": 10, "p": 0.00617},
)
