"""Chances of the tails of χ² and of Student's t for whole degrees of freedom, by their finite sums.

Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4, 26.4.5, 26.7.3 and 26.7.4.
"""

import math


def chi_square_tail(value: float, df: int) -> float:
    """P(χ² ≥ value) for df ≥ 1 and value ≥ 0.

    >>> round(chi_square_tail(3.841459, 1), 6), round(chi_square_tail(9.487729, 4), 6)
    (0.05, 0.05)
    """
    half = value / 2
    if df % 2 == 0:
        term = tail = math.exp(-half)
        for step in range(1, df // 2):
            term *= half / step
            tail += term
        return tail
    tail = math.erfc(math.sqrt(half))
    term = math.exp(-half) * math.sqrt(half) / math.gamma(1.5)
    for step in range(1, (df + 1) // 2):
        tail += term
        term *= half / (step + 0.5)
    return tail


def student_tails(value: float, df: int) -> float:
    """P(|t| ≥ |value|) for df ≥ 1, to within about 10⁻¹⁵.

    >>> round(student_tails(2.570582, 5), 6), round(student_tails(-2.228139, 10), 6)
    (0.05, 0.05)
    """
    angle = math.atan2(abs(value), math.sqrt(df))
    square = math.cos(angle) ** 2
    odd = df % 2
    term = (math.cos(angle) if odd else 1.0) * math.sin(angle)
    within = 0.0
    for power in range(1 + odd, df, 2):
        within += term
        term *= square * power / (power + 1)
    if odd:
        within = 2 / math.pi * (angle + within)
    return max(0.0, 1.0 - within)
