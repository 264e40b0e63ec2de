import re
from collections.abc import Iterator
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_RULE = re.compile(r"a\(n\) = ((?:[0-9]{1,2} a\(n-[123]\)(?: \+ )?){2,3})")
_FACTOR = re.compile(r"([0-9]{1,2}) a\(n-[123]\)")
_STARTS = re.compile(r"a\([012]\) = ([0-9]{1,3})\b")
_INDEX = re.compile(r"a\(([0-9]{2,6})\)")
_MODULUS = re.compile(r"\b(?:modulo|divided by|mod) ([0-9]{2,4})\b")
_WAYS = (
    (
        "A sequence starts with {starts} and goes on by {rule} for n ≥ {order}. What remainder does a({index}) leave "
        "when it is divided by {modulus}? The final answer is one integer."
    ),
    (
        "Given {starts}, and from n = {order} on {rule}, compute a({index}) modulo {modulus}, as an integer from 0 "
        "to {last}. The final answer is one integer."
    ),
    (
        "The terms of a recurrence are {rule} for all n from {order} on, after the first terms {starts}. Reduce "
        "a({index}) mod {modulus} to the least non-negative residue. The final answer is one integer."
    ),
)


@frozen
class Recurrence:
    """a(n) = c₁·a(n − 1) + … + c_k·a(n − k), its order k being 2 or 3, and which term is wanted modulo what.

    Coefficients 1…99, first terms 0…999, index 10…50,000, modulus 10…9,999.
    """

    factors: tuple[int, ...]
    starts: tuple[int, ...]
    index: int
    modulus: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.factors) <= 3 or len(self.starts) != len(self.factors) or 0 in self.factors:
            raise ValueError("a recurrence has order 2 or 3, and as many first terms")
        if not 10 <= self.index <= 50_000 or not 10 <= self.modulus <= 9_999:
            raise ValueError("the index is 10…50,000 and the modulus 10…9,999")


class Recurrences:
    """The n-th term of a linear recurrence modulo m.

    Difficulty d: order 2 (from d = 6 on 3), an index of d + 5 binary digits, a modulus from 20 to 60 + 40d.
    Size: order times the binary digits of the index. Kept where the terms beside it, and the term at the index reduced
    modulo m, are other residues.
    """

    name: Final = "recurrences"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Recurrence:
        order = 2 if difficulty < 6 else 3

        def draw() -> Recurrence:
            return Recurrence(
                tuple(rng.randint(1, 9) for _ in range(order)),
                tuple(rng.randint(0, 9) for _ in range(order)),
                rng.randrange(2 ** (difficulty + 4), 2 ** (difficulty + 5)),
                rng.randint(20, 60 + 40 * difficulty),
            )

        return kept(draw, _index_matters)

    def state(self, instance: Recurrence, phrasing: int) -> str:
        terms = (f"{factor} a(n-{back})" for back, factor in enumerate(instance.factors, start=1))
        return _WAYS[phrasing].format(
            starts=", ".join(f"a({at}) = {start}" for at, start in enumerate(instance.starts)),
            rule=f"a(n) = {' + '.join(terms)}",
            order=len(instance.factors),
            index=instance.index,
            modulus=instance.modulus,
            last=instance.modulus - 1,
        )

    def answer(self, instance: Recurrence) -> IntegerAnswer:
        return IntegerAnswer(_term(instance, instance.index))

    def size(self, instance: Recurrence) -> int:
        return len(instance.factors) * instance.index.bit_length()

    def read(self, problem: str) -> Recurrence | None:
        return recognised(self, problem, _parse, _index_matters)

    def solve(self, instance: Recurrence) -> WorkedSolution:
        """Powers of x modulo the characteristic polynomial, by squaring (Fiduccia): xⁿ says how a(n) is made."""
        lines, power = [], [0]
        for exponent, power, claims in _powers(instance, instance.index):
            terms = ", ".join(map(str, power))
            lines.append(line(_SQUARE, f"x^{exponent} has the coefficients {terms} (constant term first)", *claims))
        last = list(zip(power, instance.starts, strict=True))
        lines.append(line("Put the first terms in the place of the powers of x.", "", _residue(last, instance.modulus)))
        return WorkedSolution(str(_combined(last, instance.modulus)), tuple(lines))

    def solve_again(self, instance: Recurrence) -> str:
        """Term after term."""
        return str(_stepped(instance))

    def slip(self, instance: Recurrence, rng: Random) -> str:
        """Takes a term beside it, or reduces the index modulo m."""
        wrong = (instance.index - 1, instance.index + 1, instance.index % instance.modulus)
        return str(_term(instance, rng.choice([index for index in wrong if index != instance.index])))


_SQUARE = (
    "Square the power of x (and multiply by x where the index has a binary 1), then replace x^k by the recurrence "
    "until only lower powers are left."
)


def _residue(pairs: list[tuple[int, int]], modulus: int) -> Claim:
    text = " + ".join(str(right) if left == 1 else f"{left} * {right}" for left, right in pairs)
    return equals(f"({text}) mod {modulus}", _combined(pairs, modulus))


def _combined(pairs: list[tuple[int, int]], modulus: int) -> int:
    return sum(left * right for left, right in pairs) % modulus


def _powers(recurrence: Recurrence, index: int) -> Iterator[tuple[int, list[int], list[Claim]]]:
    """Exponent, coefficients (constant first) and arithmetic of the powers of x on the way to `index` > 1."""
    order, modulus, rising = len(recurrence.factors), recurrence.modulus, recurrence.factors[::-1]
    power, exponent = [int(at == 1) for at in range(order)], 1
    for digit in bin(index)[3:]:
        claims: list[Claim] = []
        square = [0] * (2 * order - 1)
        for at in range(len(square)):
            pairs = [(power[low], power[at - low]) for low in range(order) if 0 <= at - low < order]
            square[at] = _combined(pairs, modulus)
            claims.append(_residue(pairs, modulus))
        for at in range(2 * order - 2, order - 1, -1):
            for place, factor in enumerate(rising, start=at - order):
                pairs = [(square[at], factor), (1, square[place])]
                claims.append(_residue(pairs, modulus))
                square[place] = _combined(pairs, modulus)
        power, exponent = square[:order], 2 * exponent
        if digit == "1":
            shifted = [
                [(power[-1], factor), (1, below)] for factor, below in zip(rising, [0, *power[:-1]], strict=True)
            ]
            claims += [_residue(pairs, modulus) for pairs in shifted]
            power, exponent = [_combined(pairs, modulus) for pairs in shifted], exponent + 1
        yield exponent, power, claims


def _term(recurrence: Recurrence, index: int) -> int:
    if index < len(recurrence.starts):
        return recurrence.starts[index] % recurrence.modulus
    *_, (_, power, _) = _powers(recurrence, index)
    return _combined(list(zip(power, recurrence.starts, strict=True)), recurrence.modulus)


def _stepped(recurrence: Recurrence) -> int:
    modulus = recurrence.modulus
    first, second, third = (*recurrence.factors, 0)[:3]
    if third:
        before, now, after = recurrence.starts
        for _ in range(recurrence.index):
            before, now, after = now, after, (first * after + second * now + third * before) % modulus
    else:
        before, now = recurrence.starts
        for _ in range(recurrence.index):
            before, now = now, (first * now + second * before) % modulus
    return before % modulus


def _index_matters(recurrence: Recurrence) -> bool:
    index, modulus = recurrence.index, recurrence.modulus
    others = {index - 1, index + 1, index % modulus} - {index}
    right = _term(recurrence, index)
    return all(_term(recurrence, other) != right for other in others)


def _parse(problem: str) -> Recurrence | None:
    rule, index, modulus = _RULE.search(problem), _INDEX.search(problem), _MODULUS.search(problem)
    if rule is None or index is None or modulus is None:
        return None
    factors = tuple(int(factor) for factor in _FACTOR.findall(rule[1]))
    starts = tuple(int(start) for start in _STARTS.findall(problem)[:4])
    return Recurrence(factors, starts, int(index[1]), int(modulus[1]))
