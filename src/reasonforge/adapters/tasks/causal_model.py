"""Causal models of binary variables with exact tables: how they are drawn, told, read back and computed with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from random import Random
from string import ascii_uppercase

from attrs import frozen

MOST_VARIABLES, MOST_PARENTS = 8, 3
_ENTRY = re.compile(r"P\(([A-Z])=1((?: \||,)? ?[^)]*)\) = ([0-9]{1,3})/([0-9]{1,3})")
_GIVEN = re.compile(r"([A-Z])=([01])")
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

    Asked is something about what the treatment does to the outcome.
    """

    mechanisms: tuple[Mechanism, ...]
    treatment: str
    outcome: str

    def __attrs_post_init__(self) -> None:
        before = ""
        for mechanism in self.mechanisms:
            parents = mechanism.parents
            if mechanism.name in before or len(parents) > MOST_PARENTS or not set(parents) <= set(before):
                message = f"a variable has at most {MOST_PARENTS} causes, all before it, and is there once"
                raise ValueError(message)
            if len(mechanism.chances) != 2 ** len(parents) or not all(0 < chance < 1 for chance in mechanism.chances):
                raise ValueError("a mechanism has one chance strictly between 0 and 1 for each setting of its causes")
            before += mechanism.name
        if not 3 <= len(before) <= MOST_VARIABLES or not {self.treatment, self.outcome} <= set(before):
            message = f"a model has 3 to {MOST_VARIABLES} variables, the treatment and the outcome among them"
            raise ValueError(message)
        if self.treatment == self.outcome:
            raise ValueError("the treatment is not the outcome")

    def names(self) -> str:
        """The variables, causes before effects."""
        return "".join(mechanism.name for mechanism in self.mechanisms)

    def of(self, name: str) -> Mechanism:
        """The mechanism of a variable."""
        return next(mechanism for mechanism in self.mechanisms if mechanism.name == name)

    def ancestors(self, name: str, *, past_treatment: bool = True) -> set[str]:
        """The variable and what leads to it; with `past_treatment` false, other than through the treatment."""
        found, waiting = {name}, [name]
        while waiting:
            at = waiting.pop()
            if past_treatment or at != self.treatment:
                fresh = [parent for parent in self.of(at).parents if parent not in found]
                found.update(fresh)
                waiting.extend(fresh)
        return found


def tables(model: Model) -> str:
    """The tables of all mechanisms, as a statement tells them."""
    return "; ".join(_table(mechanism) for mechanism in model.mechanisms)


def _table(mechanism: Mechanism) -> str:
    entries = []
    for setting, chance in zip(product((0, 1), repeat=len(mechanism.parents)), mechanism.chances, strict=True):
        given = ", ".join(f"{name}={value}" for name, value in zip(mechanism.parents, setting, strict=True))
        entries.append(f"P({mechanism.name}=1{f' | {given}' if given else ''}) = {chance}")
    return ", ".join(entries)


def read_tables(problem: str) -> tuple[Mechanism, ...]:
    """The mechanisms whose tables stand in a text; lenient, to be stated again and compared."""
    chances: dict[str, list[Fraction]] = {}
    parents: dict[str, str] = {}
    for name, given, above, below in _ENTRY.findall(problem):
        chances.setdefault(name, []).append(Fraction(int(above), max(1, int(below))))
        parents[name] = "".join(parent for parent, _ in _GIVEN.findall(given))
    return tuple(Mechanism(name, parents[name], tuple(rows)) for name, rows in chances.items())


def drawn_model(rng: Random, count: int, most_causes: int) -> Model:
    """A random graph with chances in tenths, and two of its variables, the earlier one as the treatment."""
    names = rng.sample(ascii_uppercase, count)
    mechanisms = []
    for at, name in enumerate(names):
        causes = sorted(rng.sample(range(at), min(at, rng.randint(min(1, at), most_causes))))
        chances = tuple(Fraction(rng.randint(1, 9), 10) for _ in range(2 ** len(causes)))
        mechanisms.append(Mechanism(name, "".join(names[cause] for cause in causes), chances))
    treatment, outcome = rng.choice(list(combinations(names, 2)))
    return Model(tuple(mechanisms), treatment, outcome)


def joint(model: Model) -> list[tuple[World, Fraction]]:
    """Every world with its probability, built up variable by variable."""
    worlds: list[tuple[World, Fraction]] = [({}, Fraction(1))]
    for mechanism in model.mechanisms:
        grown = []
        for past, weight in worlds:
            for value in (0, 1):
                world = past | {mechanism.name: value}
                grown.append((world, weight * mechanism.chance(world)))
        worlds = grown
    return worlds


def probability(
    worlds: Sequence[tuple[World, Fraction]], event: Mapping[str, int], given: Mapping[str, int] | None = None
) -> Fraction:
    """P(event | given) in a joint distribution; the given has a positive probability."""
    stratum = [(world, weight) for world, weight in worlds if (given or {}).items() <= world.items()]
    whole = sum((weight for _, weight in stratum), Fraction(0))
    return sum((weight for world, weight in stratum if event.items() <= world.items()), Fraction(0)) / whole


def settings(names: Sequence[str]) -> Iterator[World]:
    """Every assignment of 0 and 1 to the names, the last one fastest."""
    for setting in product((0, 1), repeat=len(names)):
        yield dict(zip(names, setting, strict=True))


def truncated_factors(model: Model, value: int) -> Iterator[tuple[Fraction, ...]]:
    """The truncated factorisation: products whose sum is P(outcome = 1 | do(treatment = value))."""
    relevant = model.ancestors(model.outcome, past_treatment=False) - {model.treatment, model.outcome}
    free = [name for name in model.names() if name in relevant]
    for setting in settings(free):
        world = setting | {model.treatment: value, model.outcome: 1}
        yield tuple(model.of(name).chance(world) for name in (*free, model.outcome))


def adjusted(model: Model, worlds: Sequence[tuple[World, Fraction]], value: int, given: Mapping[str, int]) -> Fraction:
    """P(outcome = 1 had the treatment been `value` | given), by adjusting for the direct causes of the treatment.

    The given holds nothing that the treatment leads to, but may hold the treatment itself.
    """
    result = Fraction(0)
    for setting in settings(model.of(model.treatment).parents):
        success = probability(worlds, {model.outcome: 1}, setting | {model.treatment: value})
        result += probability(worlds, setting, given) * success
    return result
