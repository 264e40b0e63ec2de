"""What the `dag` check asks: a causal graph, and what is independent in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import (
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    one_of,
    refuse,
)
from reasonforge.domain.causal.graph import CausalGraph

CHECK = "dag"
COMPARISONS = ("equal", "markov_equivalent")
MOST_CLAIMS = 50
_MEMBERS = ("reference", "compare", "asked")


@frozen
class Independence:
    """Whether x and y are independent given a set; x < y, so that the two can be told in either order."""

    x: str
    y: str
    given: frozenset[str]

    @classmethod
    def between(cls, first: str, second: str, given: Sequence[str]) -> Self:
        """In whatever order the two are told."""
        return cls(min(first, second), max(first, second), frozenset(given))


@frozen
class GraphQuery:
    """The reference DAG, how near to it an answer must be, and the independences asked for (1 to 50 or none)."""

    reference: CausalGraph
    compare: str
    asked: tuple[Independence, ...]

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        reference = CausalGraph.read(against.get("reference"), "the reference")
        if reference.confounded:
            raise refuse("the reference is a graph without hidden causes")
        compare = one_of(against.get("compare", "equal"), COMPARISONS, "compare")
        asked = tuple(_asked(item, reference) for item in items(against.get("asked", []), "asked", 0, MOST_CLAIMS))
        if len(set(asked)) < len(asked):
            raise refuse("each independence is asked once")
        return cls(reference, compare, asked)


def _asked(given: Any, reference: CausalGraph) -> Independence:
    claim = mapping(given, "an independence asked for")
    known_members(claim, ("x", "y", "given"), "an independence asked for")
    x, y = identifier(claim.get("x"), "x"), identifier(claim.get("y"), "y")
    separating = identifiers(claim.get("given", []), "given")
    if x == y or {x, y} & set(separating) or not {x, y, *separating} <= set(reference.nodes):
        raise refuse("an independence is asked of two nodes of the reference, given others of it")
    return Independence.between(x, y, separating)


def dag_artefact(
    reference: CausalGraph,
    asked: Sequence[tuple[str, str, Sequence[str]]] = (),
    *,
    compare: str = "equal",
) -> ArtefactSpecification:
    """Asks for the graph's edges, and for each (x, y, given) whether x and y are independent given those.

    Raises:
        ValueError: hidden causes, a name that is no node, an independence asked twice.
    """
    against = {
        "reference": reference.written(),
        "compare": compare,
        "asked": [{"x": x, "y": y, "given": list(given)} for x, y, given in asked],
    }
    query = GraphQuery.read(against)
    told = [f"{x} and {y}" + (f" given {', '.join(given)}" if given else "") for x, y, given in asked]
    how = "exactly the true graph" if compare == "equal" else "a graph that is Markov equivalent to the true one"
    describe = f"The edges [cause, effect] of {how}, over {', '.join(reference.nodes)}."
    if told:
        describe += f" And one claim each, independent or not: {'; '.join(told)}."
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": _schema(query)}, against)


def _schema(query: GraphQuery) -> Mapping[str, Any]:
    node: Mapping[str, Any] = {"enum": list(query.reference.nodes)}
    edge = {"type": "array", "items": node, "minItems": 2, "maxItems": 2}
    claim = {
        "type": "object",
        "required": ["x", "y", "given", "independent"],
        "properties": {
            "x": node,
            "y": node,
            "given": {"type": "array", "items": node, "uniqueItems": True},
            "independent": {"type": "boolean"},
        },
    }
    count = len(query.asked)
    return {
        "type": "object",
        "required": ["edges", "claims"] if count else ["edges"],
        "properties": {
            "edges": {"type": "array", "items": edge, "uniqueItems": True},
            "claims": {"type": "array", "items": claim, "minItems": count, "maxItems": count},
        },
    }
