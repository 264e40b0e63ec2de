import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.sum_of_products import sum_of_products
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline

_EQUATION = re.compile(
    r"\b([A-Z]) = (?:(?:\(([A-Z]) (and|or|xor) ([A-Z])\)|([A-Z])) (and|or|xor) )?"
    r"([a-z]), P\([a-z]=1\) = ([0-9])/(10|5|2)"
)
_QUERY = re.compile(r"for X as ([A-Z]) and Y as ([A-Z])\b")
_KINDS = {
    "necessity": "among the cases with X=1 and Y=1, the share in which Y would have been 0 had X been 0",
    "sufficiency": "among the cases with X=0 and Y=0, the share in which Y would have been 1 had X been 1",
    "necessity and sufficiency": "the share of all cases in which Y would be 1 with X set to 1, and 0 with X set to 0",
}
_MOST_VARIABLES = 7
_GATES = ("and", "or", "xor")


@frozen
class Gate:
    """variable = (cause inner cause) outer own coin; one cause has no inner gate, none has no outer one either."""

    name: str
    causes: str
    inner: str
    outer: str
    chance: Fraction

    def value(self, values: Mapping[str, int], coin: int) -> int:
        """What it comes to, from its causes' values and its coin."""
        if not self.causes:
            return coin
        first = values[self.causes[0]]
        return _gate(self.outer, _gate(self.inner, first, values[self.causes[1]]) if self.inner else first, coin)


@frozen
class Circuit:
    """3 to 7 gates, causes first; the kind of probability that is asked for, and the variables that are X and Y."""

    gates: tuple[Gate, ...]
    kind: str
    treatment: str
    outcome: str

    def __attrs_post_init__(self) -> None:
        before: set[str] = set()
        for gate in self.gates:
            if gate.name in before or not set(gate.causes) <= before or not 0 < gate.chance < 1:
                raise ValueError("a gate is there once, its causes before it, its coin uncertain")
            if len(set(gate.causes)) != len(gate.causes) or (len(gate.causes) == 2) != bool(gate.inner):
                raise ValueError("two causes, which differ, go through an inner gate")
            before.add(gate.name)
        if self.kind not in _KINDS or not 3 <= len(before) <= _MOST_VARIABLES:
            raise ValueError("there are 3 to 7 gates, and a known question")
        if self.treatment == self.outcome or not {self.treatment, self.outcome} <= before:
            raise ValueError("the treatment and the outcome are two of the gates")


class Necessity:
    """The probability of necessity, of sufficiency, or of both, in a deterministic model with independent coins.

    After Pearl (2009, chapter 9). Difficulty d: 3 + d/3 variables (rounded down), up to two causes each, gates and, or,
    xor. Size: the number of variables. Kept where the answer is neither 0 nor 1, and is not what the observed
    frequencies would give if X were unconfounded and never harmful (the excess risk ratio, for necessity).
    """

    name: Final = "necessity"
    version: Final = 1
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Circuit:
        kind = rng.choice(sorted(_KINDS))
        return kept(lambda: _draw(rng, kind, 3 + difficulty // 3), _shortcut_fails)

    def state(self, instance: Circuit, phrasing: int) -> str:
        told = "; ".join(_told(gate) for gate in instance.gates)
        query = f"for X as {instance.treatment} and Y as {instance.outcome}"
        meaning = f"the probability of {instance.kind}, which is {_KINDS[instance.kind]}"
        ending = "The final answer is a fraction p/q in lowest terms."
        return (
            (
                f"Every variable is 0 or 1 and follows from its direct causes and from a coin of its own (the small "
                f"letter); the coins are independent: {told}. Here xor means that exactly one of the two is 1. "
                f"Compute, {query}, {meaning}. {ending}"
            ),
            (
                f"In a deterministic model the only chance is in the coins, one to a variable and independent, written "
                f"as small letters: {told} (xor: exactly one of both). Asked is, {query}, {meaning}. {ending}"
            ),
            (
                f"Find, {query}, {meaning}. The variables are wired like this, small letters being independent coins "
                f"that keep their side when a variable is changed from outside, xor meaning one but not both: {told}. "
                f"{ending}"
            ),
        )[phrasing]

    def answer(self, instance: Circuit) -> FractionAnswer:
        return FractionAnswer(Fraction(self.solve(instance).final_answer))

    def size(self, instance: Circuit) -> int:
        return len(instance.gates)

    def read(self, problem: str) -> Circuit | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Circuit) -> WorkedSolution:
        """Sums over all ways the coins can fall, in each of which both actual and counterfactual values are fixed."""
        good: list[tuple[Fraction, ...]] = []
        bad: list[tuple[Fraction, ...]] = []
        for coins, factors in _falls(instance):
            evident, holds = _case(instance, coins)
            if evident:
                (good if holds else bad).append(factors)
        share, lines = sum_of_products(_COINS, "falls in which it holds", good)
        if instance.kind == "necessity and sufficiency":
            return WorkedSolution(str(share), tuple(lines))
        rest, more = sum_of_products(_COINS, "falls with the evidence in which it does not hold", bad)
        result = share / (share + rest)
        last = line(_BAYES, "", equals(f"{written(share)} / ({written(share)} + {written(rest)})", result))
        return WorkedSolution(str(result), (*lines, *more, last))

    def solve_again(self, instance: Circuit) -> str:
        """Carries the distribution of actual and both counterfactual values through the gates (twin network)."""
        return str(_by_twins(instance))

    def slip(self, instance: Circuit, rng: Random) -> str:
        """Reads it off the observed frequencies, or answers the complement."""
        right = Fraction(self.solve(instance).final_answer)
        wrong = _observed(instance)
        return str(wrong if rng.random() < 0.7 or 1 - right == right else 1 - right)


_COINS = "The coins settle everything; multiply the chances of their sides, and add up the falls that count."
_BAYES = "Divide by the chance of the evidence."


def _gate(kind: str, one: int, other: int) -> int:
    return {"and": one & other, "or": one | other, "xor": one ^ other}[kind]


def _told(gate: Gate) -> str:
    inside = f"({gate.causes[0]} {gate.inner} {gate.causes[1]})" if gate.inner else gate.causes
    before = f"{inside} {gate.outer} " if gate.causes else ""
    coin = gate.name.lower()
    return f"{gate.name} = {before}{coin}, P({coin}=1) = {gate.chance}"


def _falls(circuit: Circuit) -> Iterator[tuple[tuple[int, ...], tuple[Fraction, ...]]]:
    """Every way the coins can fall, and the chances of their sides."""
    for coins in product((0, 1), repeat=len(circuit.gates)):
        yield (
            coins,
            tuple(gate.chance if coin else 1 - gate.chance for gate, coin in zip(circuit.gates, coins, strict=True)),
        )


def _values(circuit: Circuit, coins: tuple[int, ...], treatment: int | None = None) -> dict[str, int]:
    values: dict[str, int] = {}
    for gate, coin in zip(circuit.gates, coins, strict=True):
        is_set = treatment is not None and gate.name == circuit.treatment
        values[gate.name] = treatment if is_set and treatment is not None else gate.value(values, coin)
    return values


def _case(circuit: Circuit, coins: tuple[int, ...]) -> tuple[bool, bool]:
    """Whether the evidence is there, and whether what is asked for holds."""
    x, y = circuit.treatment, circuit.outcome
    actual = _values(circuit, coins)
    zero, one = (_values(circuit, coins, value)[y] for value in (0, 1))
    return _judged(circuit.kind, actual[x], actual[y], zero, one)


def _judged(kind: str, x: int, y: int, zero: int, one: int) -> tuple[bool, bool]:
    match kind:
        case "necessity":
            return x == y == 1, zero == 0
        case "sufficiency":
            return x == y == 0, one == 1
        case _:
            return True, one > zero


def _by_twins(circuit: Circuit) -> Fraction:
    states: dict[tuple[tuple[int, int, int], ...], Fraction] = {(): Fraction(1)}
    names = [gate.name for gate in circuit.gates]
    for gate in circuit.gates:
        grown: dict[tuple[tuple[int, int, int], ...], Fraction] = {}
        for state, weight in states.items():
            worlds = [dict(zip(names, column, strict=False)) for column in zip(*state, strict=True)] or [{}, {}, {}]
            for coin, chance in ((0, 1 - gate.chance), (1, gate.chance)):
                actual, zero, one = (gate.value(world, coin) for world in worlds)
                triple = (actual, 0, 1) if gate.name == circuit.treatment else (actual, zero, one)
                key = (*state, triple)
                grown[key] = grown.get(key, Fraction(0)) + weight * chance
        states = grown
    evident = holding = Fraction(0)
    x, y = names.index(circuit.treatment), names.index(circuit.outcome)
    for state, weight in states.items():
        has_evidence, holds = _judged(circuit.kind, state[x][0], *state[y])
        evident += weight * has_evidence
        holding += weight * (has_evidence and holds)
    return holding / evident


def _observed(circuit: Circuit) -> Fraction:
    """What the frequencies would give under exogeneity and monotonicity; 0 where x or y is always the same."""
    mass = {(x, y): Fraction(0) for x in (0, 1) for y in (0, 1)}
    for coins, factors in _falls(circuit):
        values = _values(circuit, coins)
        weight = Fraction(1)
        for factor in factors:
            weight *= factor
        mass[values[circuit.treatment], values[circuit.outcome]] += weight
    if not all(mass[x, 0] + mass[x, 1] for x in (0, 1)):
        return Fraction(0)
    one, zero = (mass[x, 1] / (mass[x, 0] + mass[x, 1]) for x in (1, 0))
    divisor = {"necessity": one, "sufficiency": 1 - zero}.get(circuit.kind, Fraction(1))
    return (one - zero) / divisor if divisor else Fraction(0)


def _shortcut_fails(circuit: Circuit) -> bool:
    cases = [_case(circuit, coins) for coins, _ in _falls(circuit)]
    decided = {holds for evident, holds in cases if evident}
    return decided == {True, False} and _by_twins(circuit) != _observed(circuit)


def _draw(rng: Random, kind: str, count: int) -> Circuit:
    names = rng.sample(ascii_uppercase, count)
    gates = []
    for at, name in enumerate(names):
        causes = "".join(rng.sample(names[:at], min(at, rng.randint(1, 2))))
        inner = rng.choice(_GATES) if len(causes) == 2 else ""
        outer = rng.choice(_GATES) if causes else ""
        gates.append(Gate(name, causes, inner, outer, Fraction(rng.choice((1, 2, 3, 4, 6, 7, 8, 9)), 10)))
    return Circuit(tuple(gates), kind, rng.choice(names[:-1]), names[-1])


def _parse(problem: str) -> Circuit | None:
    query = _QUERY.search(problem)
    kind = next((kind for kind, meaning in _KINDS.items() if meaning in problem), None)
    if query is None or kind is None:
        return None
    gates = tuple(
        Gate(name, f"{first}{second}{only}", inner, outer, Fraction(int(above), int(below)))
        for name, first, inner, second, only, outer, _, above, below in _EQUATION.findall(problem)
    )
    return Circuit(gates, kind, query[1], query[2])
