"""What the `bootstrap` check asks: an effect from the task's data, adjusted for the right things, with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import (
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    number,
    one_of,
    refuse,
    tolerance,
    whole,
)
from reasonforge.domain.causal.effects import ESTIMATORS, distinct_rows, point_estimate, supported
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.separation import is_backdoor_set

CHECK = "bootstrap"
MOST_ROWS, MOST_COLUMNS, MOST_VALUE = 2_000, 12, 10**6
_DATA = ("graph", "treatment", "outcome", "columns", "rows")
_MEMBERS = (*_DATA, "estimators", "level", "resamples", "seed", "point_tolerance", "interval_tolerance")


@frozen
class EffectQuery:
    """The average effect of a 0/1 treatment on an outcome, and the data to take it from.

    Attributes:
        table: N × columns, whole numbers; 20 to 2,000 rows.
        estimators: those that count as right, out of `effects.ESTIMATORS`.
        level: of the percentile interval, in (0.5, 1).
        point_tolerance: absolute.
        resamples: how many the miner is asked for; we draw twice as many.
        interval_tolerance: of each end, in standard deviations of our resampled estimates. The Monte Carlo error of a
            95 % end between bootstraps of 2,000 and 4,000 is 0.073 of one, and 90 % ends are 0.315 away: 0.25 lies
            between the two.
    """

    graph: CausalGraph
    treatment: str
    outcome: str
    columns: tuple[str, ...]
    table: NDArray[np.int64] = field(eq=False)
    estimators: tuple[str, ...]
    level: float
    resamples: int
    seed: int
    point_tolerance: float
    interval_tolerance: float

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        graph = CausalGraph.read(against.get("graph"))
        columns = identifiers(against.get("columns"), "columns", 2, MOST_COLUMNS)
        treatment, outcome = (identifier(against.get(name), name) for name in ("treatment", "outcome"))
        if treatment == outcome or not {treatment, outcome} <= set(columns) <= set(graph.nodes):
            raise refuse("the treatment and the outcome are two columns, and the columns are nodes of the graph")
        estimators = items(against.get("estimators"), "estimators", 1, len(ESTIMATORS))
        level = number(against.get("level", "19/20"), "level")
        if not 1 < 2 * level < 2:
            raise refuse("the interval's level must lie between 1/2 and 1")
        table = _table(against.get("rows"), len(columns))
        if set(np.unique(table[:, columns.index(treatment)]).tolist()) != {0, 1}:
            raise refuse("the treatment's column must hold 0 and 1, both")
        return cls(
            graph,
            treatment,
            outcome,
            columns,
            table,
            tuple(one_of(name, ESTIMATORS, "an estimator") for name in estimators),
            float(level),
            whole(against.get("resamples", 2_000), "resamples", 500, 2_000),
            whole(against.get("seed"), "seed", 0, 2**63),
            tolerance(against.get("point_tolerance", "1/1000"), "point_tolerance"),
            tolerance(against.get("interval_tolerance", "1/4"), "interval_tolerance"),
        )

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """Where columns stand."""
        return [self.columns.index(name) for name in names]


def _table(rows: Any, width: int) -> NDArray[np.int64]:
    for row in items(rows, "rows", 20, MOST_ROWS):
        if len(items(row, "a row", width, width)) != width or any(type(value) is not int for value in row):
            raise refuse("the rows hold whole numbers")
        if any(abs(value) > MOST_VALUE for value in row):
            raise refuse(f"the rows hold numbers of size {MOST_VALUE} at most")
    return np.array(rows, dtype=np.int64)


def bootstrap_artefact(
    graph: CausalGraph,
    treatment: str,
    outcome: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[int]],
    *,
    adjustment: Sequence[str],
    seed: int,
    estimators: Sequence[str] = ("standardisation", "ipw"),
    resamples: int = 2_000,
    level: str = "19/20",
    point_tolerance: str = "1/1000",
    interval_tolerance: str = "1/4",
) -> ArtefactSpecification:
    """Asks for the average effect by any valid adjustment set; `adjustment` is one, which proves that there is one.

    Raises:
        ValueError: malformed data; `adjustment` fails the back-door criterion, or leaves strata with one arm only; or
            adjusting changes so little that an unadjusted answer would pass.
    """
    against = {
        "graph": graph.written(),
        "treatment": treatment,
        "outcome": outcome,
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "estimators": list(estimators),
        "level": level,
        "resamples": resamples,
        "seed": seed,
        "point_tolerance": point_tolerance,
        "interval_tolerance": interval_tolerance,
    }
    query = EffectQuery.read(against)
    if not set(adjustment) <= set(columns) or not is_backdoor_set(graph, treatment, outcome, adjustment):
        raise refuse("the reference adjustment set must satisfy the back-door criterion in columns of the table")
    at_treatment, at_outcome = query.numbers_of((treatment, outcome))
    chosen = distinct_rows(query.table, at_treatment, at_outcome, query.numbers_of(adjustment))
    if not supported(chosen):
        raise refuse("every stratum of the reference adjustment set needs both arms of the treatment")
    unadjusted = point_estimate("difference_in_means", chosen)
    for name in estimators:
        apart = abs(point_estimate(name, chosen) - unadjusted)
        if not is_backdoor_set(graph, treatment, outcome, ()) and apart <= 2 * query.point_tolerance:
            raise refuse(f"an unadjusted answer would pass for {name}: it differs by only {apart:.2g}")
    return ArtefactSpecification(CHECK, {"describe": _described(query), "schema": _schema(query)}, against)


def _described(query: EffectQuery) -> str:
    return (
        f"The average effect of {query.treatment} (1 against 0) on {query.outcome} from the task's table: the "
        f"estimator ({' or '.join(query.estimators)}), the adjustment set (columns; it must satisfy the back-door "
        f"criterion, and each of its strata must have both arms), the point estimate within {query.point_tolerance:g}, "
        f"and the {100 * query.level:g} % percentile bootstrap interval [lo, hi] from at least {query.resamples} "
        "resamples of rows. A stratum with one arm only in a resample is left out of that resample."
    )


def _schema(query: EffectQuery) -> Mapping[str, Any]:
    names = [name for name in query.columns if name not in {query.treatment, query.outcome}]
    chosen: Mapping[str, Any] = {"type": "array", "items": {"enum": names}, "uniqueItems": True}
    return {
        "type": "object",
        "required": ["estimator", "adjustment", "point", "ci"],
        "properties": {
            "estimator": {"enum": list(query.estimators)},
            "adjustment": chosen if names else {"type": "array", "maxItems": 0},
            "point": {"type": "number"},
            "ci": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
    }
