import math
import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import expanded
from reasonforge.adapters.tasks.elimination import solved
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Compound = tuple[tuple[str, int], ...]

_ELEMENTS = ("H", "C", "N", "O", "Na", "Mg", "Al", "P", "S", "Cl", "K", "Ca", "Fe", "Cu", "Zn", "Mn", "Cr", "Br")
_EQUATION = re.compile(r"\? [A-Za-z0-9]{1,30}(?: (?:\+|→) \? [A-Za-z0-9]{1,30}){2,9}")
_ATOM = re.compile(r"([A-Z][a-z]?)([2-9])?")
_LARGEST = 60


@frozen
class Skeleton:
    """Compounds of an unbalanced reaction, each the atoms (element, 1 to 9); 3 to 9 of them, one element fewer.

    The first `reactants` stand on the left.
    """

    compounds: tuple[Compound, ...]
    reactants: int

    def __attrs_post_init__(self) -> None:
        if not 3 <= len(self.compounds) <= 9 or not 1 <= self.reactants < len(self.compounds):
            raise ValueError("a reaction has 3 to 9 compounds, and some on either side")
        if len(self.elements()) != len(self.compounds) - 1:
            raise ValueError("a reaction here has one element fewer than compounds")
        if any(len(dict(compound)) != len(compound) for compound in self.compounds):
            raise ValueError("a formula names every element once")

    def elements(self) -> tuple[str, ...]:
        """In the order of their first appearance."""
        return tuple(dict.fromkeys(element for compound in self.compounds for element, _ in compound))

    def atoms(self, element: str) -> list[int]:
        """Of an element in each compound; negative on the right."""
        counts = [dict(compound).get(element, 0) for compound in self.compounds]
        return [count if at < self.reactants else -count for at, count in enumerate(counts)]


class Balancing:
    """The smallest whole coefficients that balance a reaction of made-up compounds.

    Difficulty d: 3 + d/2 compounds (rounded down) of one element fewer, each of 1 to 3 elements. Size: the number of
    compounds. Kept where the coefficients are unique but for a factor, positive and at most 60, and not all alike.
    """

    name: Final = "balancing"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Skeleton:
        return kept(lambda: _draw(rng, 3 + difficulty // 2), _balances)

    def state(self, instance: Skeleton, phrasing: int) -> str:
        told = [f"? {_formula(compound)}" for compound in instance.compounds]
        equation = f"{' + '.join(told[: instance.reactants])} → {' + '.join(told[instance.reactants :])}"
        ending = (
            "The final answer is a list in square brackets of the smallest positive integers, in the order in which "
            "the compounds stand."
        )
        if phrasing == 0:
            return f"Balance this equation of a hypothetical reaction: {equation}. {ending}"
        if phrasing == 1:
            return (
                f"In another world's chemistry these compounds react: {equation}. Every kind of atom is conserved. "
                f"Which numbers stand in place of the question marks? {ending}"
            )
        return (
            f"The coefficients of the reaction {equation} got lost. As many atoms of each element go in as come out. "
            f"Restore the coefficients. {ending}"
        )

    def answer(self, instance: Skeleton) -> ListAnswer:
        return integers(_coefficients(instance))

    def size(self, instance: Skeleton) -> int:
        return len(instance.compounds)

    def read(self, problem: str) -> Skeleton | None:
        return recognised(self, problem, _parse, _balances)

    def solve(self, instance: Skeleton) -> WorkedSolution:
        """Elimination gives the proportions; whole amounts in these proportions are checked, then reduced."""
        coefficients = _coefficients(instance)
        factor = next(n for n in range(max(coefficients) + 1, 3 * _LARGEST) if all(n % k for k in range(2, n)))
        amounts = [factor * coefficient for coefficient in coefficients]
        lines = [
            line(_BALANCE, f"{_formula(compound)}: {amounts[at]}", *_from_others(instance, amounts, at))
            for at, compound in enumerate(instance.compounds)
        ]
        reduced = (equals(f"{amount} / {factor}", amount // factor) for amount in amounts)
        lines.append(line(_REDUCE, f"The greatest common divisor is {factor}", *reduced))
        return WorkedSolution(integers(coefficients).truth(), tuple(lines))

    def solve_again(self, instance: Skeleton) -> str:
        """Cramer's rule: the coefficients are in proportion to the minors of the matrix of atoms."""
        matrix = [instance.atoms(element) for element in instance.elements()]
        columns = range(len(instance.compounds))
        minors = [abs(expanded([[row[at] for at in columns if at != left] for row in matrix])) for left in columns]
        divisor = math.gcd(*minors)
        return integers([minor // divisor for minor in minors]).truth()

    def slip(self, instance: Skeleton, rng: Random) -> str:
        """Does not reduce the coefficients, or has one of them wrong."""
        coefficients = list(_coefficients(instance))
        if rng.random() < 0.3:
            return integers([2 * coefficient for coefficient in coefficients]).truth()
        coefficients[rng.randrange(len(coefficients))] += rng.choice((1, 2))
        return integers(coefficients).truth()


_BALANCE = "Every element is conserved, so an amount follows from the others through an element that they share."
_REDUCE = "Divide the amounts by their greatest common divisor."


def _formula(compound: Compound) -> str:
    return "".join(f"{element}{count if count > 1 else ''}" for element, count in compound)


def _from_others(skeleton: Skeleton, amounts: list[int], compound: int) -> list[Claim]:
    """The amount of one compound from those of the others, by each element in it."""
    claims: list[Claim] = []
    for element in skeleton.elements():
        atoms = skeleton.atoms(element)
        mine = atoms[compound]
        others = [(-count if mine > 0 else count, amounts[at]) for at, count in enumerate(atoms) if at != compound]
        terms = "".join(f" {'+' if count > 0 else '-'} {abs(count)} * {amount}" for count, amount in others if count)
        if mine and terms:
            claims.append(equals(f"({terms.removeprefix(' + ').strip()}) / {abs(mine)}", amounts[compound]))
    return claims


def _coefficients(skeleton: Skeleton) -> tuple[int, ...]:
    """The smallest whole solution, positive where the reaction balances.

    Raises:
        ValueError: it is not unique.
    """
    rows = [skeleton.atoms(element) for element in skeleton.elements()]
    shares, _ = solved([[*row[:-1], -row[-1]] for row in rows])
    scale = math.lcm(*(share.denominator for share in shares))
    whole = [int(share * scale) for share in (*shares, Fraction(1))]
    divisor = math.gcd(*whole)
    return tuple(number // divisor for number in whole)


def _draw(rng: Random, count: int) -> Skeleton | None:
    elements = rng.sample(_ELEMENTS, count - 1)
    compounds = [
        tuple(
            (element, rng.choice((1, 1, 2, 2, 3, 4)))
            for element in rng.sample(elements, rng.randint(1, min(3, count - 1)))
        )
        for _ in range(count)
    ]
    try:
        signs = _coefficients(Skeleton(tuple(compounds), count - 1))
    except ValueError:  # not every element is used, or the proportions are not unique
        return None
    # With all but the last on the left, those with the sign of the last belong to its side.
    left = [compound for compound, sign in zip(compounds, signs, strict=True) if sign > 0][:-1]
    right = [compound for compound, sign in zip(compounds, signs, strict=True) if sign < 0]
    if not left or 0 in signs:
        return None
    return Skeleton((*left, *right, compounds[-1]), len(left))


def _balances(skeleton: Skeleton) -> bool:
    coefficients = _coefficients(skeleton)
    distinct = len(set(skeleton.compounds)) == len(skeleton.compounds)
    return distinct and 1 <= min(coefficients) < max(coefficients) <= _LARGEST


def _parse(problem: str) -> Skeleton | None:
    equation = _EQUATION.search(problem)
    if equation is None or "→" not in equation[0]:
        return None
    left, right = (side.split(" + ") for side in equation[0].split(" → ", 1))
    compounds = [
        tuple((element, int(count or "1")) for element, count in _ATOM.findall(formula)) for formula in (*left, *right)
    ]
    return Skeleton(tuple(compounds), len(left))
