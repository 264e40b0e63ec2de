"""Numbers that a miner states, read without trusting them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.domain.answers.numeric import read_decimal, read_fraction

_GREATEST = Fraction(10) ** 300
_MOST_BITS = 1_100
_MOST_CHARACTERS = 400


def stated_number(value: Any) -> Fraction | None:
    """The exact number a JSON value states: an integer, a finite float, `"p/q"` or a decimal as text.

    None for anything else: booleans, NaN, infinities, more than 400 digits, sizes above 1e300.
    """
    number: Fraction | None = None
    if type(value) is int:
        number = Fraction(value) if value.bit_length() <= _MOST_BITS else None
    elif type(value) is float:
        number = Fraction(value) if abs(value) < 1e300 else None  # NaN compares false
    elif isinstance(value, str) and len(value) <= _MOST_CHARACTERS:
        number = read_fraction(value.strip()) or read_decimal(value.strip())
    return number if number is not None and abs(number) <= _GREATEST else None


def near(stated: Fraction, truth: Fraction, abs_tol: float, rel_tol: float) -> bool:
    """Whether |stated − truth| ≤ max(abs_tol, rel_tol · |truth|), exactly."""
    return abs(stated - truth) <= max(Fraction(abs_tol), Fraction(rel_tol) * abs(truth))


def members(artefact: Any) -> Mapping[str, Any]:
    """A stranger's JSON object; an empty one for anything else."""
    return artefact if isinstance(artefact, Mapping) else {}


def shown(number: Fraction) -> str:
    """A number for a sentence people read, short whatever its size."""
    return f"{float(number):.6g}"
