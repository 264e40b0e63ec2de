"""Directed acyclic graphs as arrows between letters: ancestors, and d-separation in two ways."""

from collections.abc import Iterable
from itertools import combinations
from random import Random

Arrow = tuple[str, str]


def nodes_of(arrows: Iterable[Arrow]) -> str:
    """The nodes in alphabetical order."""
    return "".join(sorted({node for arrow in arrows for node in arrow}))


def is_acyclic(arrows: Iterable[Arrow]) -> bool:
    """Whether no way along the arrows comes back to where it started."""
    remaining = set(arrows)
    left = {node for arrow in remaining for node in arrow}
    while free := left - {end for start, end in remaining if start in left}:
        left -= free
    return not left


def ancestors(arrows: Iterable[Arrow], nodes: Iterable[str]) -> set[str]:
    """The nodes and all that lead to them."""
    known, found = tuple(arrows), set(nodes)
    while fresh := {start for start, end in known if end in found} - found:
        found |= fresh
    return found


def descendants(arrows: Iterable[Arrow], nodes: Iterable[str]) -> set[str]:
    """The nodes and all that they lead to."""
    return ancestors([(end, start) for start, end in arrows], nodes)


def moral_edges(arrows: Iterable[Arrow], nodes: Iterable[str]) -> set[Arrow]:
    """The edges among the ancestors of the nodes, with the parents of every common child joined (Lauritzen)."""
    known = tuple(arrows)
    members = ancestors(known, nodes)
    inside = [arrow for arrow in known if arrow[1] in members]
    parents = (sorted(start for start, end in inside if end == node) for node in members)
    married = (pair for several in parents for pair in combinations(several, 2))
    return {(min(edge), max(edge)) for edge in (*inside, *married)}


def path_round(edges: set[Arrow], start: str, end: str, avoid: str) -> list[str]:
    """A shortest path between two nodes round the ones to avoid, the first in alphabetical order; empty if none."""
    before = {start: ""}
    waiting = [start]
    for node in waiting:
        for fresh in sorted({b if a == node else a for a, b in edges if node in {a, b}} - before.keys() - set(avoid)):
            before[fresh] = node
            waiting.append(fresh)
    path = [end] if end in before else []
    while path and path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def open_path(arrows: Iterable[Arrow], first: str, second: str, given: str) -> list[str]:
    """A path between two nodes round the given ones in their moral graph; empty where they are d-separated."""
    return path_round(moral_edges(arrows, {first, second, *given}), first, second, given)


def ball_passes(arrows: Iterable[Arrow], first: str, second: str, given: str) -> bool:
    """Whether an active trail joins the two (Bayes ball): steps of (node, whether it was reached against an arrow)."""
    known = tuple(arrows)
    opens_colliders = ancestors(known, given)
    waiting = [(first, True)]
    seen = set(waiting)
    while waiting:
        node, upwards = waiting.pop()
        if node == second:
            return True
        steps: list[tuple[str, bool]] = []
        if node not in given:
            steps += [(end, False) for start, end in known if start == node]
        if (upwards and node not in given) or (not upwards and node in opens_colliders):
            steps += [(start, True) for start, end in known if end == node]
        fresh = [step for step in steps if step not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def drawn_arrows(rng: Random, names: list[str], extra: int) -> tuple[Arrow, ...]:
    """A connected random graph in which arrows lead to later names: a tree, and at most so many arrows more."""
    arrows = {(names[rng.randrange(at)], names[at]) for at in range(1, len(names))}
    for _ in range(extra):
        start, end = sorted(rng.sample(range(len(names)), 2))
        arrows.add((names[start], names[end]))
    return tuple(sorted(arrows))
