"""Acyclic directed mixed graphs (ADMGs): arrows between observed variables, and pairs with a hidden common cause."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from attrs import field, frozen

from reasonforge.domain.artefacts.authored import identifier, identifiers, items, known_members, mapping

MAX_NODES = 40
Arrow = tuple[str, str]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _pairs(pairs: Iterable[Iterable[str]]) -> tuple[Arrow, ...]:
    return tuple((start, end) for start, end in pairs)


def _unordered(pairs: Iterable[Iterable[str]]) -> tuple[Arrow, ...]:
    return tuple((min(first, second), max(first, second)) for first, second in pairs)


@frozen
class CausalGraph:
    """What causes what.

    Attributes:
        nodes: the observed variables, 1 to 40, all different.
        arrows: (cause, effect), no cycle, none twice.
        confounded: pairs that share a hidden cause, each in alphabetical order, none twice; empty for a DAG.

    Raises:
        ValueError: on any of that.
    """

    nodes: tuple[str, ...] = field(converter=_names)
    arrows: tuple[Arrow, ...] = field(converter=_pairs)
    confounded: tuple[Arrow, ...] = field(default=(), converter=_unordered)

    def __attrs_post_init__(self) -> None:
        identifiers(self.nodes, "a graph's nodes", 1, MAX_NODES)
        for pairs in (self.arrows, self.confounded):
            if len(set(pairs)) < len(pairs):
                raise ValueError("a graph has each of its edges once")
            if any(start == end or not {start, end} <= set(self.nodes) for start, end in pairs):
                raise ValueError("an edge of a graph joins two different nodes of it")
        if len(self.order()) < len(self.nodes):
            raise ValueError("a causal graph has no cycle")

    @classmethod
    def read(cls, given: Any, name: str = "the graph") -> Self:
        """From `{"nodes": […], "arrows": [[cause, effect], …], "confounded": [[a, b], …]}`; else a ValueError."""
        members = mapping(given, name)
        known_members(members, ("nodes", "arrows", "confounded"), name)
        arrows, confounded = (
            [_pair(pair, name) for pair in items(members.get(member, []), f"{name}'s {member}")]
            for member in ("arrows", "confounded")
        )
        return cls(identifiers(members.get("nodes"), f"{name}'s nodes", 1, MAX_NODES), arrows, confounded)

    def written(self) -> Mapping[str, Any]:
        """The JSON that `read` reads."""
        return {
            "nodes": list(self.nodes),
            "arrows": [list(arrow) for arrow in self.arrows],
            "confounded": [list(pair) for pair in self.confounded],
        }

    def parents(self, node: str) -> tuple[str, ...]:
        """The direct causes, in the order of the nodes."""
        causes = {start for start, end in self.arrows if end == node}
        return tuple(name for name in self.nodes if name in causes)

    def ancestors(self, nodes: Iterable[str]) -> frozenset[str]:
        """The nodes and all that lead to them."""
        return _closure(nodes, ((end, start) for start, end in self.arrows))

    def descendants(self, nodes: Iterable[str]) -> frozenset[str]:
        """The nodes and all that they lead to."""
        return _closure(nodes, self.arrows)

    def order(self) -> tuple[str, ...]:
        """Causes before effects, otherwise in the order of the nodes; without what lies on or behind a cycle."""
        found: list[str] = []
        while True:
            fresh = [n for n in self.nodes if n not in found and set(self.parents(n)) <= set(found)]
            if not fresh:
                return tuple(found)
            found.append(fresh[0])

    def among(self, nodes: Iterable[str]) -> "CausalGraph":
        """The graph of some of the nodes, with the edges between them."""
        kept = set(nodes)
        return CausalGraph(
            tuple(node for node in self.nodes if node in kept),
            [pair for pair in self.arrows if kept.issuperset(pair)],
            [pair for pair in self.confounded if kept.issuperset(pair)],
        )

    def set_from_outside(self, nodes: Iterable[str]) -> "CausalGraph":
        """Without what leads into the nodes (do)."""
        cut = set(nodes)
        return CausalGraph(
            self.nodes,
            [pair for pair in self.arrows if pair[1] not in cut],
            [pair for pair in self.confounded if not cut.intersection(pair)],
        )

    def without_effects_of(self, nodes: Iterable[str]) -> "CausalGraph":
        """Without the arrows that leave the nodes."""
        cut = set(nodes)
        return CausalGraph(self.nodes, [pair for pair in self.arrows if pair[0] not in cut], self.confounded)

    def districts(self) -> tuple[frozenset[str], ...]:
        """The sets joined by hidden causes (c-components), in the order of their first nodes."""
        both = [*self.confounded, *((second, first) for first, second in self.confounded)]
        found: list[frozenset[str]] = []
        for node in self.nodes:
            if not any(node in district for district in found):
                found.append(_closure([node], both))
        return tuple(found)


def _closure(nodes: Iterable[str], arrows: Iterable[Arrow]) -> frozenset[str]:
    after: dict[str, list[str]] = {}
    for start, end in arrows:
        after.setdefault(start, []).append(end)
    found = set(nodes)
    waiting = list(found)
    while waiting:
        fresh = [end for end in after.get(waiting.pop(), ()) if end not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return frozenset(found)


def _pair(given: Any, name: str) -> Arrow:
    first, second = items(given, f"an edge of {name}", 2, 2)
    return identifier(first, "an edge's end"), identifier(second, "an edge's end")


def subsets(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every subset, smaller ones first among equal beginnings; 2ⁿ of them."""
    if not names:
        yield ()
        return
    for rest in subsets(names[1:]):
        yield rest
        yield (names[0], *rest)
