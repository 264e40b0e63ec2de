"""What a graph says is independent, and which variables one may adjust for (Pearl, Causality, 1.2.3 and 3.3.1)."""

from collections.abc import Collection, Iterable
from itertools import combinations

from reasonforge.domain.causal.graph import Arrow, CausalGraph


def separated(graph: CausalGraph, first: Collection[str], second: Collection[str], given: Collection[str]) -> bool:
    """Whether `given` d-separates two sets, hidden common causes included (m-separation).

    By Bayes ball on the graph with its hidden causes as nodes: O(nodes + edges). The three sets are disjoint.

    >>> chain = CausalGraph("abc", [("a", "b"), ("b", "c")])
    >>> separated(chain, "a", "c", "b"), separated(chain, "a", "c", "")
    (True, False)
    """
    parents: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    for start, end in _with_hidden_causes(graph):
        parents.setdefault(end, []).append(start)
        children.setdefault(start, []).append(end)
    known, opens_colliders, goal = set(given), graph.ancestors(given), set(second)
    waiting = [(node, True) for node in sorted(first)]
    seen = set(waiting)
    while waiting:
        node, upwards = waiting.pop()
        if node in goal:
            return False
        steps: list[tuple[str, bool]] = []
        if node not in known:
            steps += [(child, False) for child in children.get(node, ())]
        if (upwards and node not in known) or (not upwards and node in opens_colliders):
            steps += [(parent, True) for parent in parents.get(node, ())]
        fresh = [step for step in steps if step not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return True


def _with_hidden_causes(graph: CausalGraph) -> list[Arrow]:
    arrows = list(graph.arrows)
    for first, second in graph.confounded:
        hidden = f"{first}↔{second}"  # no identifier, so no node's name
        arrows += [(hidden, first), (hidden, second)]
    return arrows


def is_backdoor_set(graph: CausalGraph, treatment: str, outcome: str, adjustment: Iterable[str]) -> bool:
    """Pearl's back-door criterion: nothing that the treatment leads to, and every path into the treatment blocked."""
    chosen = set(adjustment)
    if not chosen <= set(graph.nodes) or chosen & (graph.descendants([treatment]) | {outcome}):
        return False
    return separated(graph.without_effects_of([treatment]), [treatment], [outcome], chosen)


def v_structures(graph: CausalGraph) -> frozenset[tuple[str, str, str]]:
    """Colliders (a, c, b), a < b, whose two causes are not joined themselves."""
    joined = {frozenset(arrow) for arrow in graph.arrows}
    return frozenset(
        (min(a, b), node, max(a, b))
        for node in graph.nodes
        for a, b in combinations(graph.parents(node), 2)
        if frozenset((a, b)) not in joined
    )


def markov_equivalent(first: CausalGraph, second: CausalGraph) -> bool:
    """Whether two DAGs say the same independences: same skeleton, same v-structures (Verma and Pearl 1990)."""
    return (
        set(first.nodes) == set(second.nodes)
        and {frozenset(arrow) for arrow in first.arrows} == {frozenset(arrow) for arrow in second.arrows}
        and v_structures(first) == v_structures(second)
    )
