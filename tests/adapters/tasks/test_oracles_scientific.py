"""The scientific families' answers against libraries, integration and simulation that know nothing of us."""

import doctest
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import sympy
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq
from scipy.stats import chi2_contingency

from reasonforge.adapters.tasks import square_root as square_root_module
from reasonforge.adapters.tasks.elimination import solved
from reasonforge.adapters.tasks.families.altered_kinematics import AlteredKinematics, World
from reasonforge.adapters.tasks.families.balancing import Balancing, Skeleton
from reasonforge.adapters.tasks.families.chi_square import ChiSquare
from reasonforge.adapters.tasks.families.decay_chain import DecayChain
from reasonforge.adapters.tasks.families.dimensions import Dimensions
from reasonforge.adapters.tasks.families.gas_cycle import GasCycle
from reasonforge.adapters.tasks.families.mechanics import Mechanics, Ride
from reasonforge.adapters.tasks.families.pedigree import Pedigree, PedigreeRisk
from reasonforge.adapters.tasks.families.translation import Gene, Translation
from reasonforge.adapters.tasks.families.weak_acid import Mixture, WeakAcid
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.square_root import heron, square_root
from reasonforge.domain.answers.sequence import fractions, integers
from reasonforge.domain.arithmetic import ClaimFinding, check_claim

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
SEEDS = [f"oracle {number}" for number in range(4)]


@HARD
def test_mechanics_by_integrating_newton(difficulty: int) -> None:
    """Integrating the equation of motion along every stretch gives the same final speed."""
    for seed in SEEDS[:2]:
        ride = pose(Mechanics(), seed, difficulty).instance
        speed, mass, g = float(ride.speed), float(ride.mass), ride.gravity_tenths / 10
        for kind, first, second in ride.events:
            if kind == "stick":
                speed, mass = speed * mass / (mass + first), mass + first
                continue
            # On a slope the height is the length of an upright one, which changes nothing without friction.
            force = {"down": mass * g, "up": -mass * g, "rough": -second / 100 * mass * g, "push": second}[kind]
            found = solve_ivp(lambda _, v, a=force / mass: [a / v[0]], (0, first), [speed], rtol=1e-9, atol=1e-9)
            speed = found.y[0][-1]
        assert float(Mechanics().answer(ride).value) == pytest.approx(speed, rel=1e-6)


def test_mechanics_by_hand() -> None:
    """A 2 kg body at 10 m/s that picks up 3 kg goes on at 4 m/s."""
    assert Mechanics().answer(Ride(2, 10, 98, (("stick", 3, 0),))).value == 4


@HARD
def test_balancing_by_sympy(difficulty: int) -> None:
    """Sympy's null space of the matrix of atoms is spanned by the same coefficients."""
    for seed in SEEDS:
        skeleton = pose(Balancing(), seed, difficulty).instance
        (vector,) = sympy.Matrix([skeleton.atoms(element) for element in skeleton.elements()]).nullspace()
        vector *= sympy.ilcm(*(entry.q for entry in vector))
        vector /= sympy.igcd(*vector)
        assert Balancing().answer(skeleton) == integers([abs(int(entry)) for entry in vector])


def test_balancing_by_the_textbook() -> None:
    """Propane burns with five oxygen to three carbon dioxide and four water."""
    propane, oxygen = (("C", 3), ("H", 8)), (("O", 2),)
    dioxide, water = (("C", 1), ("O", 2)), (("H", 2), ("O", 1))
    assert Balancing().answer(Skeleton((propane, oxygen, dioxide, water), 2)) == integers([1, 5, 3, 4])


@HARD
def test_weak_acid_by_root_finding(difficulty: int) -> None:
    """Scipy finds the same root of the charge balance, in moles and litres."""
    for seed in SEEDS:
        mixture = pose(WeakAcid(), seed, difficulty).instance
        litres = sum(volume for volume, _, _ in mixture.portions) / 1_000
        moles = dict.fromkeys(("HA", "NaA", "NaOH", "HCl"), 0.0)
        for volume, strength, name in mixture.portions:
            moles[name] += volume / 1_000 * strength / 100
        k = mixture.constant / 10_000

        def charge(x: float, moles: dict[str, float] = moles, litres: float = litres, k: float = k) -> float:
            ionised = (moles["HA"] + moles["NaA"]) / litres * k / (k + x)
            return x + (moles["NaA"] + moles["NaOH"] - moles["HCl"]) / litres - ionised

        root = brentq(charge, 0, 2, xtol=1e-16)
        assert float(WeakAcid().answer(mixture).value) == pytest.approx(root * 1e6, rel=1e-6)


def test_weak_acid_by_hand() -> None:
    """In equal parts of acid and salt at 0.1 mol/L and K = 0.001, x² + 0.051·x = 0.00005 with x = 962.2 µmol/L."""
    mixture = Mixture(10, ((50, 10, "HA"), (50, 10, "NaA")))
    assert WeakAcid().answer(mixture).truth() == "962.2"


def test_pedigree_by_sampling() -> None:
    """Of 400,000 families drawn gene by gene, those as observed have the disease as often as computed (5 sigma)."""
    rng = np.random.default_rng(5)
    pedigree = Pedigree(3, (1, 2))
    runs = 400_000

    def gametes(copies: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return (rng.random(len(copies)) < copies / 2).astype(np.int64)

    parents = np.ones(runs, dtype=np.int64)
    person = gametes(parents) + gametes(parents)
    seen = person < 2
    ill = np.zeros(runs, dtype=bool)
    for at, siblings in enumerate(pedigree.siblings):
        partner = rng.binomial(2, 1 / pedigree.rarity, runs)
        seen &= partner < 2
        for _ in range(siblings):
            seen &= gametes(person) + gametes(partner) < 2
        person = gametes(person) + gametes(partner)
        if at < len(pedigree.siblings) - 1:
            seen &= person < 2
        else:
            ill = person == 2
    share, count = float(ill[seen].mean()), int(seen.sum())
    assert float(PedigreeRisk().answer(pedigree).value) == pytest.approx(share, abs=5 * 0.5 / count**0.5)
    assert count > 50_000


def test_pedigree_by_the_textbook() -> None:
    """The healthy sibling of a patient, with a partner who carries with 1/2, has a child at risk of 2/3 · 1/2 · 1/4."""
    assert PedigreeRisk().answer(Pedigree(3, (0,))).value == Fraction(1, 12)


@HARD
def test_decay_chain_by_matrix_exponential(difficulty: int) -> None:
    """The exponential of the matrix of rates leaves the same amount."""
    for seed in SEEDS:
        chain = pose(DecayChain(), seed, difficulty).instance
        rates = np.log(2) / np.array(chain.half_lives)
        matrix = -np.diag(rates)
        for at, branch in enumerate(chain.branches):
            matrix[at + 1, at] = rates[at] * branch / 100
        left = expm(matrix * chain.hours) @ np.array(chain.amounts)
        assert float(DecayChain().answer(chain).value) == pytest.approx(left[-1], rel=1e-8)


@HARD
def test_altered_kinematics_by_sympy(difficulty: int) -> None:
    """Sympy's repeated integrals of the force over mass lead to the same place."""
    t = sympy.Symbol("t")
    for seed in SEEDS[:2]:
        world = pose(AlteredKinematics(), seed, difficulty).instance
        state = [sympy.Integer(value) for value in world.start]
        for force, time in world.phases:
            curve = sympy.Rational(force, world.mass)
            after = []
            for value in reversed(state):
                curve = value + sympy.integrate(curve, (t, 0, t))
                after.append(curve.subs(t, time))
            state = after[::-1]
        assert str(AlteredKinematics().answer(world).value) == str(state[0])


def test_altered_kinematics_by_hand() -> None:
    """A force of 6 N on 2 kg for 2 s, where it makes jerk 3 m/s³, moves a resting body by 3 · 2³ / 6 m."""
    assert AlteredKinematics().answer(World(3, 2, (0, 0, 0), ((6, 2),))).value == 4


@HARD
def test_chi_square_by_scipy(difficulty: int) -> None:
    """Scipy's contingency test has the same statistic."""
    for seed in SEEDS:
        table = pose(ChiSquare(), seed, difficulty).instance
        found = chi2_contingency(np.array(table.counts), correction=False)
        assert float(ChiSquare().answer(table).value) == pytest.approx(found.statistic, rel=1e-9)


@HARD
def test_dimensions_by_sympy(difficulty: int) -> None:
    """The units of the product of powers, as sympy simplifies them, are the target's."""
    names = sympy.symbols("kg m s A K", positive=True)
    for seed in SEEDS:
        units = pose(Dimensions(), seed, difficulty).instance
        powers = [int(element.truth()) for element in Dimensions().answer(units).value]

        def unit(row: tuple[int, ...]) -> sympy.Expr:
            return sympy.prod(name**power for name, power in zip(names, row, strict=False))

        made = sympy.prod(unit(row) ** power for row, power in zip(units.quantities, powers, strict=True))
        assert sympy.simplify(made / unit(units.target)) == 1


@HARD
def test_gas_cycle_by_integration(difficulty: int) -> None:
    """Integrating dQ = f/2·d(pV) + p·dV numerically along every step gives the same efficiency."""
    for seed in SEEDS:
        cycle = pose(GasCycle(), seed, difficulty).instance
        taken, work = 0.0, 0.0
        for (p, v), (q, w) in cycle.steps():

            def flow(x: float, p: int = p, v: int = v, q: int = q, w: int = w, f: int = cycle.freedom) -> float:
                pressure, volume = p + x * (q - p), v + x * (w - v)
                return f / 2 * (pressure * (w - v) + volume * (q - p)) + pressure * (w - v)

            heat = quad(flow, 0, 1)[0]
            taken += max(heat, 0.0)
            work += heat
        assert float(GasCycle().answer(cycle).value) == pytest.approx(work / taken, rel=1e-9)


def test_translation_by_the_textbook() -> None:
    """With the standard code the messenger GG AUG GCU UGG UAA makes M, A, W."""
    code = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
    template = "GGAUGGCUUGGUAA".translate(str.maketrans("UCAG", "AGTC"))
    assert Translation().answer(Gene(template, code, None)).truth() == '["M", "A", "W"]'


@HARD
def test_translation_by_back_translation(difficulty: int) -> None:
    """Codons of the protein, drawn anew from the gene's own table, are translated to the same protein."""
    rng = Random(3)
    codons = [f"{x}{y}{z}" for x in "UCAG" for y in "UCAG" for z in "UCAG"]
    for seed in SEEDS:
        gene = pose(Translation(), seed, difficulty).instance
        protein = [element.truth() for element in Translation().answer(gene).value]
        table = dict(zip(codons, gene.code, strict=True))
        others = ["AUG", *(rng.choice([c for c in codons if table[c] == letter]) for letter in protein[1:]), "UAA"]
        template = "".join(others).translate(str.maketrans("UCAG", "AGTC"))
        assert Translation().answer(Gene(template, gene.code, None)) == Translation().answer(gene)


def test_elimination_by_sympy() -> None:
    """Random systems have sympy's solution, and every claim of their elimination holds."""
    rng = Random(11)
    for size in (1, 2, 3, 4, 5):
        rows = [[rng.randint(-5, 5) for _ in range(size + 1)] for _ in range(size)]
        matrix = sympy.Matrix([row[:-1] for row in rows])
        if matrix.det() != 0:
            solution, stages = solved(rows)
            wanted = matrix.LUsolve(sympy.Matrix([row[-1] for row in rows]))
            assert fractions(solution).truth() == f"[{', '.join(map(str, wanted))}]"
            claims = [claim for stage in stages for claim in stage]
            assert {check_claim(claim) for claim in claims} <= {ClaimFinding.CONFIRMED}
    with pytest.raises(ValueError, match="singular"):
        solved([[1, 2, 3], [2, 4, 6]])


def test_roots_by_sympy() -> None:
    """Roots agree with sympy's to 24 places, and Heron's claim holds and is within 1e-6."""
    assert doctest.testmod(square_root_module).failed == 0
    for square in (Fraction(2), Fraction(10**9, 7), Fraction(3, 10**7)):
        exact = sympy.sqrt(sympy.Rational(square.numerator, square.denominator)).evalf(40)
        assert abs(sympy.Rational(str(square_root(square))) - exact) < sympy.Rational(1, 10**24)
        better, claim = heron(square)
        assert check_claim(claim) is ClaimFinding.CONFIRMED
        assert float(better) == pytest.approx(float(exact), rel=1e-6)
