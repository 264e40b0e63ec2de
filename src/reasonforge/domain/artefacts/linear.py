"""Linear programs in exact fractions, and certificates that a solution of one is optimal.

Weak duality with bounds on the variables: for a maximum, any row multipliers y (y ≥ 0 on ≤ rows, y ≤ 0 on ≥ rows) give

    c·x ≤ y·b + Σⱼ max(rⱼ lⱼ, rⱼ uⱼ)   with r = c − Aᵀy

for every feasible x, so that equality proves x optimal. The multipliers are shadow prices: the change of the optimum
by a unit of a row's bound. A minimum is the same with all signs turned.
"""

from collections.abc import Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, Self

from attrs import field, frozen

from reasonforge.domain.artefacts.authored import (
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    number,
    one_of,
    refuse,
)

MOST_VARIABLES, MOST_ROWS = 400, 400
RELATIONS: Final = {"<=": le, "=": eq, ">=": ge, "<": lt, ">": gt, "!=": ne}
_PROGRAM_RELATIONS: Final = ("<=", "=", ">=")
_MEMBERS = ("variables", "sense", "objective", "rows", "lower", "upper", "integers", "optimum")
Point = Mapping[str, Fraction]


@frozen
class Row:
    """`terms · x relation bound`."""

    name: str
    terms: Mapping[str, Fraction]
    relation: str
    bound: Fraction

    def holds(self, x: Point) -> bool:
        """Whether a point keeps it."""
        return bool(RELATIONS[self.relation](total(self.terms, x), self.bound))


@frozen
class LinearProgram:
    """The best of `objective · x` where every row holds, within bounds, some of x whole.

    Attributes:
        lower, upper: an absent variable has no such bound.
        optimum: the best value, where duals are not to prove it: always when a variable must be whole.
    """

    variables: tuple[str, ...]
    maximise: bool
    objective: Mapping[str, Fraction]
    rows: tuple[Row, ...]
    lower: Mapping[str, Fraction]
    upper: Mapping[str, Fraction] = field(factory=dict)
    integers: tuple[str, ...] = ()
    optimum: Fraction | None = None

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed. A variable's lower bound is 0 if not given."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        variables = identifiers(against.get("variables"), "variables", 1, MOST_VARIABLES)
        rows = tuple(
            read_row(row, variables, f"row{at}", _PROGRAM_RELATIONS)
            for at, row in enumerate(items(against.get("rows"), "rows", 0, MOST_ROWS), 1)
        )
        if len({row.name for row in rows}) < len(rows):
            raise refuse("the rows must have different names")
        lower = dict.fromkeys(variables, Fraction(0)) | _bounds(against.get("lower", {}), variables, "lower")
        integers = identifiers(against.get("integers", []), "integers", 0, MOST_VARIABLES)
        if not set(integers) <= set(variables):
            raise refuse("the integers must be variables")
        optimum = against.get("optimum")
        if integers and optimum is None:
            raise refuse("a program with whole variables needs its optimum, since duals do not prove it")
        return cls(
            variables,
            one_of(against.get("sense"), ("max", "min"), "sense") == "max",
            read_terms(against.get("objective"), variables, "the objective"),
            rows,
            {name: bound for name, bound in lower.items() if bound is not None},
            {
                name: bound
                for name, bound in _bounds(against.get("upper", {}), variables, "upper").items()
                if bound is not None
            },
            integers,
            None if optimum is None else number(optimum, "the optimum"),
        )

    def value(self, x: Point) -> Fraction:
        """The objective at a point."""
        return total(self.objective, x)

    def violated(self, x: Point) -> str:
        """Why a point is not feasible; empty when it is."""
        for name in self.variables:
            if name in self.lower and x[name] < self.lower[name]:
                return f"{name} is below its lower bound"
            if name in self.upper and x[name] > self.upper[name]:
                return f"{name} is above its upper bound"
        for name in self.integers:
            if x[name].denominator != 1:
                return f"{name} is not whole"
        return next((f"{row.name} does not hold" for row in self.rows if not row.holds(x)), "")

    def dual_bound(self, duals: Point) -> Fraction | str:
        """What no feasible point's objective passes, by multipliers of the rows; or why they prove nothing."""
        sign = 1 if self.maximise else -1
        for row in self.rows:
            allowed = {"<=": sign * duals[row.name] >= 0, ">=": sign * duals[row.name] <= 0, "=": True}
            if not allowed[row.relation]:
                return f"the dual of {row.name} has the wrong sign"
        bound = sum((duals[row.name] * row.bound for row in self.rows), Fraction(0))
        reduced = dict.fromkeys(self.variables, Fraction(0)) | dict(self.objective)
        for row in self.rows:
            for name, factor in row.terms.items():
                reduced[name] -= duals[row.name] * factor
        for name, cost in reduced.items():
            if cost == 0:
                continue
            limit = (self.upper if sign * cost > 0 else self.lower).get(name)
            if limit is None:
                return f"the duals leave {name} without a bound on its gain"
            bound += cost * limit
        return bound


def read_terms(given: Any, variables: tuple[str, ...], name: str) -> Mapping[str, Fraction]:
    """Variable → factor; a ValueError for a name that is no variable."""
    terms = {key: number(factor, f"a factor of {name}") for key, factor in mapping(given, name).items()}
    if not set(terms) <= set(variables):
        raise refuse(f"{name} names something that is no variable")
    return terms


def read_row(given: Any, variables: tuple[str, ...], fallback: str, relations: tuple[str, ...]) -> Row:
    """An author's row `{"name"?, "terms", "relation", "bound"}`."""
    row = mapping(given, "a row")
    known_members(row, ("name", "terms", "relation", "bound"), "a row")
    name = identifier(row.get("name", fallback), "a row's name")
    return Row(
        name,
        read_terms(row.get("terms"), variables, name),
        one_of(row.get("relation"), relations, "a row's relation"),
        number(row.get("bound"), f"the bound of {name}"),
    )


def total(terms: Mapping[str, Fraction], x: Point) -> Fraction:
    """Σ factor · x."""
    return sum((factor * x[name] for name, factor in terms.items() if factor), Fraction(0))


def _bounds(given: Any, variables: tuple[str, ...], name: str) -> dict[str, Fraction | None]:
    """Variable → bound; None where the author says there is none."""
    bounds = mapping(given, name)
    if not set(bounds) <= set(variables):
        raise refuse(f"{name} names something that is no variable")
    return {key: None if bound is None else number(bound, f"{name} of {key}") for key, bound in bounds.items()}
