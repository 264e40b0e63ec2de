"""A table of people, the causal graph of its columns, and an average effect with its bootstrap interval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.bootstrap import CHECK, bootstrap_artefact
from reasonforge.domain.causal.effects import distinct_rows, point_estimate, resampled
from reasonforge.domain.causal.graph import CausalGraph

FEWEST_PEOPLE, MOST_PEOPLE = 20, 2_000
LEAST_APART = 0.005
"""How far an unadjusted estimate must be off, so that it does not pass for the right one."""
_ESTIMATOR = "standardisation"
_RESAMPLES, _TAIL = 2_000, 0.025
_OWN_SEED = 1
_DIGITS = 6


@frozen
class Surveyed:
    """Rows of whole numbers, a person each, 20 to 2,000 of them; the treatment's column holds 0 and 1."""

    graph: CausalGraph
    treatment: str
    outcome: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[int]]

    def specification(self, adjustment: Sequence[str], seed: int) -> ArtefactSpecification:
        """Asks for the average effect of the treatment on the outcome; `adjustment` is one right set."""
        return bootstrap_artefact(
            self.graph,
            self.treatment,
            self.outcome,
            self.columns,
            self.rows,
            adjustment=adjustment,
            seed=seed,
            resamples=_RESAMPLES,
        )

    def estimated(self, adjustment: Sequence[str]) -> Mapping[str, Any]:
        """The artefact, standardised over the strata of a set, with a 95 % percentile interval of 2,000 resamples."""
        at = {name: number for number, name in enumerate(self.columns)}
        table = np.array(self.rows, dtype=np.int64)
        numbers = [at[name] for name in sorted(adjustment)]
        rows = distinct_rows(table, at[self.treatment], at[self.outcome], numbers)
        drawn = resampled(_ESTIMATOR, rows, _RESAMPLES, _OWN_SEED)
        ends = np.quantile(drawn, (_TAIL, 1 - _TAIL))
        return {
            CHECK: {
                "estimator": _ESTIMATOR,
                "adjustment": list(adjustment),
                "point": round(point_estimate(_ESTIMATOR, rows), _DIGITS),
                "ci": [round(float(end), _DIGITS) for end in ends],
            }
        }
