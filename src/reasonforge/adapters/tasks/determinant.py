"""Determinants of small matrices of integers, in two ways that share nothing."""

from collections.abc import Sequence


def eliminated(rows: Sequence[Sequence[int]]) -> int:
    """By fraction-free elimination (Bareiss), with exchanges of rows; O(n³).

    >>> eliminated([[0, 2], [3, 4]]), eliminated([[1, 2], [2, 4]])
    (-6, 0)
    """
    left = [list(row) for row in rows]
    previous, sign = 1, 1
    for at in range(len(left) - 1):
        pivot = next((row for row in range(at, len(left)) if left[row][at]), None)
        if pivot is None:
            return 0
        if pivot != at:
            left[at], left[pivot], sign = left[pivot], left[at], -sign
        for row in range(at + 1, len(left)):
            for column in range(at + 1, len(left)):
                crossed = left[row][column] * left[at][at] - left[row][at] * left[at][column]
                left[row][column] = crossed // previous
        previous = left[at][at]
    return sign * left[-1][-1]


def expanded(rows: Sequence[Sequence[int]], *, signed: bool = True) -> int:
    """By Laplace expansion, each minor of the last rows computed once; unsigned, the permanent. O(n·2ⁿ).

    >>> expanded([[0, 2], [3, 4]]), expanded([[0, 2], [3, 4]], signed=False)
    (-6, 6)
    """
    minors = {0: 1}
    for row in reversed(rows):
        larger: dict[int, int] = {}
        for used, minor in minors.items():
            for column, entry in enumerate(row):
                if entry and not used >> column & 1:
                    odd = (used & ((1 << column) - 1)).bit_count() % 2
                    term = -entry * minor if signed and odd else entry * minor
                    larger[used | 1 << column] = larger.get(used | 1 << column, 0) + term
        minors = larger
    return minors.get((1 << len(rows)) - 1, 0)
