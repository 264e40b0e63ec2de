"""Polynomials in x with integer coefficients: as tuples, highest power first, and as a statement writes them."""

import re
from fractions import Fraction
from typing import TypeVar

Polynomial = tuple[int, ...]
Number = TypeVar("Number", int, Fraction)

_TERM = re.compile(r"(-?)([0-9]{0,12})(?:(x)(?:\^([0-9]{1,2}))?)?")
_HIGHEST = 20


def shown(polynomial: Polynomial) -> str:
    """A polynomial as mathematics writes it.

    >>> shown((2, 0, -1, 5)), shown((-1, 1, 0))
    ('2x^3 - x + 5', '-x^2 + x')
    """
    text = ""
    for power, factor in zip(range(len(polynomial) - 1, -1, -1), polynomial, strict=True):
        if factor:
            size = "" if abs(factor) == 1 and power else str(abs(factor))
            sign = (" - " if factor < 0 else " + ") if text else ("-" if factor < 0 else "")
            text += sign + size + ("" if power == 0 else "x" if power == 1 else f"x^{power}")
    return text or "0"


def read_polynomial(text: str) -> Polynomial:
    """The polynomial a text writes; lenient about the order of its terms.

    Raises:
        ValueError: it writes none, or one of a degree above 20.
    """
    factors: dict[int, int] = {}
    for term in text.strip().replace(" - ", " + -").split(" + "):
        match = _TERM.fullmatch(term)
        power = int(match[4] or "1") if match and match[3] else 0
        if match is None or not (match[2] or match[3]) or power > _HIGHEST:
            message = f"this is no term of a polynomial: {term[:40]!r}"
            raise ValueError(message)
        factors[power] = int(match[1] + (match[2] or "1"))
    return tuple(factors.get(power, 0) for power in range(max(factors), -1, -1))


def value_at(polynomial: Polynomial, at: Number) -> Number:
    """By Horner's rule.

    >>> value_at((1, 0, -2), 3), value_at((1, 0, -2), Fraction(1, 2))
    (7, Fraction(-7, 4))
    """
    value = at * 0
    for factor in polynomial:
        value = value * at + factor
    return value


def multiplied(first: Polynomial, second: Polynomial) -> Polynomial:
    """The product.

    >>> multiplied((1, 1), (1, -1))
    (1, 0, -1)
    """
    product = [0] * (len(first) + len(second) - 1)
    for at, left in enumerate(first):
        for beside, right in enumerate(second):
            product[at + beside] += left * right
    return tuple(product)
