"""Square roots of exact numbers, and how to claim one in rational arithmetic."""

import math
from fractions import Fraction

from reasonforge.adapters.tasks.family import equals, written
from reasonforge.domain.answers.numeric import significant
from reasonforge.domain.submission import Claim

_PLACES = 24


def square_root(square: Fraction) -> Fraction:
    """The root of a number ≥ 0, rounded down at 24 decimal places.

    >>> square_root(Fraction(9, 4))
    Fraction(3, 2)
    """
    scale: int = 10**_PLACES
    return Fraction(math.isqrt(square.numerator * scale * scale // square.denominator), scale)


def heron(square: Fraction) -> tuple[Fraction, Claim]:
    """A rational within 1e-6 of the root of a positive number, relatively, and the claim that computes it.

    Heron's step (a + s/a) / 2 from the root rounded to four digits, whose relative error is at most 5e-4: it squares
    that error and halves it.
    """
    guess = significant(square_root(square), 4)
    better = (Fraction(guess) + square / Fraction(guess)) / 2
    return better, equals(f"({guess} + {written(square)} / {guess}) / 2", better)
