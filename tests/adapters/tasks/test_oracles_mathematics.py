"""The mathematical families' answers against libraries that know nothing of us, and against brute force."""

import doctest
import re
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest
import sympy
from sympy.combinatorics import Permutation

from reasonforge.adapters.tasks import determinant, polynomial
from reasonforge.adapters.tasks.families.absorption import Absorption, Chain
from reasonforge.adapters.tasks.families.areas import Areas
from reasonforge.adapters.tasks.families.determinants import Determinants
from reasonforge.adapters.tasks.families.lattice_polygons import LatticePolygons
from reasonforge.adapters.tasks.families.linear_systems import LinearSystems
from reasonforge.adapters.tasks.families.permutation_orders import PermutationOrders
from reasonforge.adapters.tasks.families.power_towers import PowerTowers, Tower
from reasonforge.adapters.tasks.families.rational_roots import RationalRoots
from reasonforge.adapters.tasks.families.recurrences import Recurrences
from reasonforge.adapters.tasks.families.restricted_counting import RestrictedCounting
from reasonforge.adapters.tasks.families.resultants import Resultants
from reasonforge.adapters.tasks.families.smallest_multiples import SmallestMultiples
from reasonforge.adapters.tasks.family import pose
from reasonforge.domain.answers.sequence import fractions

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
SEEDS = [f"oracle {number}" for number in range(3)]
X = sympy.symbols("x")


def rational(number: object) -> Fraction:
    exact = sympy.Rational(number)
    return Fraction(int(exact.p), int(exact.q))


@HARD
def test_rational_roots_by_sympy(difficulty: int) -> None:
    """Sympy's linear factors over ℚ have the same roots."""
    for seed in SEEDS:
        equation = pose(RationalRoots(), seed, difficulty).instance
        factors = [factor for factor, _ in sympy.Poly(equation.polynomial, X).factor_list()[1]]
        roots = [rational(-factor.coeff_monomial(1) / factor.LC()) for factor in factors if factor.degree() == 1]
        assert RationalRoots().answer(equation).value == sum(roots)


@HARD
def test_resultants_by_sympy(difficulty: int) -> None:
    """Sympy's resultant, over the power of the leading coefficient, is the same product."""
    for seed in SEEDS:
        pair = pose(Resultants(), seed, difficulty).instance
        f, g = sympy.Poly(pair.f, X), sympy.Poly(pair.g, X)
        expected = Fraction(int(f.resultant(g)), int(f.LC()) ** g.degree())
        assert Resultants().answer(pair).value == expected


@HARD
def test_resultants_by_numerical_roots(difficulty: int) -> None:
    """Multiplying g over f's roots in floating point comes close."""
    pair = pose(Resultants(), SEEDS[0], difficulty).instance
    total = complex(1)
    for root in sympy.Poly(pair.f, X).nroots(n=30):
        total *= complex(sympy.Poly(pair.g, X).eval(root))
    assert total == pytest.approx(complex(float(Resultants().answer(pair).value)), rel=1e-6)


@HARD
def test_areas_by_sympy(difficulty: int) -> None:
    """Sympy's integrals between all real roots, each with its sign dropped, have the same sum."""
    for seed in SEEDS:
        region = pose(Areas(), seed, difficulty).instance
        f = sympy.Poly(region.f, X)
        inside = {root for root in sympy.real_roots(f) if region.low < root < region.high}
        turns = [region.low, *sorted(inside), region.high]
        primitive = f.integrate()
        heights = [primitive.eval(at) for at in turns]
        pieces = [abs(after - before) for before, after in pairwise(heights)]
        assert Areas().answer(region).value == rational(sum(pieces))


@HARD
def test_determinants_by_sympy(difficulty: int) -> None:
    """Sympy's determinant is the same."""
    for seed in SEEDS:
        square = pose(Determinants(), seed, difficulty).instance
        assert Determinants().answer(square).value == int(sympy.Matrix(square.rows).det())


def test_determinants_of_any_matrices() -> None:
    """Elimination, expansion and sympy agree on matrices with zeros, and the permanent is sympy's too."""
    rng = Random(1)
    for size in (1, 2, 3, 4, 5) * 8:
        rows = [[rng.choice((-2, -1, 0, 0, 1, 3)) for _ in range(size)] for _ in range(size)]
        matrix = sympy.Matrix(rows)
        assert determinant.eliminated(rows) == determinant.expanded(rows) == int(matrix.det())
        assert determinant.expanded(rows, signed=False) == int(matrix.per())


@HARD
def test_linear_systems_by_sympy(difficulty: int) -> None:
    """Sympy's solution is the same, and the only one."""
    for seed in SEEDS:
        system = pose(LinearSystems(), seed, difficulty).instance
        matrix = sympy.Matrix(system.rows)
        solution = matrix[:, :-1].LUsolve(matrix[:, -1])
        assert matrix[:, :-1].rank() == len(system.rows)
        assert LinearSystems().answer(system) == fractions([rational(value) for value in solution])


@HARD
def test_recurrences_by_matrix_powers(difficulty: int) -> None:
    """The companion matrix, to the power of the index by sympy, gives the same term."""
    for seed in SEEDS:
        recurrence = pose(Recurrences(), seed, difficulty).instance
        order = len(recurrence.factors)
        companion = sympy.zeros(order, order)
        for at in range(order - 1):
            companion[at, at + 1] = 1
        for at, factor in enumerate(reversed(recurrence.factors)):
            companion[order - 1, at] = factor
        modulus, power, index = recurrence.modulus, sympy.eye(order), recurrence.index
        while index:
            if index % 2:
                power = (power * companion).applyfunc(lambda entry, by=modulus: entry % by)
            companion = (companion * companion).applyfunc(lambda entry, by=modulus: entry % by)
            index //= 2
        term = (power * sympy.Matrix(recurrence.starts))[0] % modulus
        assert Recurrences().answer(recurrence).value == int(term)


@pytest.mark.parametrize("difficulty", [1, 3, 5])
def test_restricted_counting_by_brute_force(difficulty: int) -> None:
    """As many fillings of the boxes as there are have the right sum."""
    for seed in SEEDS:
        boxes = pose(RestrictedCounting(), seed, difficulty).instance
        fillings = product(*(range(least, most + 1) for least, most in boxes.limits))
        expected = sum(sum(filling) == boxes.total for filling in fillings)
        assert RestrictedCounting().answer(boxes).value == expected


@HARD
def test_restricted_counting_by_sympy(difficulty: int) -> None:
    """The coefficient of a product of polynomials is the same number."""
    for seed in SEEDS:
        boxes = pose(RestrictedCounting(), seed, difficulty).instance
        whole = sympy.Poly(1, X)
        for least, most in boxes.limits:
            whole *= sympy.Poly([1] * (most - least + 1) + [0] * least, X)
        assert RestrictedCounting().answer(boxes).value == int(whole.coeff_monomial(X**boxes.total))


@HARD
def test_smallest_multiples_by_brute_force(difficulty: int) -> None:
    """The first multiple whose remainder lies in the window is the same."""
    for seed in SEEDS:
        window = pose(SmallestMultiples(), seed, difficulty).instance
        hits = (n for n in range(1, window.modulus) if window.low <= n * window.factor % window.modulus <= window.high)
        assert SmallestMultiples().answer(window).value == next(hits)


@HARD
def test_lattice_polygons_by_sympy(difficulty: int) -> None:
    """Sympy's area and Pick's theorem, with the boundary counted point by point, give the same number."""
    for seed in SEEDS:
        polygon = pose(LatticePolygons(), seed, difficulty).instance
        figure = sympy.Polygon(*polygon.corners)
        boundary = sum(sympy.igcd(b[0] - a[0], b[1] - a[1]) for a, b in polygon.edges())
        assert LatticePolygons().answer(polygon).value == abs(figure.area) - sympy.Rational(boundary, 2) + 1


@HARD
def test_permutation_orders_by_sympy(difficulty: int) -> None:
    """Sympy's order of the product is the same; it multiplies from left to right."""
    for seed in SEEDS:
        cycles = pose(PermutationOrders(), seed, difficulty).instance
        whole = Permutation(size=cycles.points + 1)
        for cycle in reversed(cycles.cycles):
            whole = whole * Permutation([list(cycle)], size=cycles.points + 1)
        assert PermutationOrders().answer(cycles).value == whole.order()


@HARD
def test_absorption_by_the_fundamental_matrix(difficulty: int) -> None:
    """(1 − Q)⁻¹·R by sympy gives the same probability."""
    for seed in SEEDS:
        chain = pose(Absorption(), seed, difficulty).instance
        names = "ABCDEFG"[: len(chain.rows)]
        within, out = sympy.eye(len(names)), sympy.zeros(len(names), 1)
        for at, row in enumerate(chain.rows):
            for end, chance in row:
                if end in names:
                    within[at, names.index(end)] -= sympy.Rational(chance.numerator, chance.denominator)
                elif end == "Y":
                    out[at] = sympy.Rational(chance.numerator, chance.denominator)
        assert Absorption().answer(chain).value == rational(within.LUsolve(out)[0])


def test_chains_that_stay_are_refused() -> None:
    """A state that moves to itself, or from which neither Y nor Z is reached, is not one of a chain."""
    half = Fraction(1, 2)
    with pytest.raises(ValueError, match="to itself"):
        Chain(((("B", half), ("Y", half)), (("B", half), ("Z", half))))
    with pytest.raises(ValueError, match="the chain can end"):
        Chain(tuple(((first, half), (second, half)) for first, second in ("BY", "CD", "BD", "BC")))


def test_power_towers_by_whole_numbers() -> None:
    """For every tower small enough to be written out, both solvers give its remainder."""
    family, rng = PowerTowers(), Random(1)
    for _ in range(400):
        above = rng.choice(((2, 2, 2), (3, 2, 2), (2, 3, 2), (2, 2, 3), (3, 3), (7, 4), (12, 3)))
        numbers = (rng.randint(2, 30), *above)
        tower = Tower(numbers, rng.randint(10, 300))
        value = numbers[-1]
        for base in reversed(numbers[:-1]):
            value = base**value
        assert family.solve(tower).final_answer == family.solve_again(tower) == str(value % tower.modulus)


def test_worked_examples_are_right() -> None:
    """Every worked example in the docstrings of the polynomials and the determinants gives what it says."""
    for module in (polynomial, determinant):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed


def test_polynomials_are_written_and_read() -> None:
    """Reading a written polynomial gives it back, and sympy reads it as the same one."""
    rng = Random(1)
    for _ in range(200):
        factors = (rng.choice((-7, -1, 1, 12)), *(rng.randint(-3, 3) for _ in range(rng.randint(0, 7))))
        text = polynomial.shown(factors)
        assert polynomial.read_polynomial(text) == factors
        parsed = sympy.parse_expr(re.sub(r"([0-9])x", r"\1*x", text).replace("^", "**"))
        assert sympy.Poly(parsed, X) == sympy.Poly(factors, X)
