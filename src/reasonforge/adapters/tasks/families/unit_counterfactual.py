import re
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

_EQUATION = re.compile(r"\b([A-Z]) = ((?:\(-?[0-9]\) \* [A-Z] \+ ){0,3})own part of \1\b")
_TERM = re.compile(r"\((-?[0-9])\) \* ([A-Z])")
_OBSERVED = re.compile(r"observed: ([^.]{3,120})\.")
_HAD = re.compile(r"had been (.{5,40}?) \(all at once\)")
_ASKED = re.compile(r"value of ([A-Z])\b")
_VALUE = re.compile(r"([A-Z]) = (-?[0-9]{1,5})(?![0-9])")
_MOST_VARIABLES = 10
Values = tuple[tuple[str, int], ...]


@frozen
class Equation:
    """variable = Σ coefficient · cause + its own part, which is unobserved and stays a unit's own."""

    name: str
    terms: tuple[tuple[int, str], ...]


@frozen
class Unit:
    """A linear deterministic model of 3 to 10 variables, one unit's values, 1 or 2 of them changed, one asked for."""

    equations: tuple[Equation, ...]
    observed: tuple[int, ...]
    changed: Values
    asked: str

    def __attrs_post_init__(self) -> None:
        before: set[str] = set()
        for equation in self.equations:
            causes = [cause for _, cause in equation.terms]
            if (
                equation.name in before
                or not set(causes) <= before
                or len(set(causes)) != len(causes)
                or len(causes) > 3
            ):
                raise ValueError("a variable has at most 3 different causes, all before it, and is there once")
            before.add(equation.name)
        if not 3 <= len(before) <= _MOST_VARIABLES or len(self.observed) != len(before):
            raise ValueError("there are 3 to 10 variables, all of them observed")
        names = {name for name, _ in self.changed}
        if not 1 <= len(names) == len(self.changed) <= 2 or not names | {self.asked} <= before or self.asked in names:
            raise ValueError("1 or 2 variables are changed, and another one is asked for")

    def values(self) -> dict[str, int]:
        """What was observed, by variable."""
        return {equation.name: value for equation, value in zip(self.equations, self.observed, strict=True)}


class UnitCounterfactual:
    """What a variable of one unit would have been, had others been set otherwise, in a linear deterministic model.

    Difficulty d: 3 + d/2 variables (rounded down), up to 3 causes each, two changes from difficulty 6 on.
    Size: the number of variables. Kept where the answer differs from the observed value, from the equations with all
    own parts at 0 (no abduction), and from changing the direct causes only (what lies between kept as observed).
    """

    name: Final = "unit_counterfactual"
    version: Final = 1
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Unit:
        return kept(lambda: _draw(rng, 3 + difficulty // 2, 1 if difficulty < 6 else 2), _shortcuts_fail)

    def state(self, instance: Unit, phrasing: int) -> str:
        told = "; ".join(_told(equation) for equation in instance.equations)
        observed = _listed(tuple(instance.values().items()))
        had, y = f"had been {_listed(instance.changed)} (all at once)", instance.asked
        ending = "The final answer is one integer."
        return (
            (
                f"Variables arise one from another by these equations, where the own part of a variable is whatever "
                f"else bears on it, is unknown, and does not react to anything: {told}. For a certain unit was "
                f"observed: {observed}. If for this very unit it {had} by outside force, what would have been the "
                f"value of {y}? {ending}"
            ),
            (
                f"On one occasion was observed: {observed}. The mechanism is known up to the own parts, which are the "
                f"occasion's and none of the variables moves them: {told}. Find the counterfactual value of {y}, if it "
                f"{had} through an intervention. {ending}"
            ),
            (
                f"What would the value of {y} have been for the unit described here, if somebody had interfered so "
                f"that it {had}? Laws: {told}. Of the unit was observed: {observed}. Own parts are fixed per unit. "
                f"{ending}"
            ),
        )[phrasing]

    def answer(self, instance: Unit) -> IntegerAnswer:
        return IntegerAnswer(_replayed(instance)[instance.asked])

    def size(self, instance: Unit) -> int:
        return len(instance.equations)

    def read(self, problem: str) -> Unit | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Unit) -> WorkedSolution:
        """Abduction of the own parts, action, prediction."""
        seen, new = instance.values(), _replayed(instance)
        changed = dict(instance.changed)
        lines = []
        for equation in instance.equations:
            name = equation.name
            if name in changed or not any(new[cause] != seen[cause] for _, cause in equation.terms):
                continue
            own = seen[name] - sum(factor * seen[cause] for factor, cause in equation.terms)
            known = " - ".join([written(seen[name]), *_products(equation, seen)])
            after = " + ".join([*_products(equation, new), written(own)])
            facts = f"the own part of {name} is {own}, so {name} would be {new[name]}"
            lines.append(line(_STEP, facts, equals(known, own), equals(after, new[name])))
        return WorkedSolution(str(new[instance.asked]), tuple(lines))

    def solve_again(self, instance: Unit) -> str:
        """The observed value plus each change times the products along the directed paths from it."""
        seen, changed = instance.values(), dict(instance.changed)
        gain = sum((value - seen[name]) * _along_paths(instance, name) for name, value in changed.items())
        return str(seen[instance.asked] + gain)

    def slip(self, instance: Unit, rng: Random) -> str:
        """Forgets the own parts, or lets the change act on direct effects alone, or changes nothing."""
        return str(rng.choice(_shortcuts(instance)))


_STEP = "Find the unit's own part from what was observed, then run the equation again with the changed causes."


def _told(equation: Equation) -> str:
    terms = "".join(f"({factor}) * {cause} + " for factor, cause in equation.terms)
    return f"{equation.name} = {terms}own part of {equation.name}"


def _listed(values: Values) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values)


def _products(equation: Equation, values: dict[str, int]) -> list[str]:
    return [f"{written(factor)} * {written(values[cause])}" for factor, cause in equation.terms]


def _replayed(unit: Unit) -> dict[str, int]:
    """Every variable as it would have been."""
    seen, changed = unit.values(), dict(unit.changed)
    new: dict[str, int] = {}
    for equation in unit.equations:
        moved = sum(factor * (new[cause] - seen[cause]) for factor, cause in equation.terms)
        new[equation.name] = changed.get(equation.name, seen[equation.name] + moved)
    return new


def _along_paths(unit: Unit, start: str) -> int:
    """The sum over directed paths from a changed variable to the one asked for, past no other changed one."""
    changed = {name for name, _ in unit.changed}
    reaching = {unit.asked: 1}
    for equation in reversed(unit.equations):
        weight = reaching.get(equation.name, 0)
        if weight and equation.name not in changed:
            for factor, cause in equation.terms:
                reaching[cause] = reaching.get(cause, 0) + weight * factor
    return reaching.get(start, 0)


def _shortcuts(unit: Unit) -> tuple[int, int, int]:
    """Own parts taken for 0; other causes kept as observed; the observed value."""
    seen, changed = unit.values(), dict(unit.changed)
    bare: dict[str, int] = {}
    for equation in unit.equations:
        computed = sum(factor * bare[cause] for factor, cause in equation.terms)
        root = computed if equation.terms else seen[equation.name]
        bare[equation.name] = changed.get(equation.name, root)
    asked = next(equation for equation in unit.equations if equation.name == unit.asked)
    moved = sum(factor * (changed.get(cause, seen[cause]) - seen[cause]) for factor, cause in asked.terms)
    return bare[unit.asked], seen[unit.asked] + moved, seen[unit.asked]


def _shortcuts_fail(unit: Unit) -> bool:
    return _replayed(unit)[unit.asked] not in _shortcuts(unit)


def _draw(rng: Random, count: int, changes: int) -> Unit:
    names = rng.sample(ascii_uppercase, count)
    factors = (-4, -3, -2, 2, 3, 4, 5)
    equations, seen = [], dict[str, int]()
    for at, name in enumerate(names):
        causes = sorted(rng.sample(range(at), min(at, rng.randint(1, 3))))
        equation = Equation(name, tuple((rng.choice(factors), names[cause]) for cause in causes))
        own = rng.choice((-7, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))
        seen[name] = sum(factor * seen[cause] for factor, cause in equation.terms) + own
        equations.append(equation)
    changed = sorted(rng.sample(range(count - 1), changes))
    had = tuple((names[at], seen[names[at]] + rng.choice((-3, -2, -1, 1, 2, 3))) for at in changed)
    return Unit(tuple(equations), tuple(seen.values()), had, names[-1])


def _parse(problem: str) -> Unit | None:
    observed, had, asked = _OBSERVED.search(problem), _HAD.search(problem), _ASKED.search(problem)
    if observed is None or had is None or asked is None:
        return None
    equations = tuple(
        Equation(name, tuple((int(factor), cause) for factor, cause in _TERM.findall(terms)))
        for name, terms in _EQUATION.findall(problem)
    )
    seen = tuple(int(value) for _, value in _VALUE.findall(observed[1]))
    changed = tuple((name, int(value)) for name, value in _VALUE.findall(had[1]))
    return Unit(equations, seen, changed, asked[1])
