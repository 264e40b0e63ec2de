"""Answers that are one number.

Digits are the ASCII ones: digits of other scripts, full-width ones included, are refused, as are underscores and
separators of thousands. One sign may stand in front, `+`, `-` or U+2212 (−); leading zeros don't matter.
"""

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.finding import Finding
from reasonforge.domain.numbers import nonnegative

MAX_DIGITS = 1_000
"""Of any number in an answer; int() raises above 4,300 and its time grows with the square."""
MAX_EXPONENT = 400
"""Of a decimal's power of ten, either way: beyond what an IEEE double holds."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_FRACTION = re.compile(r"([+-]?[0-9]+)(?: ?/ ?([0-9]+))?")
_DECIMAL = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?")


def read_integer(text: str) -> int | None:
    """The integer a bare text writes; None when it writes none."""
    if len(text) > MAX_DIGITS:
        return None
    plain = text.replace("−", "-")
    return int(plain) if _INTEGER.fullmatch(plain) else None


def read_fraction(text: str) -> Fraction | None:
    """The fraction `p/q` or integer `p` that a bare text writes exactly; None when it writes none, or q is 0."""
    if len(text) > 2 * MAX_DIGITS:
        return None
    match = _FRACTION.fullmatch(text.replace("−", "-"))
    if match is None or max(len(match[1]), len(match[2] or "")) > MAX_DIGITS:
        return None
    below = int(match[2] or "1")
    return Fraction(int(match[1]), below) if below else None


def read_decimal(text: str) -> Fraction | None:
    """The number `12`, `3.14`, `.5` or `6.02e23` that a bare text writes; None when there is none, or out of range."""
    if len(text) > MAX_DIGITS:
        return None
    match = _DECIMAL.fullmatch(text.replace("−", "-"))
    if match is None:
        return None
    sign, whole, places, exponent = match[1], match[2], match[3] or "", int(match[4] or "0")
    if abs(exponent) > MAX_EXPONENT:
        return None
    size = Fraction(int(whole + places), 10 ** len(places)) * Fraction(10) ** exponent
    return -size if sign == "-" else size


def significant(value: Fraction, digits: int) -> str:
    """A number rounded half to even to so many significant digits ≥ 1, as a decimal without a power of ten.

    >>> significant(Fraction(2, 3), 4), significant(Fraction(123456), 3)
    ('0.6667', '123000')
    """
    if value == 0:
        return "0"
    size = abs(value)
    magnitude = len(str(size.numerator)) - len(str(size.denominator))
    while size >= Fraction(10) ** (magnitude + 1):
        magnitude += 1
    while size < Fraction(10) ** magnitude:
        magnitude -= 1
    places = digits - 1 - magnitude
    scaled = round(size * Fraction(10) ** places)
    sign = "-" if value < 0 else ""
    if places <= 0:
        return f"{sign}{scaled * 10**-places}"
    figures = str(scaled).rjust(places + 1, "0")
    return f"{sign}{figures[:-places]}.{figures[-places:]}"


def _small_integer(_instance: object, _attribute: object, value: int) -> None:
    if type(value) is not int or abs(value) >= 10**MAX_DIGITS:
        message = f"an integer answer must be an integer of fewer than {MAX_DIGITS} digits"
        raise ValueError(message)


def _small_fraction(_instance: object, _attribute: object, value: Fraction) -> None:
    limit = 10 ** (MAX_DIGITS - 1)
    if abs(value.numerator) >= limit or value.denominator >= limit:
        message = f"a numerical answer must be a Fraction of fewer than {MAX_DIGITS} digits"
        raise ValueError(message)


@frozen
class IntegerAnswer:
    """One integer, exactly: `2.0` and `4/2` are none."""

    value: int = field(validator=_small_integer)
    format: str = field(default="integer", init=False)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format}

    def specification(self) -> Mapping[str, Any]:
        return {"format": self.format, "value": str(self.value)}

    def truth(self) -> str:
        return str(self.value)

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        return _exactly(read_integer(text), self.value, text, "one integer")


@frozen
class FractionAnswer:
    """One rational number, exactly: `14/6` equals `7/3`, and no decimal does."""

    value: Fraction = field(validator=_small_fraction)
    format: str = field(default="fraction", init=False)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format}

    def specification(self) -> Mapping[str, Any]:
        return {"format": self.format, "value": str(self.value)}

    def truth(self) -> str:
        return str(self.value)

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        return _exactly(read_fraction(text), self.value, text, "one fraction p/q or integer")


@frozen
class DecimalAnswer:
    """One decimal within a tolerance: |given − value| ≤ max(abs_tol, rel_tol · max(|given|, |value|)).

    Attributes:
        value: exact.
        abs_tol, rel_tol: ≥ 0; 0 and 0 asks for the exact value.
        digits: how many significant digits are asked for, 1…50. Rounded to them the value is within the tolerance.
    """

    value: Fraction = field(validator=_small_fraction)
    abs_tol: float = 0.0
    rel_tol: float = 0.0
    digits: int = 6
    format: str = field(default="decimal", init=False)

    def __attrs_post_init__(self) -> None:
        nonnegative(self.abs_tol, "abs_tol")
        nonnegative(self.rel_tol, "rel_tol")
        if type(self.digits) is not int or not 1 <= self.digits <= 50:
            message = f"digits must be an integer from 1 to 50, and is {self.digits!r}"
            raise ValueError(message)
        if self.compare(self.truth()).grade < 1.0:
            message = f"the value rounded to {self.digits} digits is not within its own tolerance; widen it"
            raise ValueError(message)

    def wire_format(self) -> Mapping[str, Any]:
        tolerance = {"abs_tol": self.abs_tol, "rel_tol": self.rel_tol}
        return {"format": self.format, **tolerance, "digits": self.digits}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": str(self.value)}

    def truth(self) -> str:
        return significant(self.value, self.digits)

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        given = read_decimal(text)
        if given is None:
            return Finding(0.0, f"{quoted(text)} is not one decimal number")
        if self.accepts(given):
            return Finding(1.0, f"{quoted(text)} is right within the tolerance")
        return Finding(0.0, f"{quoted(text)} is not within the tolerance")

    def accepts(self, given: Fraction) -> bool:
        """Whether a number is within the tolerance."""
        return within(given, self.value, self.abs_tol, self.rel_tol)


def within(first: Fraction, second: Fraction, abs_tol: float, rel_tol: float) -> bool:
    """Whether two numbers differ by at most abs_tol, or by at most rel_tol of the larger; exact and symmetric."""
    relative = Fraction(rel_tol) * max(abs(first), abs(second))
    return abs(first - second) <= max(Fraction(abs_tol), relative)


def _exactly(given: int | Fraction | None, value: int | Fraction, text: str, wanted: str) -> Finding:
    if given is None:
        return Finding(0.0, f"{quoted(text)} is not {wanted}")
    if given == value:
        return Finding(1.0, f"{quoted(text)} is right")
    return Finding(0.0, f"{quoted(text)} is wrong")


def as_tolerance(value: Any, name: str) -> float:
    """A tolerance out of an answer object; a ValueError that names it when it is no number ≥ 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        message = f"{name} must be a number ≥ 0, not {quoted(str(value))}"
        raise ValueError(message)
    return float(value)
