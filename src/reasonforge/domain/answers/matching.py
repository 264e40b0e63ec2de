"""Collections without an order, compared by what their elements agree with. Agreement within a tolerance is no
equivalence, so nothing here assumes that it is transitive.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Left = TypeVar("Left")
Right = TypeVar("Right")


def each_finds_one(left: Sequence[Left], right: Sequence[Right], agree: Callable[[Left, Right], bool]) -> bool:
    """Whether every element of either side agrees with one of the other: equality of sets."""
    found = [False] * len(right)
    for first in left:
        hits = [agree(first, second) for second in right]
        if not any(hits):
            return False
        found = [was or hit for was, hit in zip(found, hits, strict=True)]
    return all(found)


def pairing_exists(left: Sequence[Left], right: Sequence[Right], agree: Callable[[Left, Right], bool]) -> bool:
    """Whether the elements can be paired so that those of each pair agree: equality of multisets.

    Kuhn's algorithm, O(n³) at worst, with at most n² calls of `agree`.
    """
    if len(left) != len(right):
        return False
    edges: list[list[int]] = []
    for first in left:
        edges.append([at for at, second in enumerate(right) if agree(first, second)])
        if not edges[-1]:
            return False
    partner = [-1] * len(right)
    return all(_augmented(start, edges, partner) for start in range(len(left)))


def _augmented(start: int, edges: list[list[int]], partner: list[int]) -> bool:
    """Give `start` a partner, by a shortest path of exchanges; breadth first, so no deep recursion."""
    came_from: dict[int, int] = {}
    waiting = [start]
    for first in waiting:
        for second in edges[first]:
            if second in came_from:
                continue
            came_from[second] = first
            if partner[second] >= 0:
                waiting.append(partner[second])
                continue
            while second >= 0:
                first_of = came_from[second]
                taken = [at for at, held in enumerate(partner) if held == first_of]
                partner[second] = first_of
                second = taken[0] if taken else -1  # noqa: PLW2901 - walking back along the path
            return True
    return False
