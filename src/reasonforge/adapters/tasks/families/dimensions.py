import re
from itertools import product
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import expanded
from reasonforge.adapters.tasks.elimination import solved
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, kept, line, recognised
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline

_UNITS = ("kg", "m", "s", "A", "K")
_QUANTITY = re.compile(r"\b([QT][1-5]?) in ((?:kg|m|s|A|K)(?:\^-?[1-9])?(?:·(?:kg|m|s|A|K)(?:\^-?[1-9])?)*)(?=,|;|\.)")
_MOST = 9
_LARGEST = 5


@frozen
class Units:
    """Exponents of kg, m, s, A, K (as many as quantities, 2 to 5) of the quantities and of what they shall make."""

    quantities: tuple[tuple[int, ...], ...]
    target: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        count = len(self.quantities)
        rows = (*self.quantities, self.target)
        if not 2 <= count <= len(_UNITS) or any(len(row) != count for row in rows):
            raise ValueError("there are 2 to 5 quantities, and as many units")
        if any(max(map(abs, row)) > _MOST for row in rows):
            raise ValueError("exponents of units go up to 9")

    def system(self) -> list[list[int]]:
        """One equation for each unit: the exponents in the quantities, and in the target."""
        return [
            [*column, wanted] for column, wanted in zip(zip(*self.quantities, strict=True), self.target, strict=True)
        ]


class Dimensions:
    """The exponents with which made-up quantities multiply to one of a wanted dimension.

    Difficulty d: 2 + d/3 quantities (rounded down) in as many base units, exponents up to 2 + d/4 in size. Size: the
    number of quantities. Kept where the exponents are integers, none zero and not all of one size, and unique.
    """

    name: Final = "dimensions"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Units:
        return kept(lambda: _draw(rng, 2 + difficulty // 3, 2 + difficulty // 4), _unique)

    def state(self, instance: Units, phrasing: int) -> str:
        count = len(instance.quantities)
        told = ", ".join(f"Q{at} in {_unit(row)}" for at, row in enumerate(instance.quantities, start=1))
        target = f"T in {_unit(instance.target)}"
        ending = f"The final answer is a list in square brackets of {count} integers: the exponents of Q1 to Q{count}."
        if phrasing == 0:
            return (
                f"A law says that one quantity is a pure number times a product of integer powers of others. They are "
                f"measured so: {told}; and {target}. With which exponents do the Q's make up T? {ending}"
            )
        if phrasing == 1:
            return (
                f"By dimensional analysis, find how T depends on the other quantities, if it is a monomial in them: "
                f"{told}. The result is {target}. {ending}"
            )
        return (
            f"An instrument shows {target}. It multiplies powers of its inputs, which are {told}. Which powers fit the "
            f"units? {ending}"
        )

    def answer(self, instance: Units) -> ListAnswer:
        return integers(_exponents(instance))

    def size(self, instance: Units) -> int:
        return len(instance.quantities)

    def read(self, problem: str) -> Units | None:
        return recognised(self, problem, _parse, _unique)

    def solve(self, instance: Units) -> WorkedSolution:
        """One linear equation for each base unit, solved by elimination."""
        exponents, stages = solved(instance.system())
        lines = [
            line(_EQUATIONS if at == 0 else _CLEAR, f"Column {at + 1} is cleared", *claims)
            for at, claims in enumerate(stages[:-1])
        ]
        lines.append(line("Divide by the pivots.", f"Exponents {', '.join(map(str, exponents))}", *stages[-1]))
        return WorkedSolution(integers(_exponents(instance)).truth(), tuple(lines))

    def solve_again(self, instance: Units) -> str:
        """Cramer's rule."""
        rows = instance.system()
        whole = expanded([row[:-1] for row in rows])
        replaced = ([[*row[:at], row[-1], *row[at + 1 : -1]] for row in rows] for at in range(len(rows)))
        return integers([expanded(matrix) // whole for matrix in replaced]).truth()

    def slip(self, instance: Units, rng: Random) -> str:
        """Has the sign of an exponent wrong, or misses one by 1."""
        exponents = list(_exponents(instance))
        at = rng.randrange(len(exponents))
        exponents[at] = -exponents[at] if rng.random() < 0.5 else exponents[at] + rng.choice((-1, 1))
        return integers(exponents).truth()


_EQUATIONS = "The exponents of every base unit must add up to those wanted: a linear equation for each unit."
_CLEAR = "Subtract multiples of one equation from the others, so that an unknown is left in it alone."


def _unit(exponents: tuple[int, ...]) -> str:
    powers = zip(_UNITS, exponents, strict=False)
    return "·".join(unit if power == 1 else f"{unit}^{power}" for unit, power in powers if power)


def _exponents(units: Units) -> tuple[int, ...]:
    """The solution.

    Raises:
        ValueError: it is not unique, or not in integers.
    """
    found, _ = solved(units.system())
    if any(number.denominator != 1 for number in found):
        raise ValueError("the exponents are no integers")
    return tuple(int(number) for number in found)


def _draw(rng: Random, count: int, largest: int) -> Units | None:
    signs = [size * sign for size, sign in product(range(1, largest + 1), (-1, 1))]
    exponents = [rng.choice(signs) for _ in range(count)]
    quantities = [tuple(rng.choice((0, 0, 1, 1, -1, -2, 2, 3)) for _ in range(count)) for _ in range(count)]
    target = [sum(power * row[at] for power, row in zip(exponents, quantities, strict=True)) for at in range(count)]
    if max(map(abs, target)) > _MOST or not any(target) or not all(map(any, quantities)):
        return None
    return Units(tuple(quantities), tuple(target))


def _unique(units: Units) -> bool:
    try:
        exponents = _exponents(units)
    except ValueError:  # singular, or no integers
        return False
    used = all(any(row) for row in (*units.quantities, units.target, *zip(*units.quantities, strict=True)))
    return used and 0 < min(map(abs, exponents)) < max(map(abs, exponents)) <= _LARGEST


def _parse(problem: str) -> Units | None:
    found = {name: dict(_powers(unit)) for name, unit in _QUANTITY.findall(problem)}
    target = found.pop("T", None)
    if target is None:
        return None
    units = _UNITS[: len(found)]
    if any(unit not in units for powers in (*found.values(), target) for unit in powers):
        return None
    rows = [tuple(powers.get(unit, 0) for unit in units) for powers in (*found.values(), target)]
    return Units(tuple(rows[:-1]), rows[-1])


def _powers(unit: str) -> list[tuple[str, int]]:
    return [(name, int(power or "1")) for name, _, power in (factor.partition("^") for factor in unit.split("·"))]
