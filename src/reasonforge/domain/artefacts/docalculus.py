"""What the `docalculus` check asks: an estimand, or that there is none."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import flag, identifiers, known_members, mapping, refuse, whole
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.identify import identify

CHECK = "docalculus"
NOT_IDENTIFIABLE = "not identifiable"
MOST_NODES, MOST_CONFOUNDED = 10, 8
LEAST_MODELS, MOST_MODELS = 8, 32
_MEMBERS = ("graph", "treatments", "outcomes", "identifiable", "seed", "models")


@frozen
class InterventionQuery:
    """P(outcomes | do(treatments)) in a graph of at most 10 variables and 8 hidden causes.

    Attributes:
        identifiable: whether it can be had from what is observed; the ID algorithm must agree.
        seed: of the random models, of which there are `models` ≥ 8.
    """

    graph: CausalGraph
    treatments: tuple[str, ...]
    outcomes: tuple[str, ...]
    identifiable: bool
    seed: int
    models: int

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        graph = CausalGraph.read(against.get("graph"))
        query = cls(
            graph,
            identifiers(against.get("treatments"), "treatments", 1, MOST_NODES),
            identifiers(against.get("outcomes"), "outcomes", 1, MOST_NODES),
            flag(against.get("identifiable"), "identifiable"),
            whole(against.get("seed"), "seed", 0, 2**63),
            whole(against.get("models", LEAST_MODELS), "models", LEAST_MODELS, MOST_MODELS),
        )
        if len(graph.nodes) > MOST_NODES or len(graph.confounded) > MOST_CONFOUNDED:
            raise refuse(f"a query's graph has at most {MOST_NODES} variables and {MOST_CONFOUNDED} hidden causes")
        if (identify(graph, query.outcomes, query.treatments) is not None) != query.identifiable:
            raise refuse("the ID algorithm disagrees with the task about whether the effect is identifiable")
        return query


def docalculus_artefact(
    graph: CausalGraph, treatments: Sequence[str], outcomes: Sequence[str], *, seed: int, models: int = LEAST_MODELS
) -> ArtefactSpecification:
    """Asks for an estimand of P(outcomes | do(treatments)); whether there is one, the ID algorithm says.

    Raises:
        ValueError: a name that is no node, too large a graph, a seed outside 0…2⁶³.
    """
    against = {
        "graph": graph.written(),
        "treatments": list(treatments),
        "outcomes": list(outcomes),
        "identifiable": identify(graph, outcomes, treatments) is not None,
        "seed": seed,
        "models": models,
    }
    InterventionQuery.read(against)
    names = list(graph.nodes)
    return ArtefactSpecification(CHECK, {"describe": _DESCRIBE, "schema": _schema(names)}, against)


_DESCRIBE = (
    f"The effect as an estimand over the observed variables, or the text '{NOT_IDENTIFIABLE}'. An estimand is "
    '["P", [variables], [given]], ["sum", [variables], body], ["mul", factor, …], ["div", above, below] or a number. '
    "A variable bound by a sum takes that sum's values (the innermost one's), any other the query's value; "
    '["z", 0] inside a P pins z to 0. At most 200 nodes, 24 deep.'
)


def _schema(names: list[str]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "required": ["estimand"],
        "properties": {"estimand": {"anyOf": [{"const": NOT_IDENTIFIABLE}, {"$ref": "#/$defs/estimand"}]}},
        "$defs": {
            "name": {"enum": names},
            "variable": {
                "anyOf": [
                    {"$ref": "#/$defs/name"},
                    {"type": "array", "prefixItems": [{"$ref": "#/$defs/name"}, {"enum": [0, 1]}], "items": False},
                ]
            },
            "variables": {"type": "array", "items": {"$ref": "#/$defs/variable"}},
            "estimand": {
                "anyOf": [
                    {"type": "integer"},
                    {"type": "string", "pattern": "^-?[0-9]+(/[0-9]+)?$"},
                    {
                        "type": "array",
                        "prefixItems": [
                            {"const": "P"},
                            {"$ref": "#/$defs/variables", "minItems": 1},
                            {"$ref": "#/$defs/variables"},
                        ],
                        "minItems": 2,
                        "items": False,
                    },
                    {
                        "type": "array",
                        "prefixItems": [
                            {"const": "sum"},
                            {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 1},
                            {"$ref": "#/$defs/estimand"},
                        ],
                        "minItems": 3,
                        "items": False,
                    },
                    {
                        "type": "array",
                        "prefixItems": [{"const": "mul"}],
                        "items": {"$ref": "#/$defs/estimand"},
                        "minItems": 2,
                    },
                    {
                        "type": "array",
                        "prefixItems": [
                            {"const": "div"},
                            {"$ref": "#/$defs/estimand"},
                            {"$ref": "#/$defs/estimand"},
                        ],
                        "minItems": 3,
                        "items": False,
                    },
                ]
            },
        },
    }
