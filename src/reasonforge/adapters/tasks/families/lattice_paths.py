import math
import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Point = tuple[int, int]

_POINT = re.compile(r"\(([0-9]{1,2}), ([0-9]{1,2})\)")
_STEPS = "unit steps (1, 0) and (0, 1)"
_LONGEST_SIDE = 14


@frozen
class Grid:
    """Paths by unit steps right and up from (0, 0) to (width, height) that avoid the blocked points.

    Sides from 2 to 14; the blocked points are rising, inside the rectangle, and neither its start nor its end.
    """

    width: int
    height: int
    blocked: tuple[Point, ...]

    def __attrs_post_init__(self) -> None:
        if not (2 <= self.width <= _LONGEST_SIDE and 2 <= self.height <= _LONGEST_SIDE):
            message = f"a grid's sides go from 2 to {_LONGEST_SIDE}"
            raise ValueError(message)
        inside = all(x <= self.width and y <= self.height for x, y in self.blocked)
        ends = {(0, 0), (self.width, self.height)}
        if not inside or ends & set(self.blocked) or list(self.blocked) != sorted(set(self.blocked)):
            raise ValueError("blocked points are different, rising, inside the grid and not at its ends")


class LatticePaths:
    """How many monotone lattice paths avoid the blocked points.

    Difficulty d: sides d + 1 and d + 2 (either way round), d + 1 blocked points. Size: width + height.
    Kept where at least one path is left, and every blocked point alone stops some path of those that avoid the others.
    """

    name: Final = "lattice_paths"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Grid:
        def draw() -> Grid:
            width, height = rng.sample((difficulty + 1, difficulty + 2), 2)
            points = [(x, y) for x in range(width + 1) for y in range(height + 1)][1:-1]
            return Grid(width, height, tuple(sorted(rng.sample(points, min(difficulty + 1, 6)))))

        return kept(draw, _every_point_matters)

    def state(self, instance: Grid, phrasing: int) -> str:
        points = ", ".join(f"({x}, {y})" for x, y in instance.blocked)
        end = f"({instance.width}, {instance.height})"
        if phrasing == 0:
            return (
                f"How many lattice paths lead from (0, 0) to {end} by {_STEPS} "
                f"without visiting any of the points {points}? The final answer is one integer."
            )
        return (
            f"A robot stands at (0, 0) and must reach {end}. It moves one unit to the right or one unit up at a time. "
            f"The points {points} are closed. Count its different routes. The final answer is one integer."
        )

    def answer(self, instance: Grid) -> IntegerAnswer:
        return IntegerAnswer(_counts(instance)[instance.width, instance.height])

    def size(self, instance: Grid) -> int:
        return instance.width + instance.height

    def read(self, problem: str) -> Grid | None:
        return recognised(self, problem, _parse, _every_point_matters)

    def solve(self, instance: Grid) -> WorkedSolution:
        """Counts the paths to every point, column by column."""
        counts = _counts(instance)
        lines = []
        for x in range(instance.width + 1):
            sums: list[Claim] = []
            for y in range(instance.height + 1):
                left, below = counts.get((x - 1, y), 0), counts.get((x, y - 1), 0)
                if left and below and (x, y) not in instance.blocked:
                    sums.append(equals(f"{left} + {below}", left + below))
            column = ", ".join(str(counts[x, y]) for y in range(instance.height + 1))
            lines.append(line(_IDEA, f"Column x = {x} has, from y = 0 upwards, {column}", *sums))
        return WorkedSolution(str(counts[instance.width, instance.height]), tuple(lines))

    def solve_again(self, instance: Grid) -> str:
        """Subtracts, from all paths, those that meet each blocked point first."""
        first_met: dict[Point, int] = {}
        for point in (*instance.blocked, (instance.width, instance.height)):
            earlier = sum(count * _free(before, point) for before, count in first_met.items())
            first_met[point] = _free((0, 0), point) - earlier
        return str(first_met[instance.width, instance.height])

    def slip(self, instance: Grid, rng: Random) -> str:
        """Forgets every blocked point, or one of them."""
        forgotten = rng.choice(instance.blocked)
        others = tuple(point for point in instance.blocked if point != forgotten)
        blocked = others if rng.random() < 0.5 else ()
        return str(_counts(Grid(instance.width, instance.height, blocked))[instance.width, instance.height])


_IDEA = (
    "A path reaches a point from the left or from below, so the number of paths to it is the sum of those two numbers; "
    "a closed point has none."
)


def _counts(grid: Grid) -> dict[Point, int]:
    blocked = set(grid.blocked)
    counts = {(0, 0): 1}
    for x in range(grid.width + 1):
        for y in range(grid.height + 1):
            if (x, y) != (0, 0):
                reached = counts.get((x - 1, y), 0) + counts.get((x, y - 1), 0)
                counts[x, y] = 0 if (x, y) in blocked else reached
    return counts


def _free(start: Point, end: Point) -> int:
    across, up = end[0] - start[0], end[1] - start[1]
    return math.comb(across + up, across) if across >= 0 and up >= 0 else 0


def _every_point_matters(grid: Grid) -> bool:
    end = (grid.width, grid.height)
    total = _counts(grid)[end]
    without_one = (
        _counts(Grid(grid.width, grid.height, tuple(point for point in grid.blocked if point != left_out)))[end]
        for left_out in grid.blocked
    )
    return total > 0 and all(count > total for count in without_one)


def _parse(problem: str) -> Grid | None:
    points = [(int(x), int(y)) for x, y in _POINT.findall(problem.replace(_STEPS, ""))]
    return Grid(*points[1], tuple(points[2:])) if len(points) > 2 else None
