import math
import re
from functools import cmp_to_key
from itertools import combinations
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Point = tuple[int, int]

_POINT = re.compile(r"\((-?[0-9]{1,2}), (-?[0-9]{1,2})\)")
_MOST_CORNERS = 14
_FARTHEST = 20
_WAYS = (
    (
        "A simple polygon has the vertices {}, in this order. How many points with integer coordinates lie strictly "
        "inside it, not on its boundary? The final answer is one integer."
    ),
    (
        "Walk around a field from corner to corner in straight lines: {}, and back to the first. Trees stand at all "
        "points with integer coordinates. Count those within the field; trees on its edge do not count. The final "
        "answer is one integer."
    ),
    (
        "Join {} one after the other and close the line. Of all integer points of the plane, how many does it "
        "enclose, those on the line itself left out? The final answer is one integer."
    ),
)


@frozen
class Polygon:
    """3 to 14 corners of a simple polygon, in order; coordinates at most 20 from 0."""

    corners: tuple[Point, ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= len(self.corners) <= _MOST_CORNERS or max(map(abs, sum(self.corners, ()))) > _FARTHEST:
            raise ValueError("a polygon has 3 to 14 corners at most 20 from 0")
        if len(set(self.corners)) < len(self.corners) or not _is_simple(self.edges()):
            raise ValueError("the edges of a simple polygon meet only at its corners")

    def edges(self) -> list[tuple[Point, Point]]:
        """From each corner to the next, the last one to the first."""
        return list(zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True))


class LatticePolygons:
    """How many lattice points lie strictly inside a simple polygon (Pick's theorem).

    Difficulty d: 3 + d corners (up to 13), coordinates to 5 + d in size. Size: the number of corners. Kept where the
    area is not a whole number or is another one, and counting the boundary's points matters (it always does).
    """

    name: Final = "lattice_polygons"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Polygon:
        reach = 5 + difficulty

        def draw() -> Polygon | None:
            points = {(rng.randint(-reach, reach), rng.randint(-reach, reach)) for _ in range(3 + difficulty)}
            corners = sorted(points - {(0, 0)})
            if len(corners) < 3 + difficulty or any(_cross(a, b) == 0 for a, b in combinations(corners, 2)):
                return None
            corners.sort(key=cmp_to_key(_turning))
            around = zip(corners, (*corners[1:], corners[0]), strict=True)
            return Polygon(tuple(corners)) if all(_cross(a, b) > 0 for a, b in around) else None

        return kept(draw, _area_is_not_enough)

    def state(self, instance: Polygon, phrasing: int) -> str:
        return _WAYS[phrasing].format(", ".join(map(str, instance.corners)))

    def answer(self, instance: Polygon) -> IntegerAnswer:
        doubled, boundary = _measures(instance)
        return IntegerAnswer((doubled - boundary + 2) // 2)

    def size(self, instance: Polygon) -> int:
        return len(instance.corners)

    def read(self, problem: str) -> Polygon | None:
        return recognised(self, problem, _parse, _area_is_not_enough)

    def solve(self, instance: Polygon) -> WorkedSolution:
        """Twice the area by the shoelace formula, the boundary's points edge by edge, then Pick's theorem."""
        crossed: list[Claim] = []
        products = [_cross(start, end) for start, end in instance.edges()]
        for ((a, b), (c, d)), product in zip(instance.edges(), products, strict=True):
            crossed.append(equals(f"{written(a)} * {written(d)} - {written(c)} * {written(b)}", product))
        crossed.append(equals(" + ".join(map(written, products)), sum(products)))
        steps = [math.gcd(c - a, d - b) for (a, b), (c, d) in instance.edges()]
        counted = equals(" + ".join(map(str, steps)), sum(steps))
        doubled, boundary = abs(sum(products)), sum(steps)
        inside = (doubled - boundary + 2) // 2
        pick = equals(f"({doubled} - {boundary} + 2) / 2", inside)
        lines = (
            line("The cross products of neighbouring corners add up to twice the area (shoelace).", "Edges", *crossed),
            line("An edge has as many lattice points as its two differences' gcd, one end counted.", "gcds", counted),
            line("By Pick's theorem the points inside are (2A - B + 2)/2.", "Inside", pick),
        )
        return WorkedSolution(str(inside), lines)

    def solve_again(self, instance: Polygon) -> str:
        """Looks at every lattice point of the bounding box: a ray to the right crosses the boundary an odd number."""
        across, up = zip(*instance.corners, strict=True)
        edges = instance.edges()
        points = ((x, y) for x in range(min(across), max(across)) for y in range(min(up), max(up)))
        return str(sum(_encloses(edges, point) for point in points))

    def slip(self, instance: Polygon, rng: Random) -> str:
        """Takes the area, or counts the points on the boundary too."""
        doubled, boundary = _measures(instance)
        inside = (doubled - boundary + 2) // 2
        return str(rng.choice([wrong for wrong in (doubled // 2, inside + boundary) if wrong != inside]))


def _cross(a: Point, b: Point) -> int:
    return a[0] * b[1] - a[1] * b[0]


def _turning(a: Point, b: Point) -> int:
    """The order of angles from −π on, seen from (0, 0)."""
    halves = [point[1] > 0 or (point[1] == 0 and point[0] > 0) for point in (a, b)]
    return -_cross(a, b) if halves[0] == halves[1] else halves[0] - halves[1]


def _side(start: Point, end: Point, point: Point) -> int:
    """Twice the signed area of the triangle: positive when the point lies to the left."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _is_on(start: Point, end: Point, point: Point) -> bool:
    within = all(min(a, b) <= at <= max(a, b) for a, b, at in zip(start, end, point, strict=True))
    return within and _side(start, end, point) == 0


def _is_simple(edges: list[tuple[Point, Point]]) -> bool:
    for (a, b), (c, d) in combinations(edges, 2):
        shared = {a, b} & {c, d}
        if any(_is_on(a, b, point) for point in (c, d) if point not in shared):
            return False
        if any(_is_on(c, d, point) for point in (a, b) if point not in shared):
            return False
        if not shared and _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
            return False
    return True


def _encloses(edges: list[tuple[Point, Point]], point: Point) -> bool:
    """Whether a point lies strictly inside."""
    inside = False
    for start, end in edges:
        if _is_on(start, end, point):
            return False
        if (start[1] > point[1]) != (end[1] > point[1]):
            inside ^= (_side(start, end, point) > 0) == (end[1] > start[1])
    return inside


def _measures(polygon: Polygon) -> tuple[int, int]:
    """Twice the area, and the number of lattice points on the boundary."""
    edges = polygon.edges()
    return abs(sum(_cross(*edge) for edge in edges)), sum(math.gcd(c - a, d - b) for (a, b), (c, d) in edges)


def _area_is_not_enough(polygon: Polygon) -> bool:
    doubled, boundary = _measures(polygon)
    inside = (doubled - boundary + 2) // 2
    return inside > 0 and doubled // 2 != inside


def _parse(problem: str) -> Polygon:
    points = _POINT.findall(problem)[: _MOST_CORNERS + 1]
    return Polygon(tuple((int(x), int(y)) for x, y in points))
