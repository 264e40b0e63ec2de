import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

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
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_ENTRY = re.compile(r"P\(([A-Z])=1((?: \||,)? ?[^)]*)\) = ([0-9]{1,3})/([0-9]{1,3})")
_GIVEN = re.compile(r"([A-Z])=([01])")
_QUERY = re.compile(r"P\(([A-Z])=1 \| do\(([A-Z])=1\)\)|set ([A-Z]) to 1 .* probability that ([A-Z]) is 1")
_MOST_VARIABLES, _MOST_PARENTS = 8, 3
_TERMS_PER_LINE = 4
World = dict[str, int]


@frozen
class Mechanism:
    """How one binary variable comes about: P(name = 1) for each setting of its parents, the last one fastest."""

    name: str
    parents: str
    chances: tuple[Fraction, ...]

    def chance(self, world: Mapping[str, int]) -> Fraction:
        """P(name = world[name] | its parents as in the world)."""
        at = 0
        for parent in self.parents:
            at = 2 * at + world[parent]
        return self.chances[at] if world[self.name] else 1 - self.chances[at]


@frozen
class Model:
    """A causal model of 3 to 8 binary variables, causes before effects, chances strictly between 0 and 1.

    Asked is P(outcome = 1 | do(treatment = 1)).
    """

    mechanisms: tuple[Mechanism, ...]
    treatment: str
    outcome: str

    def __attrs_post_init__(self) -> None:
        before = ""
        for mechanism in self.mechanisms:
            parents = mechanism.parents
            if mechanism.name in before or len(parents) > _MOST_PARENTS or not set(parents) <= set(before):
                message = f"a variable has at most {_MOST_PARENTS} causes, all before it, and is there once"
                raise ValueError(message)
            if len(mechanism.chances) != 2 ** len(parents) or not all(0 < chance < 1 for chance in mechanism.chances):
                raise ValueError("a mechanism has one chance strictly between 0 and 1 for each setting of its causes")
            before += mechanism.name
        if not 3 <= len(before) <= _MOST_VARIABLES or not {self.treatment, self.outcome} <= set(before):
            message = f"a model has 3 to {_MOST_VARIABLES} variables, the treatment and the outcome among them"
            raise ValueError(message)
        if self.treatment == self.outcome:
            raise ValueError("the treatment is not the outcome")

    def names(self) -> str:
        """The variables, causes before effects."""
        return "".join(mechanism.name for mechanism in self.mechanisms)

    def of(self, name: str) -> Mechanism:
        """The mechanism of a variable."""
        return next(mechanism for mechanism in self.mechanisms if mechanism.name == name)


class Intervention:
    """P(y | do x) in a causal model with exact tables.

    Difficulty d: 3 + d/2 variables (rounded down), up to 2 causes each (3 from difficulty 7 on), chances in tenths.
    Size: the number of variables. Kept where P(y | x) and P(y) both differ from P(y | do x).
    """

    name: Final = "intervention"
    version: Final = 1
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Model:
        return kept(lambda: _draw(rng, 3 + difficulty // 2, 2 if difficulty < 7 else 3), _seeing_is_not_doing)

    def state(self, instance: Model, phrasing: int) -> str:
        tables = "; ".join(_table(mechanism) for mechanism in instance.mechanisms)
        x, y = instance.treatment, instance.outcome
        ending = "The final answer is a fraction p/q in lowest terms."
        if phrasing == 0:
            return (
                f"In a causal model all variables are 0 or 1, and each depends only on the variables after the bar in "
                f"its table, which are its direct causes: {tables}. Compute P({y}=1 | do({x}=1)). {ending}"
            )
        return (
            f"A machine switches its lamps on (1) or off (0) one after the other, each by chance according to lamps "
            f"switched before, which cause it: {tables}. Now somebody reaches in and will set {x} to 1 whatever its "
            f"causes say, all else working as before. What is then the probability that {y} is 1? {ending}"
        )

    def answer(self, instance: Model) -> FractionAnswer:
        return FractionAnswer(sum((weight for _, weight in _terms(instance)), Fraction(0)))

    def size(self, instance: Model) -> int:
        return len(instance.mechanisms)

    def read(self, problem: str) -> Model | None:
        return recognised(self, problem, _parse, _seeing_is_not_doing)

    def solve(self, instance: Model) -> WorkedSolution:
        """The truncated factorisation, over the causes of the outcome that are left when the treatment is set."""
        x, y = instance.treatment, instance.outcome
        relevant = [name for name in instance.names() if name in _ancestors(instance, y)]
        lines: list[WorkedLine] = []
        total = Fraction(0)
        terms = list(_terms(instance))
        for start in range(0, len(terms), _TERMS_PER_LINE):
            claims: list[Claim] = []
            for world, weight in terms[start : start + _TERMS_PER_LINE]:
                factors = [written(instance.of(name).chance(world)) for name in relevant if name != x]
                claims.append(equals(" * ".join(factors), weight))
                claims.append(equals(f"{written(total)} + {written(weight)}", total + weight))
                total += weight
            named = ", ".join(name for name in relevant if name not in {x, y}) or "no variable"
            lines.append(line(_TRUNCATED, f"Summing over {named}, with {x}=1 and {y}=1", *claims))
        return WorkedSolution(str(total), tuple(lines))

    def solve_again(self, instance: Model) -> str:
        """Adjusts for the direct causes of the treatment (back-door), from the whole joint distribution."""
        x, y = instance.treatment, instance.outcome
        joint = _joint(instance)
        result = Fraction(0)
        parents = instance.of(x).parents
        for setting in product((0, 1), repeat=len(parents)):
            given = dict(zip(parents, setting, strict=True))
            stratum = [(world, weight) for world, weight in joint if given.items() <= world.items()]
            treated = [(world, weight) for world, weight in stratum if world[x] == 1]
            success = sum((weight for world, weight in treated if world[y] == 1), Fraction(0))
            among = sum((weight for _, weight in treated), Fraction(0))
            result += sum((weight for _, weight in stratum), Fraction(0)) * success / among
        return str(result)

    def slip(self, instance: Model, rng: Random) -> str:
        """Answers P(y | x), or P(y)."""
        return str(rng.choice(_shortcuts(instance)))


_TRUNCATED = (
    "Setting the treatment cuts it off from its causes, so its own table drops out and the others are multiplied and "
    "summed; variables that do not lead to the outcome sum to 1."
)


def _table(mechanism: Mechanism) -> str:
    entries = []
    for setting, chance in zip(product((0, 1), repeat=len(mechanism.parents)), mechanism.chances, strict=True):
        given = ", ".join(f"{name}={value}" for name, value in zip(mechanism.parents, setting, strict=True))
        entries.append(f"P({mechanism.name}=1{f' | {given}' if given else ''}) = {chance}")
    return ", ".join(entries)


def _draw(rng: Random, count: int, most_causes: int) -> Model:
    names = rng.sample(ascii_uppercase, count)
    mechanisms = []
    for at, name in enumerate(names):
        causes = sorted(rng.sample(range(at), min(at, rng.randint(min(1, at), most_causes))))
        chances = tuple(Fraction(rng.randint(1, 9), 10) for _ in range(2 ** len(causes)))
        mechanisms.append(Mechanism(name, "".join(names[cause] for cause in causes), chances))
    treatment, outcome = rng.choice(list(combinations(names, 2)))
    return Model(tuple(mechanisms), treatment, outcome)


def _ancestors(model: Model, outcome: str) -> set[str]:
    """The outcome, the treatment if it leads there, and what leads there other than through the treatment."""
    found, waiting = {outcome}, [outcome]
    while waiting:
        name = waiting.pop()
        if name != model.treatment:
            fresh = [parent for parent in model.of(name).parents if parent not in found]
            found.update(fresh)
            waiting.extend(fresh)
    return found


def _terms(model: Model) -> Iterator[tuple[World, Fraction]]:
    """Each setting of the remaining causes with its weight, treatment and outcome at 1."""
    relevant = _ancestors(model, model.outcome)
    free = [name for name in model.names() if name in relevant - {model.treatment, model.outcome}]
    for setting in product((0, 1), repeat=len(free)):
        world = dict(zip(free, setting, strict=True)) | {model.treatment: 1, model.outcome: 1}
        factors = (model.of(name).chance(world) for name in (*free, model.outcome))
        yield world, math.prod(factors, start=Fraction(1))


def _joint(model: Model) -> list[tuple[World, Fraction]]:
    """Every world with its probability, built up variable by variable."""
    joint: list[tuple[World, Fraction]] = [({}, Fraction(1))]
    for mechanism in model.mechanisms:
        grown = []
        for past, weight in joint:
            for value in (0, 1):
                world = past | {mechanism.name: value}
                grown.append((world, weight * mechanism.chance(world)))
        joint = grown
    return joint


def _shortcuts(model: Model) -> tuple[Fraction, Fraction]:
    """P(y | x) and P(y)."""
    both = treated = success = Fraction(0)
    for world, weight in _joint(model):
        both += weight * world[model.treatment] * world[model.outcome]
        treated += weight * world[model.treatment]
        success += weight * world[model.outcome]
    return both / treated, success


def _seeing_is_not_doing(model: Model) -> bool:
    return sum((weight for _, weight in _terms(model)), Fraction(0)) not in _shortcuts(model)


def _parse(problem: str) -> Model | None:
    query = _QUERY.search(problem)
    if query is None:
        return None
    chances: dict[str, list[Fraction]] = {}
    parents: dict[str, str] = {}
    for name, given, above, below in _ENTRY.findall(problem):
        chances.setdefault(name, []).append(Fraction(int(above), max(1, int(below))))
        parents[name] = "".join(parent for parent, _ in _GIVEN.findall(given))
    mechanisms = tuple(Mechanism(name, parents[name], tuple(rows)) for name, rows in chances.items())
    return Model(mechanisms, query[2] or query[3], query[1] or query[4])
