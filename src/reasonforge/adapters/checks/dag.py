"""The `dag` check: a causal graph against the reference, and claims of independence by d-separation."""

from collections.abc import Mapping
from typing import Any

from reasonforge.adapters.checks.quantities import members
from reasonforge.domain.artefacts.dag import GraphQuery, Independence
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.separation import markov_equivalent, separated
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where the edges are the reference's (or say the same), and every asked claim is there once and true.

    Raises:
        ValueError: `against` is malformed.
    """
    query = GraphQuery.read(against)
    given = members(artefact)
    try:
        stated = _graph(given.get("edges"), query.reference)
        claims = _claims(given.get("claims", []), query)
    except ValueError as error:
        return Finding(0.0, str(error))
    if query.compare == "equal":
        if set(stated.arrows) != set(query.reference.arrows):
            return Finding(0.0, "the edges are not those of the graph")
    elif not markov_equivalent(stated, query.reference):
        return Finding(0.0, "the graph says other independences than the true one")
    for claim in query.asked:
        if claims[claim] is not separated(query.reference, [claim.x], [claim.y], claim.given):
            return Finding(0.0, f"the claim about {claim.x} and {claim.y} is wrong")
    return Finding(1.0, f"the graph is right, and so are all {len(query.asked)} claims")


def _graph(edges: Any, reference: CausalGraph) -> CausalGraph:
    nodes = reference.nodes
    if not isinstance(edges, list) or len(edges) > len(nodes) * len(nodes):
        raise ValueError("the edges must be an array, with no more of them than there are pairs of nodes")
    arrows: list[tuple[str, str]] = []
    for edge in edges:
        if not isinstance(edge, list) or len(edge) != 2 or not all(_is_node(end, nodes) for end in edge):
            raise ValueError("an edge must be an array of two of the named nodes")
        arrows.append((edge[0], edge[1]))
    return CausalGraph(nodes, arrows)


def _is_node(given: Any, nodes: tuple[str, ...]) -> bool:
    return isinstance(given, str) and given in nodes


def _claims(given: Any, query: GraphQuery) -> Mapping[Independence, bool]:
    """Exactly the claims that are asked for, each once."""
    if not isinstance(given, list) or len(given) != len(query.asked):
        message = f"there must be {len(query.asked)} claims of independence"
        raise ValueError(message)
    found: dict[Independence, bool] = {}
    for item in given:
        claim = members(item)
        x, y, separating = claim.get("x"), claim.get("y"), claim.get("given", [])
        nodes = query.reference.nodes
        named = isinstance(separating, list) and len(separating) <= len(nodes)
        if not named or not all(_is_node(name, nodes) for name in (x, y, *separating)):
            raise ValueError("a claim is about two of the named nodes, given others of them")
        if not isinstance(claim.get("independent"), bool):
            raise ValueError("a claim says `independent`, true or false")  # noqa: TRY004 - a value, whatever its type
        found[Independence.between(str(x), str(y), separating)] = claim["independent"]
    if set(found) != set(query.asked):
        raise ValueError("the claims must be those asked for, each once")
    return found


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "reference": {"nodes": ["a", "b", "c"], "arrows": [["a", "c"], ["b", "c"]]},
        "compare": "equal",
        "asked": [{"x": "a", "y": "b", "given": []}, {"x": "a", "y": "b", "given": ["c"]}],
    },
    {
        "edges": [["a", "c"], ["b", "c"]],
        "claims": [
            {"x": "a", "y": "b", "given": [], "independent": True},
            {"x": "a", "y": "b", "given": ["c"], "independent": False},
        ],
    },
    {
        "edges": [["a", "c"], ["b", "c"]],
        "claims": [
            {"x": "a", "y": "b", "given": [], "independent": True},
            {"x": "a", "y": "b", "given": ["c"], "independent": True},
        ],
    },
)
