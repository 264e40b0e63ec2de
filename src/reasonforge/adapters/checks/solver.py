"""The `solver` check: feasible, and optimal by its own duals or by the known optimum, in exact fractions."""

from collections.abc import Mapping
from typing import Any

from reasonforge.adapters.checks.exact import assignment
from reasonforge.domain.artefacts.linear import LinearProgram
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where x is feasible and reaches the optimum, which the duals must prove where the task knows none.

    Raises:
        ValueError: `against` is malformed.
    """
    program = LinearProgram.read(against)
    given = artefact if isinstance(artefact, Mapping) else {}
    try:
        x = assignment(given.get("x"), program.variables, "x")
        if violated := program.violated(x):
            return Finding(0.0, f"x is not feasible: {violated}")
        best = program.optimum
        if best is None:
            names = [row.name for row in program.rows]
            duals = assignment(given.get("duals"), names, "duals") if names else {}
            bound = program.dual_bound(duals)
            if isinstance(bound, str):
                return Finding(0.0, bound)
            best = bound
    except ValueError as error:
        return Finding(0.0, str(error))
    if program.value(x) != best:
        return Finding(0.0, "x is feasible, but not proved optimal" if program.optimum is None else "x is not optimal")
    return Finding(
        1.0, "x is feasible and optimal, " + ("as its duals prove" if program.optimum is None else "exactly")
    )


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {  # the best mix of two products from 4 hours, 12 sheets and 18 kilogrammes
        "variables": ["doors", "windows"],
        "sense": "max",
        "objective": {"doors": 3, "windows": 5},
        "rows": [
            {"name": "hours", "terms": {"doors": 1}, "relation": "<=", "bound": 4},
            {"name": "sheets", "terms": {"windows": 2}, "relation": "<=", "bound": 12},
            {"name": "weight", "terms": {"doors": 3, "windows": 2}, "relation": "<=", "bound": 18},
        ],
    },
    {"x": {"doors": 2, "windows": 6}, "duals": {"hours": 0, "sheets": "3/2", "weight": 1}},
    {"x": {"doors": 4, "windows": 3}, "duals": {"hours": 0, "sheets": "3/2", "weight": 1}},
)
