"""A sum of products, worked out in lines that a submission has room for."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from reasonforge.adapters.tasks.family import WorkedLine, equals, line, written
from reasonforge.domain.submission import Claim

_TERMS_A_LINE = 8


def product_of(factors: Sequence[Fraction]) -> Fraction:
    """The exact product; 1 where there are no factors."""
    return math.prod(factors, start=Fraction(1))


def total_of(products: Iterable[Sequence[Fraction]]) -> Fraction:
    """The exact sum of the products."""
    return sum((product_of(factors) for factors in products), Fraction(0))


def sum_of_products(idea: str, facts: str, products: Iterable[Sequence[Fraction]]) -> tuple[Fraction, list[WorkedLine]]:
    """The sum and its worked lines: each product, and after eight of them the running total.

    >>> total, lines = sum_of_products("Add up.", "Cells", [(Fraction(2), Fraction(3)), (Fraction(4), Fraction(5))])
    >>> total, lines[0].facts
    (Fraction(26, 1), 'Cells: 2 * 3 = 6; 4 * 5 = 20; 6 + 20 = 26.')
    """
    terms = ((" * ".join(written(factor) for factor in factors), product_of(factors)) for factors in products)
    return sum_of_terms(idea, facts, terms)


def sum_of_terms(idea: str, facts: str, terms: Iterable[tuple[str, Fraction]]) -> tuple[Fraction, list[WorkedLine]]:
    """As `sum_of_products`, of terms that are any arithmetic: each as its text and value."""
    waiting = tuple(terms)
    total, lines = Fraction(0), []
    for start in range(0, len(waiting), _TERMS_A_LINE):
        batch = waiting[start : start + _TERMS_A_LINE]
        claims: list[Claim] = [equals(text, value) for text, value in batch]
        values = [value for _, value in batch]
        summands = values if start == 0 else [total, *values]
        total += sum(values, Fraction(0))
        claims.append(equals(" + ".join(written(summand) for summand in summands), total))
        lines.append(line(idea, facts, *claims))
    return total, lines
