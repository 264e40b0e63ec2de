"""What the `solver` check asks: a best solution of a linear program, with duals or against a known optimum."""

from collections.abc import Mapping, Sequence
from typing import Any

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import number, refuse
from reasonforge.domain.artefacts.linear import LinearProgram

CHECK = "solver"


def solver_artefact(
    variables: Sequence[str],
    sense: str,
    objective: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    solution: Mapping[str, Any],
    duals: Mapping[str, Any] | None = None,
    lower: Mapping[str, Any] | None = None,
    upper: Mapping[str, Any] | None = None,
    integers: Sequence[str] = (),
    optimum: Any = None,
) -> ArtefactSpecification:
    """Asks for x, and for the rows' shadow prices where `optimum` is not given.

    Numbers are ints or texts `p/q`. `rows` are `{"name"?, "terms": {variable: factor}, "relation": <= | = | >=,
    "bound"}`; `sense` is max or min; lower bounds are 0 unless given (None: unbounded). `solution` and `duals` prove
    that the task can be solved; they do not travel and are not kept.

    Raises:
        ValueError: malformed data, or the reference solution is not feasible, or not optimal by its own certificate.
    """
    against: dict[str, Any] = {
        "variables": list(variables),
        "sense": sense,
        "objective": dict(objective),
        "rows": [dict(row) for row in rows],
        "lower": dict(lower or {}),
        "upper": dict(upper or {}),
        "integers": list(integers),
        "optimum": optimum,
    }
    program = LinearProgram.read(against)
    x = {name: number(solution.get(name), f"the solution's {name}") for name in program.variables}
    if violated := program.violated(x):
        raise refuse(f"the reference solution is not feasible: {violated}")
    best = program.optimum
    if best is None:
        prices = {row.name: number((duals or {}).get(row.name), f"the dual of {row.name}") for row in program.rows}
        bound = program.dual_bound(prices)
        if isinstance(bound, str):
            raise refuse(bound)
        best = bound
    if program.value(x) != best:
        raise refuse(f"the reference solution reaches {program.value(x)}, and the optimum is {best}")
    return ArtefactSpecification(CHECK, {"describe": _described(program), "schema": _schema(program)}, against)


def _described(program: LinearProgram) -> str:
    asked = "x: a best solution, every variable by its name. Numbers are exact: whole numbers, decimals or texts p/q."
    if program.optimum is not None or not program.rows:
        return asked
    return (
        f"{asked} duals: for each of the rows {', '.join(row.name for row in program.rows)} its shadow price, the "
        "change of the optimum by a unit of the row's right side (with its sign), which together prove x optimal."
    )


def _schema(program: LinearProgram) -> Mapping[str, Any]:
    properties = {"x": exact_object(program.variables)}
    if program.optimum is None and program.rows:
        properties["duals"] = exact_object([row.name for row in program.rows])
    return {"type": "object", "required": list(properties), "properties": properties}


def exact_object(names: Sequence[str]) -> Mapping[str, Any]:
    """The JSON Schema of an object with an exact number for each name."""
    exact = {"type": ["number", "string"]}
    return {"type": "object", "required": list(names), "properties": dict.fromkeys(names, exact)}
