import math
import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
)
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_CYCLE = re.compile(r"\(([0-9]{1,2}(?: [0-9]{1,2})+)\)")
_POINTS = re.compile(r"1, 2, …, ([0-9]{1,2})\b")
_WAYS = (
    (
        "In the group of permutations of 1, 2, …, {}, let p be the product of the cycles {}, the rightmost of which "
        "acts first. What is the order of p? The final answer is one integer."
    ),
    (
        "Cards lie on the places 1, 2, …, {}. One shuffle applies these cycles of places, from right to left: {}; a "
        "cycle (a b c) moves the card on a to b, that on b to c and that on c to a. After how many shuffles, at "
        "least one, is every card back on its place for the first time? The final answer is one integer."
    ),
    (
        "Permutations of 1, 2, …, {} are composed like functions, the right one first. Find the smallest k ≥ 1 for "
        "which p^k is the identity, where p = {}. The final answer is one integer."
    ),
)


@frozen
class CycleProduct:
    """Cycles of two or more of the points 1…n, at most 8 of them, of which the last acts first; n is 4…30."""

    points: int
    cycles: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        if not 4 <= self.points <= 30 or not 2 <= len(self.cycles) <= 8:
            raise ValueError("2 to 8 cycles act on 4 to 30 points")
        for cycle in self.cycles:
            if len(cycle) < 2 or len(set(cycle)) < len(cycle) or not all(1 <= point <= self.points for point in cycle):
                raise ValueError("a cycle has two or more different points")

    def image(self, point: int) -> int:
        """Where the product takes a point."""
        for cycle in reversed(self.cycles):
            if point in cycle:
                point = cycle[(cycle.index(point) + 1) % len(cycle)]
        return point


class PermutationOrders:
    """The order of a product of overlapping cycles in a symmetric group.

    Difficulty d: 6 + d points, 3 + d/3 cycles (rounded down) of 2 to 3 + d/2 points. Size: the number of points. Kept
    where the least common multiple of the lengths of the cycles as they are written is another number.
    """

    name: Final = "permutation_orders"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> CycleProduct:
        points = 6 + difficulty

        def draw() -> CycleProduct:
            lengths = [rng.randint(2, 3 + difficulty // 2) for _ in range(3 + difficulty // 3)]
            return CycleProduct(points, tuple(tuple(rng.sample(range(1, points + 1), size)) for size in lengths))

        return kept(draw, _cycles_overlap)

    def state(self, instance: CycleProduct, phrasing: int) -> str:
        cycles = " ".join(f"({' '.join(map(str, cycle))})" for cycle in instance.cycles)
        return _WAYS[phrasing].format(instance.points, cycles)

    def answer(self, instance: CycleProduct) -> IntegerAnswer:
        return IntegerAnswer(math.lcm(*(len(orbit) for orbit in _orbits(instance))))

    def size(self, instance: CycleProduct) -> int:
        return instance.points

    def read(self, problem: str) -> CycleProduct | None:
        return recognised(self, problem, _parse, _cycles_overlap)

    def solve(self, instance: CycleProduct) -> WorkedSolution:
        """Writes the product in disjoint cycles, and takes the least common multiple of their lengths."""
        orbits = _orbits(instance)
        told = " ".join(f"({' '.join(map(str, orbit))})" for orbit in orbits)
        order, claims = 1, list[Claim]()
        for length in sorted({len(orbit) for orbit in orbits}, reverse=True):
            shared = math.gcd(order, length)
            claims.append(
                equals(
                    f"{order} * {length}" if shared == 1 else f"{order} * {length} / {shared}", math.lcm(order, length)
                )
            )
            order = math.lcm(order, length)
        lines = (WorkedLine(_FOLLOW, f"In disjoint cycles: {told}."), line(_LCM, "Step by step", *claims))
        return WorkedSolution(str(order), lines)

    def solve_again(self, instance: CycleProduct) -> str:
        """Applies the product until every point is home."""
        home = tuple(range(1, instance.points + 1))
        image = {point: instance.image(point) for point in home}
        now, count = tuple(image[point] for point in home), 1
        while now != home:
            now, count = tuple(image[point] for point in now), count + 1
        return str(count)

    def slip(self, instance: CycleProduct, rng: Random) -> str:
        """Takes the cycles for disjoint, or multiplies the order by one of their lengths."""
        order = math.lcm(*(len(orbit) for orbit in _orbits(instance)))
        return str(_as_if_disjoint(instance) if rng.random() < 0.5 else order * len(rng.choice(instance.cycles)))


_FOLLOW = "Follow each point through all cycles, from right to left, until it comes back: that gives disjoint cycles."
_LCM = "Disjoint cycles commute, so the order is the least common multiple of their lengths."


def _orbits(product: CycleProduct) -> list[list[int]]:
    """The product's disjoint cycles, without fixed points."""
    orbits = []
    left = list(range(1, product.points + 1))
    while left:
        orbit = [left.pop(0)]
        while (point := product.image(orbit[-1])) != orbit[0]:
            orbit.append(point)
            left.remove(point)
        if len(orbit) > 1:
            orbits.append(orbit)
    return orbits


def _as_if_disjoint(product: CycleProduct) -> int:
    return math.lcm(*(len(cycle) for cycle in product.cycles))


def _cycles_overlap(product: CycleProduct) -> bool:
    orbits = _orbits(product)
    order = math.lcm(*(len(orbit) for orbit in orbits))
    return len(orbits) > 1 and order not in (1, _as_if_disjoint(product))


def _parse(problem: str) -> CycleProduct | None:
    points = _POINTS.search(problem)
    cycles = tuple(tuple(int(point) for point in cycle.split()) for cycle in _CYCLE.findall(problem)[:9])
    return CycleProduct(int(points[1]), cycles) if points else None
