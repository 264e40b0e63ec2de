"""The `bootstrap` check: an effect and its interval recomputed with the adjustment set that the miner names."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from reasonforge.adapters.checks.quantities import members, near, shown, stated_number
from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.artefacts.bootstrap import EffectQuery
from reasonforge.domain.causal.effects import distinct_rows, point_estimate, resampled, supported
from reasonforge.domain.causal.separation import is_backdoor_set
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where estimator, adjustment set, point estimate and both ends of the interval are.

    Raises:
        ValueError: `against` is malformed.
    """
    query = EffectQuery.read(against)
    given = members(artefact)
    estimator = given.get("estimator")
    if not isinstance(estimator, str) or estimator not in query.estimators:
        return Finding(0.0, f"the estimator must be one of {', '.join(query.estimators)}")
    named = given.get("adjustment")
    if not isinstance(named, list) or len(named) > len(query.columns):
        return Finding(0.0, "the adjustment set must be an array of columns")
    if not all(isinstance(name, str) and name in query.columns for name in named) or len(set(named)) < len(named):
        return Finding(0.0, "the adjustment set must name columns of the table, each once")
    if estimator == "difference_in_means" and named:
        return Finding(0.0, "a difference in means adjusts for nothing")
    if not is_backdoor_set(query.graph, query.treatment, query.outcome, named):
        return Finding(0.0, f"adjusting for {quoted(', '.join(named))} fails the back-door criterion")
    return _numbers(query, estimator, sorted(named), given)


def _numbers(query: EffectQuery, estimator: str, adjustment: list[str], given: Mapping[str, Any]) -> Finding:
    point, ends = stated_number(given.get("point")), given.get("ci")
    if point is None or not isinstance(ends, list) or len(ends) != 2:
        return Finding(0.0, "a point estimate is a number, and an interval two of them")
    low, high = (stated_number(end) for end in ends)
    if low is None or high is None or low >= high:
        return Finding(0.0, "an interval's ends are two numbers, the lesser first")
    treatment, outcome = query.numbers_of((query.treatment, query.outcome))
    rows = distinct_rows(query.table, treatment, outcome, query.numbers_of(adjustment))
    if not supported(rows):
        return Finding(0.0, "the adjustment set has strata with one arm of the treatment only")
    truth = point_estimate(estimator, rows)
    if not np.isfinite(truth) or not near(point, Fraction(truth), query.point_tolerance, 0.0):
        return Finding(0.0, f"the point estimate {shown(point)} is not what {estimator} gives with that set")
    drawn = resampled(estimator, rows, 2 * query.resamples, query.seed)
    tail = (1.0 - query.level) / 2
    room = query.interval_tolerance * float(drawn.std()) + query.point_tolerance
    for name, stated, chance in (("lower", low, tail), ("upper", high, 1.0 - tail)):
        if not near(stated, Fraction(float(np.quantile(drawn, chance))), room, 0.0):
            return Finding(0.0, f"the interval's {name} end {shown(stated)} is too far from the bootstrap's")
    return Finding(1.0, "the adjustment set is valid, and the estimate and its interval are right")


def _confounded_rows() -> list[list[int]]:
    """120 rows (z, x, y): z makes both treatment and outcome likelier; the effect is 1/5, the raw difference is not."""
    counts = {(0, 0): (32, 8), (0, 1): (12, 8), (1, 0): (10, 10), (1, 1): (12, 28)}
    return [[z, x, y] for (z, x), per in counts.items() for y in (0, 1) for _ in range(per[y])]


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "graph": {"nodes": ["z", "x", "y"], "arrows": [["z", "x"], ["z", "y"], ["x", "y"]], "confounded": []},
        "treatment": "x",
        "outcome": "y",
        "columns": ["z", "x", "y"],
        "rows": _confounded_rows(),
        "estimators": ["standardisation", "ipw"],
        "seed": 11,
    },
    {"estimator": "standardisation", "adjustment": ["z"], "point": 0.2, "ci": [0.018, 0.378]},
    {"estimator": "standardisation", "adjustment": ["z"], "point": 0.3, "ci": [0.132, 0.464]},
)
