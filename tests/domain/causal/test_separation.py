"""Graphs and what they say is independent; networkx is the oracle."""

from collections.abc import Iterator
from itertools import combinations, permutations, product
from random import Random

import networkx as nx
import pytest

from reasonforge.domain.causal.graph import CausalGraph, subsets
from reasonforge.domain.causal.separation import is_backdoor_set, markov_equivalent, separated


def drawn(rng: Random, count: int, *, hidden: float = 0.0) -> CausalGraph:
    """A random graph whose order is not that of its names."""
    names = rng.sample("abcdefgh", count)
    pairs = list(combinations(names, 2))
    share = rng.choice([0.2, 0.4, 0.7])
    return CausalGraph(
        tuple(sorted(names)), [p for p in pairs if rng.random() < share], [p for p in pairs if rng.random() < hidden]
    )


def with_hidden_nodes(graph: CausalGraph) -> "nx.DiGraph[str]":
    """As networkx has it: a node for each hidden cause."""
    found: nx.DiGraph[str] = nx.DiGraph(graph.arrows)
    found.add_nodes_from(graph.nodes)
    for at, pair in enumerate(graph.confounded):
        found.add_edges_from((f"u{at}", node) for node in pair)
    return found


@pytest.mark.parametrize("hidden", [0.0, 0.3])
def test_separation(hidden: float) -> None:
    """d-separation is networkx's, with hidden causes as nodes, for sets of any size."""
    rng, agreed = Random(3), {True: 0, False: 0}
    for _ in range(400):
        graph = drawn(rng, rng.randint(2, 7), hidden=hidden)
        nodes = list(graph.nodes)
        rng.shuffle(nodes)
        first, second = nodes[:1], nodes[1 : 2 + rng.randrange(2)]
        given = [node for node in nodes if node not in {*first, *second} and rng.random() < 0.5]
        truth = nx.is_d_separator(with_hidden_nodes(graph), set(first), set(second), set(given))
        assert separated(graph, first, second, given) is truth
        assert separated(graph, second, first, given) is truth
        agreed[truth] += 1
    assert min(agreed.values()) > 50


def test_closures_and_order() -> None:
    """Ancestors, descendants and the order are networkx's."""
    rng = Random(4)
    for _ in range(100):
        graph = drawn(rng, 6)
        truth = with_hidden_nodes(graph)
        for node in graph.nodes:
            assert graph.ancestors([node]) == nx.ancestors(truth, node) | {node}
            assert graph.descendants([node]) == nx.descendants(truth, node) | {node}
        place = {node: at for at, node in enumerate(graph.order())}
        assert all(place[start] < place[end] for start, end in graph.arrows)
        assert CausalGraph.read(graph.written()) == graph


def backdoor_paths(graph: "nx.DiGraph[str]", x: str, y: str) -> Iterator[list[str]]:
    """The paths that begin with an arrow into x."""
    for path in nx.all_simple_paths(graph.to_undirected(), x, y):
        if graph.has_edge(path[1], x):
            yield path


def is_open(graph: "nx.DiGraph[str]", path: list[str], given: set[str]) -> bool:
    """Whether a path is active, by the definition, node by node."""
    for before, node, after in zip(path, path[1:], path[2:], strict=False):
        if graph.has_edge(before, node) and graph.has_edge(after, node):
            if not given & (nx.descendants(graph, node) | {node}):
                return False
        elif node in given:
            return False
    return True


def test_backdoor_sets() -> None:
    """A set is valid where it holds no descendant of the treatment and blocks every back-door path."""
    rng, agreed = Random(5), {True: 0, False: 0}
    for _ in range(60):
        graph = drawn(rng, 5, hidden=0.1)
        truth = with_hidden_nodes(graph)
        x, y = rng.sample(graph.nodes, 2)
        for chosen in subsets(tuple(node for node in graph.nodes if node not in {x, y})):
            below = bool(set(chosen) & nx.descendants(truth, x))
            blocked = not any(is_open(truth, path, set(chosen)) for path in backdoor_paths(truth, x, y))
            expected = blocked and not below
            assert is_backdoor_set(graph, x, y, chosen) is expected
            agreed[expected] += 1
    assert min(agreed.values()) > 50


def test_markov_equivalence() -> None:
    """Two DAGs of three nodes are equivalent exactly where they have the same d-separations."""
    nodes = ("a", "b", "c")
    graphs = []
    for edges in product((None, False, True), repeat=3):
        arrows = [
            p[::-1] if way else p for p, way in zip(combinations(nodes, 2), edges, strict=True) if way is not None
        ]
        if nx.is_directed_acyclic_graph(nx.DiGraph(arrows)):
            graphs.append(CausalGraph(nodes, arrows))
    assert len(graphs) == 25

    def independences(graph: CausalGraph) -> list[bool]:
        return [separated(graph, [x], [y], given) for x, y, z in permutations(nodes) for given in ([], [z])]

    for first, second in product(graphs, repeat=2):
        assert markov_equivalent(first, second) is (independences(first) == independences(second))


@pytest.mark.parametrize(
    ("nodes", "arrows", "confounded"),
    [
        ("ab", ["ab", "ba"], []),
        ("abc", ["ab", "bc", "ca"], []),
        ("ab", ["aa"], []),
        ("ab", ["ac"], []),
        ("ab", ["ab", "ab"], []),
        ("ab", [], ["ab", "ba"]),
        ("aa", [], []),
        ("", [], []),
        (["a b"], [], []),
        ([f"v{at}" for at in range(41)], [], []),
    ],
)
def test_no_graph(nodes: str, arrows: list[str], confounded: list[str]) -> None:
    """Cycles, loops, unknown or doubled nodes and edges, and more than 40 nodes are refused."""
    with pytest.raises(ValueError, match=r"graph|node"):
        CausalGraph(nodes, arrows, confounded)
