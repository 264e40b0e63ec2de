"""Exact linear algebra that shows its work, for families whose answer solves a square system."""

from collections.abc import Sequence
from fractions import Fraction

from reasonforge.adapters.tasks.family import equals, nontrivial, written
from reasonforge.domain.submission import Claim


def solved(system: Sequence[Sequence[int | Fraction]]) -> tuple[tuple[Fraction, ...], tuple[tuple[Claim, ...], ...]]:
    """The solution of n equations in n unknowns by Gauss-Jordan elimination, and the claims of every stage.

    `system` has n rows of n coefficients and a right-hand side. There are n stages of at most n·(n - 1) claims, one for
    every entry that changes, and a last one that divides by the pivots.

    Raises:
        ValueError: the system is singular.
    """
    rows = [[Fraction(entry) for entry in row] for row in system]
    stages: list[tuple[Claim, ...]] = []
    for at in range(len(rows)):
        found = next((row for row in range(at, len(rows)) if rows[row][at]), None)
        if found is None:
            raise ValueError("a singular system has no one solution")
        rows[at], rows[found] = rows[found], rows[at]
        claims: list[Claim] = []
        for other in range(len(rows)):
            if other != at and rows[other][at]:
                claims += _cleared(rows, other, at)
        stages.append(nontrivial(*claims))
    solution = tuple(row[-1] / row[at] for at, row in enumerate(rows))
    divided = (equals(f"{written(row[-1])} / {written(row[at])}", solution[at]) for at, row in enumerate(rows))
    return solution, (*stages, nontrivial(*divided))


def _cleared(rows: list[list[Fraction]], other: int, at: int) -> list[Claim]:
    """Subtracts from row `other` the multiple of row `at` that clears its entry in column `at`."""
    factor = rows[other][at] / rows[at][at]
    claims = [
        equals(f"{written(mine)} - {written(factor)} * {written(pivots)}", mine - factor * pivots)
        for mine, pivots in list(zip(rows[other], rows[at], strict=True))[at + 1 :]
        if pivots
    ]
    rows[other] = [mine - factor * pivots for mine, pivots in zip(rows[other], rows[at], strict=True)]
    return claims
