"""The `docalculus` check: an estimand must be the truth in random models over the task's graph."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reasonforge.adapters.checks.estimand import agrees, drawn_model
from reasonforge.domain.artefacts.docalculus import NOT_IDENTIFIABLE, InterventionQuery
from reasonforge.domain.causal.estimand import read_estimand
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where the estimand agrees with the truncated factorisation in every model, for all values.

    Raises:
        ValueError: `against` is malformed.
    """
    query = InterventionQuery.read(against)
    stated = artefact.get("estimand") if isinstance(artefact, Mapping) else None
    if isinstance(stated, str) and stated.strip().lower() == NOT_IDENTIFIABLE:
        if query.identifiable:
            return Finding(0.0, "the effect is identifiable")
        return Finding(1.0, "the effect is not identifiable, as stated")
    try:
        estimand = read_estimand(stated, query.graph.nodes)
    except ValueError as error:
        return Finding(0.0, f"the estimand cannot be read: {error}")
    if not query.identifiable:
        return Finding(0.0, "the effect is not identifiable, and an estimand is given")
    for number in range(query.models):
        rng = np.random.default_rng([query.seed, number])
        if not agrees(drawn_model(query.graph, query.treatments, query.outcomes, rng), estimand):
            return Finding(0.0, f"in model {number + 1} of {query.models} the estimand is not the effect")
    return Finding(1.0, f"the estimand is the effect in {query.models} random models")


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "graph": {"nodes": ["z", "x", "y"], "arrows": [["z", "x"], ["z", "y"], ["x", "y"]], "confounded": []},
        "treatments": ["x"],
        "outcomes": ["y"],
        "identifiable": True,
        "seed": 7,
    },
    {"estimand": ["sum", ["z"], ["mul", ["P", ["y"], ["x", "z"]], ["P", ["z"]]]]},
    {"estimand": ["P", ["y"], ["x"]]},
)
