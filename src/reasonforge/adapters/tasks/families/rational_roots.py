import math
import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.polynomial import Polynomial, multiplied, read_polynomial, shown, value_at
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_LEFT = re.compile(r"([-+x^0-9 ]{1,200}) = 0\b")
_PRIME = 1_009
_LARGEST_PART = 22
"""Of a root's numerator and denominator: 2 · 22² < 1009, so the residue tells the root (Wang)."""
_WAYS = (
    (
        "Consider the equation {} = 0. Add up its rational solutions, each counted once however often it is "
        "repeated. What is the sum? The final answer is a fraction p/q or an integer."
    ),
    (
        "A polynomial equation with a repeated or an irrational solution hides some rational ones: {} = 0. What is "
        "the sum of all different rational numbers x that satisfy it? The final answer is a fraction p/q or an "
        "integer."
    ),
    (
        "Let S be the set of rational x with {} = 0. Find the sum of the elements of S. The final answer is a "
        "fraction p/q or an integer."
    ),
)


@frozen
class Equation:
    """Polynomial = 0, of degree 3 to 10, coefficients below 10⁸ in size, the first and the last not 0."""

    polynomial: Polynomial

    def __attrs_post_init__(self) -> None:
        if not 4 <= len(self.polynomial) <= 11 or not self.polynomial[0] or not self.polynomial[-1]:
            raise ValueError("an equation has degree 3 to 10 and not the solution 0")
        if max(map(abs, self.polynomial)) >= 10**8:
            raise ValueError("coefficients are smaller than 10⁸")


class RationalRoots:
    """The sum of the different rational roots of a polynomial over ℤ.

    Difficulty d: degree 4 + d/2 (rounded down), of which 2 belong to an irreducible quadratic factor; numerators to
    3 + d/2, denominators to 1 + d/3. Size: the degree. Kept where Vieta's sum of all roots is another number.
    """

    name: Final = "rational_roots"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Equation:
        def draw() -> Equation | None:
            polynomial: Polynomial = (1, rng.randint(-4, 4), rng.randint(-5, 5))
            if math.isqrt(abs(_discriminant(polynomial))) ** 2 == _discriminant(polynomial):
                return None
            most, below = 3 + difficulty // 2, 1 + difficulty // 3
            for _ in range(2 + difficulty // 2):
                root = Fraction(rng.choice((-1, 1)) * rng.randint(1, most), rng.randint(1, below))
                polynomial = multiplied(polynomial, (root.denominator, -root.numerator))
            return Equation(polynomial) if max(map(abs, polynomial)) < 10**8 else None

        return kept(draw, _vieta_fails)

    def state(self, instance: Equation, phrasing: int) -> str:
        return _WAYS[phrasing].format(shown(instance.polynomial))

    def answer(self, instance: Equation) -> FractionAnswer:
        return FractionAnswer(sum(_lifted(instance.polynomial), Fraction(0)))

    def size(self, instance: Equation) -> int:
        return len(instance.polynomial) - 1

    def read(self, problem: str) -> Equation | None:
        return recognised(self, problem, _parse, _vieta_fails)

    def solve(self, instance: Equation) -> WorkedSolution:
        """Tries the candidates of the rational root theorem, and divides by each root that it finds."""
        left: list[Fraction] = [Fraction(factor) for factor in instance.polynomial]
        lines = []
        roots = _candidates_that_hold(instance.polynomial)
        for root in roots:
            while len(left) > 1:
                quotient, claims = _divided(left, root)
                if quotient.pop():
                    break
                lines.append(line(_DIVIDE, f"Synthetic division by x - {written(root)} leaves no remainder", *claims))
                left = quotient
        total, sums = roots[0], []
        for root in roots[1:]:
            sums.append(equals(f"{written(total)} + {written(root)}", total + root))
            total += root
        rest = "What is left has no rational root; the different ones found add up"
        lines.append(line("Add the different roots, whatever their multiplicity.", rest, *sums))
        return WorkedSolution(str(total), tuple(lines))

    def solve_again(self, instance: Equation) -> str:
        """Looks for the roots modulo a prime, and reads each residue back as a fraction."""
        return str(sum(_lifted(instance.polynomial), Fraction(0)))

    def slip(self, instance: Equation, rng: Random) -> str:
        """Takes Vieta's sum, or forgets one root."""
        if rng.random() < 0.5:
            return str(_vieta(instance.polynomial))
        roots = _lifted(instance.polynomial)
        return str(sum(roots, Fraction(0)) - rng.choice(roots))


_DIVIDE = (
    "A rational root in lowest terms has a numerator that divides the constant term and a denominator that divides "
    "the leading coefficient; where Horner's rule ends in 0, divide and go on with the quotient."
)


def _discriminant(quadratic: Polynomial) -> int:
    return quadratic[1] ** 2 - 4 * quadratic[0] * quadratic[2]


def _vieta(polynomial: Polynomial) -> Fraction:
    return Fraction(-polynomial[1], polynomial[0])


def _divisors(number: int) -> list[int]:
    small = [part for part in range(1, math.isqrt(abs(number)) + 1) if number % part == 0]
    return sorted({*small, *(abs(number) // part for part in small)})


def _candidates_that_hold(polynomial: Polynomial) -> list[Fraction]:
    """The different rational roots, rising.

    A root p/q makes p − k·q a divisor of the value at k, for every integer k (Gauss); two such values sort most out.
    """
    values = [(at, value) for at in range(2, 2 + len(polynomial) + 2) if (value := value_at(polynomial, at))][:2]
    tops = [top for above in _divisors(polynomial[-1]) for top in (above, -above)]
    found = []
    for below in _divisors(polynomial[0]):
        for top in tops:
            if any(top == at * below or value % (top - at * below) for at, value in values):
                continue
            if math.gcd(top, below) == 1 and _vanishes(polynomial, top, below):
                found.append(Fraction(top, below))
    return sorted(found)


def _vanishes(polynomial: Polynomial, above: int, below: int) -> bool:
    value, scale = 0, 1
    for factor in polynomial:
        value = value * above + factor * scale
        scale *= below
    return value == 0


def _divided(coefficients: list[Fraction], root: Fraction) -> tuple[list[Fraction], list[Claim]]:
    """The quotient by x − root with the remainder behind it, and how Horner's rule finds them."""
    row, claims = [coefficients[0]], []
    for factor in coefficients[1:]:
        row.append(row[-1] * root + factor)
        claims.append(equals(f"{written(row[-2])} * {written(root)} + {written(factor)}", row[-1]))
    return row, claims


def _lifted(polynomial: Polynomial) -> list[Fraction]:
    """The different rational roots with parts up to 22, rising, by their residues modulo 1009."""
    residues = [factor % _PRIME for factor in polynomial]
    found = []
    for residue in range(1, _PRIME):
        value = 0
        for factor in residues:
            value = (value * residue + factor) % _PRIME
        if value == 0:
            root = _reconstructed(residue)
            if root is not None and value_at(polynomial, root) == 0:
                found.append(root)
    return sorted(found)


def _reconstructed(residue: int) -> Fraction | None:
    for below in range(1, _LARGEST_PART + 1):
        above = (residue * below + _PRIME // 2) % _PRIME - _PRIME // 2
        if abs(above) <= _LARGEST_PART:
            return Fraction(above, below)
    return None


def _vieta_fails(equation: Equation) -> bool:
    roots = _lifted(equation.polynomial)
    wanted = len(roots) > 1 and sum(roots) != _vieta(equation.polynomial)
    return wanted and roots == _candidates_that_hold(equation.polynomial)


def _parse(problem: str) -> Equation | None:
    left = _LEFT.search(problem)
    return Equation(read_polynomial(left[1])) if left else None
