"""What the `constraints` check asks: an assignment that keeps every constraint of a small vocabulary, exactly.

Each constraint is an object with a `kind` (and a `says`, the sentence that a failing one is reported with):

    linear            terms {variable: factor}, relation <= | = | >= | < | > | !=, bound
    integer           variables: each is whole
    range             variables, least and/or greatest
    one_of            variables, values (numbers or labels): each is one of them
    all_different     variables
    if                condition, then: constraints
    not               constraint
    count             constraints, relation, bound: how many of them hold (at least one, exactly two …)
    schedule, stable_matching       arrangements.py
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.arrangements import MOST_LABELS, Assignment, Schedule, StableMatching, Value
from reasonforge.domain.artefacts.authored import (
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    number,
    one_of,
    refuse,
    text,
    whole,
)
from reasonforge.domain.artefacts.linear import MOST_VARIABLES, RELATIONS, Row, read_row

CHECK = "constraints"
MOST_CONSTRAINTS, MOST_DEPTH = 500, 6


class Constraint(Protocol):
    """Something that an assignment keeps or does not."""

    def holds(self, x: Assignment) -> bool:
        """`x` has a value for every variable of the problem."""
        ...


@frozen
class Linear:
    """A linear relation between numbers."""

    row: Row

    def holds(self, x: Assignment) -> bool:
        numbers = {name: value for name in self.row.terms if isinstance(value := x[name], Fraction)}
        return len(numbers) == len(self.row.terms) and self.row.holds(numbers)


@frozen
class Each:
    """Something that is asked of each variable by itself."""

    variables: tuple[str, ...]
    fits: Callable[[Value], bool]

    def holds(self, x: Assignment) -> bool:
        return all(self.fits(x[name]) for name in self.variables)


@frozen
class AllDifferent:
    """No two of the variables have the same value."""

    variables: tuple[str, ...]

    def holds(self, x: Assignment) -> bool:
        return len({x[name] for name in self.variables}) == len(self.variables)


@frozen
class Count:
    """How many of some constraints hold."""

    constraints: tuple[Constraint, ...]
    relation: str
    bound: int

    def holds(self, x: Assignment) -> bool:
        return bool(RELATIONS[self.relation](sum(one.holds(x) for one in self.constraints), self.bound))


@frozen
class Implication:
    """Where the condition holds, so does the consequence."""

    condition: Constraint
    then: Constraint

    def holds(self, x: Assignment) -> bool:
        return not self.condition.holds(x) or self.then.holds(x)


@frozen
class Puzzle:
    """Variables and the constraints on them.

    Attributes:
        labels: the texts that may be a value, beside numbers.
        nullable: whether null may be one.
        constraints: (what it says, the constraint).
    """

    variables: tuple[str, ...]
    labels: frozenset[str]
    nullable: bool
    constraints: tuple[tuple[str, Constraint], ...]

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), ("variables", "labels", "constraints"), "against")
        variables = identifiers(against.get("variables"), "variables", 1, MOST_VARIABLES)
        labels = frozenset(identifiers(against.get("labels", []), "labels", 0, MOST_LABELS))
        given = items(against.get("constraints"), "constraints", 1, MOST_CONSTRAINTS)
        read = tuple(
            (_sentence(one, at), read_constraint(one, variables, labels, 1)) for at, one in enumerate(given, 1)
        )
        matchings = [one for _, one in read if isinstance(one, StableMatching)]
        matched = frozenset(name for one in matchings for name in one.receivers)
        return cls(variables, labels | matched, bool(matchings), read)

    def violated(self, x: Assignment) -> str:
        """The first constraint that does not hold; empty when all do."""
        return next((says for says, constraint in self.constraints if not constraint.holds(x)), "")


def read_constraint(given: Any, variables: tuple[str, ...], labels: frozenset[str], depth: int) -> Constraint:
    """An author's constraint; a ValueError names what is malformed."""
    if depth > MOST_DEPTH:
        raise refuse(f"constraints are nested at most {MOST_DEPTH} deep")
    whole_of_it = mapping(given, "a constraint")
    kind = one_of(whole_of_it.get("kind"), (*_MEMBERS, "schedule", "stable_matching"), "a constraint's kind")
    parts = {key: value for key, value in whole_of_it.items() if key not in {"kind", "says"}}
    if kind == "schedule":
        return Schedule.read(parts, variables)
    if kind == "stable_matching":
        return StableMatching.read(parts, variables)
    known_members(parts, _MEMBERS[kind], f"a constraint of kind {kind}")

    if kind == "linear":
        return Linear(read_row(parts, variables, kind, tuple(RELATIONS)))
    if kind in {"if", "not", "count"}:
        return _composed(kind, parts, lambda one: read_constraint(one, variables, labels, depth + 1))
    names = identifiers(parts.get("variables"), "a constraint's variables", 1, MOST_VARIABLES)
    if not set(names) <= set(variables):
        raise refuse("a constraint names something that is no variable")
    if kind == "all_different":
        return AllDifferent(names)
    return Each(names, _fitting(kind, parts, labels))


def _composed(kind: str, parts: Mapping[str, Any], read: Callable[[Any], Constraint]) -> Constraint:
    if kind == "if":
        return Implication(read(parts.get("condition")), read(parts.get("then")))
    if kind == "not":
        return Count((read(parts.get("constraint")),), "=", 0)
    those = items(parts.get("constraints"), "constraints", 1, MOST_CONSTRAINTS)
    relation = one_of(parts.get("relation"), RELATIONS, "a count's relation")
    return Count(tuple(map(read, those)), relation, whole(parts.get("bound"), "a count's bound", 0, 1000))


def _fitting(kind: str, parts: Mapping[str, Any], labels: frozenset[str]) -> Callable[[Value], bool]:
    if kind == "integer":
        return lambda value: isinstance(value, Fraction) and value.denominator == 1
    if kind == "one_of":
        values = items(parts.get("values"), "values", 1, 1_000)
        known = {one if isinstance(one, str) and one in labels else number(one, "one of the values") for one in values}
        return lambda value: value in known
    least, greatest = (None if parts.get(end) is None else number(parts[end], end) for end in ("least", "greatest"))
    return lambda value: (
        isinstance(value, Fraction) and (least is None or value >= least) and (greatest is None or value <= greatest)
    )


_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "linear": ("terms", "relation", "bound"),
    "integer": ("variables",),
    "range": ("variables", "least", "greatest"),
    "one_of": ("variables", "values"),
    "all_different": ("variables",),
    "if": ("condition", "then"),
    "not": ("constraint",),
    "count": ("constraints", "relation", "bound"),
}


def _sentence(given: Any, at: int) -> str:
    one = mapping(given, "a constraint")
    return text(one["says"], "what a constraint says", 200) if "says" in one else f"constraint {at} ({one.get('kind')})"


def constraints_artefact(
    variables: Sequence[str],
    constraints: Sequence[Mapping[str, Any]],
    *,
    solution: Mapping[str, Any],
    labels: Sequence[str] = (),
) -> ArtefactSpecification:
    """Asks for a value for each variable; `solution` proves that there is one, and is not kept.

    Raises:
        ValueError: malformed data, or the reference solution breaks a constraint.
    """
    against = {
        "variables": [identifier(name, "a variable") for name in variables],
        "labels": list(labels),
        "constraints": [dict(one) for one in constraints],
    }
    puzzle = Puzzle.read(against)
    x = {name: _value(solution.get(name), puzzle) for name in puzzle.variables}
    if violated := puzzle.violated(x):
        raise refuse(f"the reference solution does not keep: {violated}")
    labelled = f" or one of the texts {', '.join(sorted(puzzle.labels))}" if puzzle.labels else ""
    describe = (
        "x: a value for each variable by its name, such that every constraint of the problem holds. A value is an "
        f"exact number (whole, decimal or text p/q){labelled}{' or null for unmatched' if puzzle.nullable else ''}."
    )
    value = {"type": ["number", "string", *(["null"] if puzzle.nullable else [])]}
    x_schema = {"type": "object", "required": list(variables), "properties": dict.fromkeys(variables, value)}
    schema = {"type": "object", "required": ["x"], "properties": {"x": x_schema}}
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": schema}, against)


def _value(given: Any, puzzle: Puzzle) -> Value:
    if given is None and puzzle.nullable:
        return None
    return given if isinstance(given, str) and given in puzzle.labels else number(given, "a value of the solution")
