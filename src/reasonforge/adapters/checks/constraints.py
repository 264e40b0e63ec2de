"""The `constraints` check: an assignment against every constraint, in exact fractions."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.adapters.checks.exact import bounded, by_name, exact_number
from reasonforge.domain.artefacts.arrangements import Value
from reasonforge.domain.artefacts.constraints import Puzzle
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right only where every constraint holds; the reason names the first that does not.

    Raises:
        ValueError: `against` is malformed.
    """
    puzzle = Puzzle.read(against)
    given = artefact if isinstance(artefact, Mapping) else {}
    try:
        values = by_name(given.get("x"), puzzle.variables, "x")
        x = {name: _value(name, value, puzzle) for name, value in values.items()}
        bounded([value for value in x.values() if isinstance(value, Fraction)], "x")
    except ValueError as error:
        return Finding(0.0, str(error))
    if violated := puzzle.violated(x):
        return Finding(0.0, f"does not hold: {violated}")
    return Finding(1.0, f"all {len(puzzle.constraints)} constraints hold")


def _value(name: str, given: Any, puzzle: Puzzle) -> Value:
    if isinstance(given, str) and given in puzzle.labels:
        return given
    if given is None and puzzle.nullable:
        return None
    number = exact_number(given)
    if number is None:
        message = f"x has no exact number or known label for {name}"
        raise ValueError(message)
    return number


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "variables": ["a", "b", "c"],
        "constraints": [
            {"kind": "linear", "terms": {"a": 1, "b": 1, "c": 1}, "relation": "=", "bound": 6},
            {"kind": "integer", "variables": ["a", "b", "c"]},
            {"kind": "range", "variables": ["a", "b", "c"], "least": 1, "greatest": 3},
            {"kind": "all_different", "variables": ["a", "b", "c"]},
            {
                "kind": "if",
                "condition": {"kind": "linear", "terms": {"a": 1}, "relation": "<", "bound": 3},
                "then": {"kind": "linear", "terms": {"b": 1}, "relation": "=", "bound": 1},
            },
        ],
    },
    {"x": {"a": 2, "b": 1, "c": 3}},
    {"x": {"a": 1, "b": 2, "c": 3}},
)
