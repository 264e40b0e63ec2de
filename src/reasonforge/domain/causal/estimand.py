"""Estimands: what an intervention's effect is, written in probabilities that can be observed.

As JSON, one array a node, so that nesting costs one level each:

    ["P", [variables], [given]]   P(variables | given); `given` may be left out
    ["sum", [variables], body]    over all their values; binds them in the body, an outer meaning is hidden there
    ["mul", factor, …]            one or more
    ["div", above, below]
    7, "1/3"                      a number

A variable stands for its value: that of the innermost sum around it, otherwise that of the query. A variable of P may
be pinned to a value, `["z", 0]` (values count from 0). A variable that no sum binds and the query does not name may
take any value, and the estimand must be right for each.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import read_fraction

MAX_ESTIMAND_NODES = 200
MAX_ESTIMAND_DEPTH = 24
_MOST_BITS = 64

Variable = str | tuple[str, int]
"""A name, or a name and the value it is pinned to (0 or 1)."""


@frozen
class Probability:
    """P(variables | given): at least one variable, each name once in the two."""

    variables: tuple[Variable, ...]
    given: tuple[Variable, ...] = ()


@frozen
class Sum:
    """Over all values of the names, at least one."""

    over: tuple[str, ...]
    body: "Estimand"


@frozen
class Product:
    """Of one factor or more."""

    factors: tuple["Estimand", ...]


@frozen
class Quotient:
    """One by another."""

    above: "Estimand"
    below: "Estimand"


@frozen
class Constant:
    """A number."""

    value: Fraction


Estimand = Probability | Sum | Product | Quotient | Constant


def name_of(variable: Variable) -> str:
    """The name of a variable, pinned or not."""
    return variable if isinstance(variable, str) else variable[0]


def written(estimand: Estimand) -> Any:
    """The JSON that `read_estimand` reads."""
    match estimand:
        case Probability(variables, given):
            return ["P", [_written_variable(v) for v in variables], [_written_variable(v) for v in given]]
        case Sum(over, body):
            return ["sum", list(over), written(body)]
        case Product(factors):
            return ["mul", *(written(factor) for factor in factors)]
        case Quotient(above, below):
            return ["div", written(above), written(below)]
        case Constant(value):
            return int(value) if value.denominator == 1 else str(value)


def _written_variable(variable: Variable) -> Any:
    return variable if isinstance(variable, str) else list(variable)


def read_estimand(given: Any, names: Iterable[str]) -> Estimand:
    """A stranger's JSON as an estimand over observed variables, in bounded time.

    Raises:
        ValueError: it is none, or has more than 200 nodes (variables count), or nests more than 24 deep.
    """
    return _Reader(frozenset(names)).estimand(given, MAX_ESTIMAND_DEPTH)


class _Reader:
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._left = MAX_ESTIMAND_NODES

    def estimand(self, given: Any, depth: int) -> Estimand:
        self._spend(1)
        if depth == 0:
            message = f"the estimand nests more than {MAX_ESTIMAND_DEPTH} deep"
            raise ValueError(message)
        if not isinstance(given, list) or not given:
            return Constant(_constant(given))
        operator, *parts = given
        match operator:
            case "P" if len(parts) in {1, 2}:
                return self._probability(parts)
            case "sum" if len(parts) == 2:
                return Sum(self._names_of(parts[0]), self.estimand(parts[1], depth - 1))
            case "mul" if parts:
                return Product(tuple(self.estimand(part, depth - 1) for part in parts))
            case "div" if len(parts) == 2:
                return Quotient(self.estimand(parts[0], depth - 1), self.estimand(parts[1], depth - 1))
        shown = quoted(operator) if isinstance(operator, str) else type(operator).__name__
        message = f"{shown} with {len(parts)} parts is no operation of an estimand (P, sum, mul, div)"
        raise ValueError(message)

    def _spend(self, nodes: int) -> None:
        self._left -= nodes
        if self._left < 0:
            message = f"the estimand has more than {MAX_ESTIMAND_NODES} nodes"
            raise ValueError(message)

    def _probability(self, parts: Sequence[Any]) -> Probability:
        variables, given = (tuple(self._variable(item) for item in self._list(part)) for part in (*parts, [])[:2])
        mentioned = [name_of(variable) for variable in (*variables, *given)]
        if not variables or len(set(mentioned)) < len(mentioned):
            raise ValueError("a P needs at least one variable, and each of them once")
        return Probability(variables, given)

    def _names_of(self, given: Any) -> tuple[str, ...]:
        names = tuple(self._name(item) for item in self._list(given))
        if not names or len(set(names)) < len(names):
            raise ValueError("a sum goes over at least one variable, and each of them once")
        return names

    def _list(self, given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise ValueError("the variables of a P and of a sum are arrays")  # noqa: TRY004 - a value, whatever its type
        self._spend(len(given))
        return given

    def _variable(self, given: Any) -> Variable:
        if not isinstance(given, list):
            return self._name(given)
        if len(given) != 2 or type(given[1]) is not int or given[1] not in {0, 1}:
            raise ValueError("a pinned variable is a name and the value 0 or 1")
        return self._name(given[0]), given[1]

    def _name(self, given: Any) -> str:
        if not isinstance(given, str) or given not in self._names:
            shown = quoted(given) if isinstance(given, str) else type(given).__name__
            message = f"{shown} is no observed variable of the task"
            raise ValueError(message)
        return given


def _constant(given: Any) -> Fraction:
    value = None
    if type(given) is int:
        value = Fraction(given) if given.bit_length() <= _MOST_BITS else None
    elif isinstance(given, str):
        value = read_fraction(given)
    if value is None or max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise ValueError("an estimand is an array, a small whole number or a fraction as text")
    return value
