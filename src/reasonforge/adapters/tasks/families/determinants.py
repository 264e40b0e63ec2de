import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import eliminated, expanded
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_ROW = re.compile(r"\[((?:-?[0-9]{1,2}, )+-?[0-9]{1,2})\]")
_WAYS = (
    "Compute the determinant of the matrix [{}], given row by row. The final answer is one integer.",
    (
        "By what factor, with its sign, does the linear map with the matrix [{}] (rows first) scale volumes, where a "
        "change of orientation makes it negative? The final answer is one integer."
    ),
    "A square matrix has the rows {}. Expand its determinant and give the value. The final answer is one integer.",
)


@frozen
class Square:
    """A square matrix of 3 to 7 rows, its entries below 100 in size, its leading minors and determinant not 0."""

    rows: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= len(self.rows) <= 7 or any(len(row) != len(self.rows) for row in self.rows):
            raise ValueError("a square has 3 to 7 rows, and as many columns")
        if not all(eliminated([row[:size] for row in self.rows[:size]]) for size in range(1, len(self.rows) + 1)):
            raise ValueError("the leading minors are not 0")


class Determinants:
    """The determinant of a matrix of integers.

    Difficulty d: 3 + d/3 rows (rounded down), entries to 3 + d/2 in size. Size: the number of rows. Kept where the
    permanent (all signs plus) and, beyond three rows, the rule of Sarrus give other numbers.
    """

    name: Final = "determinants"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Square:
        size, most = 3 + difficulty // 3, 3 + difficulty // 2

        def draw() -> Square | None:
            rows = tuple(tuple(rng.randint(-most, most) for _ in range(size)) for _ in range(size))
            minors = (eliminated([row[:part] for row in rows[:part]]) for part in range(1, size + 1))
            return Square(rows) if all(minors) else None

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Square, phrasing: int) -> str:
        return _WAYS[phrasing].format(", ".join(f"[{', '.join(map(str, row))}]" for row in instance.rows))

    def answer(self, instance: Square) -> IntegerAnswer:
        return IntegerAnswer(eliminated(instance.rows))

    def size(self, instance: Square) -> int:
        return len(instance.rows)

    def read(self, problem: str) -> Square | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Square) -> WorkedSolution:
        """Fraction-free elimination (Bareiss)."""
        left = [list(row) for row in instance.rows]
        previous = 1
        lines = []
        for at in range(len(left) - 1):
            pivot = left[at][at]
            for row in left[at + 1 :]:
                claims: list[Claim] = []
                for column in range(at + 1, len(left)):
                    above = left[at][column]
                    crossed = (row[column] * pivot - row[at] * above) // previous
                    text = f"({written(row[column])} * {written(pivot)} - {written(row[at])} * {written(above)})"
                    claims.append(equals(text if previous == 1 else f"{text} / {written(previous)}", crossed))
                    row[column] = crossed
                lines.append(line(_BAREISS, f"Pivot {pivot} in row and column {at + 1}, a row below it", *claims))
            previous = pivot
        return WorkedSolution(str(left[-1][-1]), tuple(lines))

    def solve_again(self, instance: Square) -> str:
        """Laplace expansion."""
        return str(expanded(instance.rows))

    def slip(self, instance: Square, rng: Random) -> str:
        """Forgets the signs, or errs in the sign, or takes the rule of Sarrus where it does not hold."""
        right = eliminated(instance.rows)
        wrong = {-right, expanded(instance.rows, signed=False), _sarrus(instance)} - {right}
        return str(rng.choice(sorted(wrong)))


_BAREISS = (
    "Clear the column below the pivot by cross products; each is divisible by the pivot before it, and the last "
    "entry left is the determinant."
)


def _sarrus(square: Square) -> int:
    """The falling diagonals minus the rising ones, as three rows allow."""
    size = len(square.rows)
    total = 0
    for start in range(size):
        falling = rising = 1
        for at, row in enumerate(square.rows):
            falling *= row[(start + at) % size]
            rising *= row[(start - at) % size]
        total += falling - rising
    return total


def _shortcuts_fail(square: Square) -> bool:
    right = eliminated(square.rows)
    return right != expanded(square.rows, signed=False) and (len(square.rows) == 3 or right != _sarrus(square))


def _parse(problem: str) -> Square:
    return Square(tuple(tuple(int(entry) for entry in row.split(", ")) for row in _ROW.findall(problem)[:8]))
