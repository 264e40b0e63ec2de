import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import eliminated
from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.adapters.tasks.polynomial import Polynomial, read_polynomial, shown
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_F = re.compile(r"f\(x\) = ([-+x^0-9 ]{1,200})")
_G = re.compile(r"g\(x\) = ([-+x^0-9 ]{1,200})")
_WAYS = (
    (
        "Let f(x) = {f}, and let g(x) = {g}. Find the product of g(r) over all complex roots r of f, each root as "
        "often as its multiplicity. The final answer is a fraction p/q or an integer."
    ),
    (
        "The complex roots of f(x) = {f}; put into the polynomial g(x) = {g}; give numbers whose product is "
        "rational. Which number is that product, with multiple roots taken several times? The final answer is a "
        "fraction p/q or an integer."
    ),
    (
        "With f(x) = {f}, and g(x) = {g}, evaluate g at every root of f in the complex numbers (with multiplicity) "
        "and multiply the values. What comes out? The final answer is a fraction p/q or an integer."
    ),
)


@frozen
class Pair:
    """Two polynomials of degree 1 to 6, coefficients below 100 in size, without a common root."""

    f: Polynomial
    g: Polynomial

    def __attrs_post_init__(self) -> None:
        for polynomial in (self.f, self.g):
            if not 2 <= len(polynomial) <= 7 or not polynomial[0] or max(map(abs, polynomial)) > 99:
                raise ValueError("both polynomials have degree 1 to 6 and coefficients below 100")
        if not eliminated(_sylvester(self.f, self.g)):
            raise ValueError("the polynomials have a common root")


class Resultants:
    """The product of one polynomial over the roots of another: their resultant, but for a power of f's leading term.

    Difficulty d: degrees 2 + d/3 and 2 + (d + 1)/3 (rounded down), coefficients to 3 in size. Size: the sum of the
    degrees. Kept where the product over the roots of g of f, and the bare resultant, are other numbers.
    """

    name: Final = "resultants"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Pair:
        def draw() -> Pair | None:
            f = _drawn(rng, 2 + difficulty // 3, (-3, -2, 2, 3))
            g = _drawn(rng, 2 + (difficulty + 1) // 3, (-2, -1, 1, 2, 3))
            return Pair(f, g) if eliminated(_sylvester(f, g)) else None

        return kept(draw, _roles_matter)

    def state(self, instance: Pair, phrasing: int) -> str:
        return _WAYS[phrasing].format(f=shown(instance.f), g=shown(instance.g))

    def answer(self, instance: Pair) -> FractionAnswer:
        return FractionAnswer(_product(instance.f, instance.g))

    def size(self, instance: Pair) -> int:
        return len(instance.f) + len(instance.g) - 2

    def read(self, problem: str) -> Pair | None:
        return recognised(self, problem, _parse, _roles_matter)

    def solve(self, instance: Pair) -> WorkedSolution:
        """Euclid's algorithm: g may be replaced by its remainder, then the two change their roles."""
        above, below = [[Fraction(factor) for factor in part] for part in (instance.f, instance.g)]
        value = Fraction(1)
        lines: list[WorkedLine] = []
        while True:
            below, claims = _remainder(below, above)
            degree, lower = len(above) - 1, len(below) - 1
            if claims:
                lines.extend(line(_REDUCE, "", *claims[at : at + 20]) for at in range(0, len(claims), 20))
            if lower == 0:
                product = value * below[0] ** degree
                last = equals(f"{written(value)} * {written(below[0])}^{degree}", product)
                lines.append(line("A constant takes the same value at every root.", "", last))
                return WorkedSolution(str(product), tuple(lines))
            sign = -1 if degree * lower % 2 else 1
            factor = value * sign * below[0] ** degree / above[0] ** lower
            text = f"{written(value * sign)} * {written(below[0])}^{degree} / {written(above[0])}^{lower}"
            lines.append(line(_EXCHANGE, "The factor in front becomes", equals(text, factor)))
            value, above, below = factor, below, above

    def solve_again(self, instance: Pair) -> str:
        """Sylvester's determinant, divided by the power of f's leading coefficient."""
        return str(_product(instance.f, instance.g))

    def slip(self, instance: Pair, rng: Random) -> str:
        """Exchanges the roles of f and g, forgets the leading coefficient, or errs in the sign."""
        wrong = (_product(instance.g, instance.f), _resultant(instance), -_product(instance.f, instance.g))
        return str(rng.choice(wrong))


_REDUCE = "At the roots of the divisor, the dividend and its remainder have the same values: divide, term by term."
_EXCHANGE = (
    "The product of h over the roots of f is, up to sign and powers of the leading coefficients, the product of f "
    "over the roots of h."
)


def _drawn(rng: Random, degree: int, leading: tuple[int, ...]) -> Polynomial:
    return (rng.choice(leading), *(rng.randint(-3, 3) for _ in range(degree - 1)), rng.choice((-3, -2, -1, 1, 2, 3)))


def _sylvester(f: Polynomial, g: Polynomial) -> list[list[int]]:
    size = len(f) + len(g) - 2
    rows = [[0] * at + list(f) + [0] * (size - at - len(f)) for at in range(len(g) - 1)]
    return rows + [[0] * at + list(g) + [0] * (size - at - len(g)) for at in range(len(f) - 1)]


def _resultant(pair: Pair) -> Fraction:
    return Fraction(eliminated(_sylvester(pair.f, pair.g)))


def _product(f: Polynomial, g: Polynomial) -> Fraction:
    return Fraction(eliminated(_sylvester(f, g)), f[0] ** (len(g) - 1))


def _remainder(dividend: list[Fraction], divisor: list[Fraction]) -> tuple[list[Fraction], list[Claim]]:
    """What division leaves, without leading zeros, and the arithmetic of it."""
    left, claims = list(dividend), list[Claim]()
    while len(left) >= len(divisor):
        quotient = left[0] / divisor[0]
        claims.append(equals(f"{written(left[0])} / {written(divisor[0])}", quotient))
        for at, factor in enumerate(divisor[1:], start=1):
            text = f"{written(left[at])} - {written(quotient)} * {written(factor)}"
            left[at] -= quotient * factor
            claims.append(equals(text, left[at]))
        left.pop(0)
        while len(left) > 1 and not left[0]:
            left.pop(0)
    return left, claims


def _roles_matter(pair: Pair) -> bool:
    right = _product(pair.f, pair.g)
    return right not in (_product(pair.g, pair.f), _resultant(pair))


def _parse(problem: str) -> Pair | None:
    f, g = _F.search(problem), _G.search(problem)
    return Pair(read_polynomial(f[1]), read_polynomial(g[1])) if f and g else None
