import itertools
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

_F = re.compile(r"f\(x\) = ([-+x^0-9 ]{1,200})")
_BOUNDS = re.compile(r"from x = (-?[0-9]{1,2}) to x = (-?[0-9]{1,2})\b")
_FARTHEST = 8
_PANELS = (1, 2, 4, 8, 16)
"""Romberg's rule with these is exact up to degree 9."""
_WAYS = (
    (
        "Find the integral of |f(x)| from x = {} to x = {}, where f(x) = {}. The final answer is a fraction p/q or "
        "an integer."
    ),
    (
        "How large is the total area that lies between the x-axis and the graph, from x = {} to x = {}, of the "
        "function f(x) = {}? Pieces below the axis count as positive. The final answer is a fraction p/q or an "
        "integer."
    ),
    (
        "A point moves along a line; at time x its velocity, which changes sign on the way, is f(x). What distance "
        "does it cover from x = {} to x = {} if f(x) = {}? The final answer is a fraction p/q or an integer."
    ),
)


@frozen
class Region:
    """Between the axis and f, over low…high, two different integers at most 8 from 0.

    f has degree 1 to 9, coefficients below 10⁶, and between the bounds no real root that is no integer.
    """

    low: int
    high: int
    f: Polynomial

    def __attrs_post_init__(self) -> None:
        if not -_FARTHEST <= self.low < self.high <= _FARTHEST:
            raise ValueError("the bounds are rising integers at most 8 from 0")
        if not 2 <= len(self.f) <= 10 or not self.f[0] or max(map(abs, self.f)) >= 10**6:
            raise ValueError("f has degree 1 to 9 and coefficients below 10⁶")
        rest = _without_integer_roots(self.f)
        if len(rest) > 1 and (len(rest) != 3 or rest[1] ** 2 >= 4 * rest[0] * rest[2]):
            raise ValueError("f has a real root that is no integer near the bounds")

    def turns(self) -> list[int]:
        """The bounds, and the roots between them, rising."""
        inside = [at for at in range(self.low + 1, self.high) if value_at(self.f, at) == 0]
        return [self.low, *inside, self.high]


class Areas:
    """The area between a polynomial's graph and the axis: a definite integral of |f|.

    Difficulty d: 2 + (d - 1)/2 integer roots (rounded down), from d = 6 on times a quadratic without real roots.
    Size: the degree. Kept where the integral of f is neither the area nor its negative.
    """

    name: Final = "areas"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Region:
        def draw() -> Region:
            reach = 3 + difficulty // 4
            f: Polynomial = (1, 0, rng.randint(1, 3)) if difficulty > 5 else (rng.choice((-2, -1, 1, 2, 3)),)
            for _ in range(2 + (difficulty - 1) // 2):
                f = multiplied(f, (1, rng.randint(-reach, reach)))
            low, high = sorted(rng.sample(range(-reach - 1, reach + 2), 2))
            return Region(low, high, f)

        return kept(draw, _sign_matters)

    def state(self, instance: Region, phrasing: int) -> str:
        return _WAYS[phrasing].format(instance.low, instance.high, shown(instance.f))

    def answer(self, instance: Region) -> FractionAnswer:
        return FractionAnswer(sum(map(abs, _pieces(instance)), Fraction(0)))

    def size(self, instance: Region) -> int:
        return len(instance.f) - 1

    def read(self, problem: str) -> Region | None:
        return recognised(self, problem, _parse, _sign_matters)

    def solve(self, instance: Region) -> WorkedSolution:
        """Splits at the roots, and takes differences of an antiderivative."""
        turns = instance.turns()
        lines, heights = [], list[Fraction]()
        for at in turns:
            heights.append(_antiderivative(instance.f, at))
            lines.append(line(_SPLIT, f"At x = {at} the antiderivative is", _height(instance.f, at)))
        total = Fraction(0)
        for before, after in itertools.pairwise(heights):
            low, high = sorted((before, after))
            piece = equals(f"{written(high)} - {written(low)}", high - low)
            added = equals(f"{written(total)} + {written(high - low)}", total + high - low)
            total += high - low
            lines.append(line("A piece counts with the size of its integral.", "The next piece", piece, added))
        return WorkedSolution(str(total), tuple(lines))

    def solve_again(self, instance: Region) -> str:
        """Romberg's rule on every unit interval, inside which the sign cannot change."""
        return str(sum(abs(_romberg(instance.f, at)) for at in range(instance.low, instance.high)))

    def slip(self, instance: Region, rng: Random) -> str:
        """Integrates f without its changes of sign, or forgets a piece."""
        pieces = _pieces(instance)
        if rng.random() < 0.5:
            return str(sum(pieces, Fraction(0)))
        return str(sum(map(abs, pieces), Fraction(0)) - abs(rng.choice(pieces)))


_SPLIT = "f changes its sign only at its roots, so split the interval there and evaluate an antiderivative at each end."


def _without_integer_roots(f: Polynomial) -> Polynomial:
    """What is left of f when it is divided by x − r as often as it can be, for each integer |r| ≤ 8."""
    for root in range(-_FARTHEST, _FARTHEST + 1):
        while len(f) > 1 and value_at(f, root) == 0:
            quotient = [f[0]]
            for factor in f[1:-1]:
                quotient.append(quotient[-1] * root + factor)
            f = tuple(quotient)
    return f


def _primitive(f: Polynomial) -> list[tuple[Fraction, int]]:
    """The antiderivative's terms but 0: coefficient and power."""
    powers = range(len(f), 0, -1)
    return [(Fraction(factor, power), power) for factor, power in zip(f, powers, strict=True) if factor]


def _antiderivative(f: Polynomial, at: int) -> Fraction:
    return sum((factor * at**power for factor, power in _primitive(f)), Fraction(0))


def _height(f: Polynomial, at: int) -> Claim:
    terms = (f"{written(factor)} * {written(at)}^{power}" for factor, power in _primitive(f))
    return equals(" + ".join(terms), _antiderivative(f, at))


def _pieces(region: Region) -> list[Fraction]:
    heights = [_antiderivative(region.f, at) for at in region.turns()]
    return [after - before for before, after in itertools.pairwise(heights)]


def _romberg(f: Polynomial, start: int) -> Fraction:
    """The integral over start…start + 1, exact up to degree 9."""
    row = []
    for panels in _PANELS:
        inner = sum((value_at(f, start + Fraction(at, panels)) for at in range(1, panels)), Fraction(0))
        row.append((Fraction(value_at(f, start) + value_at(f, start + 1), 2) + inner) / panels)
    for order in range(1, len(row)):
        gain = 4**order
        row = [(gain * finer - coarse) / (gain - 1) for coarse, finer in itertools.pairwise(row)]
    return row[0]


def _sign_matters(region: Region) -> bool:
    pieces = _pieces(region)
    return min(pieces) < 0 < max(pieces) and 0 not in (*pieces, sum(pieces))


def _parse(problem: str) -> Region | None:
    f, bounds = _F.search(problem), _BOUNDS.search(problem)
    return Region(int(bounds[1]), int(bounds[2]), read_polynomial(f[1])) if f and bounds else None
