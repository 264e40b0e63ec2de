import re
from fractions import Fraction
from itertools import product
from random import Random
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

_FREQUENCY = re.compile(r"frequency 1/([1-9][0-9]?)\b")
_UNION = re.compile(r"([A-F]) has ([0-9]) healthy child(?:ren)? besides ([B-F]|the expected one)")
_LINE = "ABCDEF"


@frozen
class Pedigree:
    """A line of 1 to 5 healthy people, each the child of the one before and of a healthy stranger.

    The allele's frequency among strangers is 1 / `rarity`; `siblings` says for each of the line how many healthy
    children it has besides the next of the line (the last: besides the child that is expected).
    """

    rarity: int
    siblings: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.siblings) < len(_LINE) or self.rarity < 2:
            raise ValueError("a pedigree has 1 to 5 generations, and a rarity of at least 2")

    def stranger(self) -> Fraction:
        """The chance that a healthy stranger is a carrier: 2·p·q / (1 - q²) = 2·q / (1 + q), by Hardy and Weinberg."""
        return Fraction(2, self.rarity + 1)


class PedigreeRisk:
    """The risk of a recessive disease at the end of a pedigree whose people have healthy children.

    Difficulty d: 1 + d/3 generations (rounded down), and d + 1 healthy children beside them. Size: people observed.
    Kept where neither forgetting the healthy children, nor halving the chance to carry in every generation, is right.
    """

    name: Final = "pedigree"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Pedigree:
        generations = 1 + difficulty // 3

        def draw() -> Pedigree:
            siblings = [0] * generations
            for _ in range(difficulty + 1):
                siblings[rng.randrange(generations)] += 1
            return Pedigree(rng.randint(2, 99), tuple(siblings))

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Pedigree, phrasing: int) -> str:
        last = len(instance.siblings) - 1
        unions = "; ".join(
            f"{_LINE[at]} has {count} healthy {'child' if count == 1 else 'children'} besides "
            f"{'the expected one' if at == last else _LINE[at + 1]}"
            for at, count in enumerate(instance.siblings)
        )
        strangers = f"frequency 1/{instance.rarity}"
        ending = "The final answer is a fraction p/q in lowest terms."
        if phrasing == 0:
            return (
                "A disease is autosomal recessive and fully penetrant. A is healthy, as are both parents of A, but a "
                f"brother of A has it. {unions}. All the people named by letters are healthy, and so are their "
                f"unrelated partners, from a population in Hardy–Weinberg equilibrium with allele {strangers}. "
                f"With what probability will the expected child have the disease? {ending}"
            )
        if phrasing == 1:
            return (
                f"In a large randomly mating population an allele has {strangers}; whoever has two copies of it is "
                "ill, all others are healthy. Two healthy people have an ill son and a healthy daughter A. From A a "
                f"line of healthy people descends, each with a healthy unrelated partner of that population: {unions}. "
                f"What is the probability that the expected child is ill, given all this? {ending}"
            )
        return (
            f"A genetic counsellor notes: recessive autosomal illness, allele {strangers}, Hardy–Weinberg proportions; "
            "A healthy, A's parents healthy, A's sister ill; every partner healthy and from outside the family; each "
            f"lettered person healthy. {unions}. State the exact risk of the expected child. {ending}"
        )

    def answer(self, instance: Pedigree) -> FractionAnswer:
        return FractionAnswer(Fraction(self.solve(instance).final_answer))

    def size(self, instance: Pedigree) -> int:
        return sum(instance.siblings) + len(instance.siblings)

    def read(self, problem: str) -> Pedigree | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Pedigree) -> WorkedSolution:
        """Bayes' rule generation by generation: chance to carry, evidence of healthy children, chance of the next."""
        stranger = instance.stranger()
        known = equals(f"2 / ({instance.rarity} + 1)", stranger)
        lines = [line("A healthy stranger carries with 2·q / (1 + q).", f"{stranger} of the partners carry", known)]
        lines.append(WorkedLine("Of a carriers' healthy children two thirds carry.", "A carries with probability 2/3."))
        carrier, risk = Fraction(2, 3), Fraction(0)
        for at, children in enumerate(instance.siblings):
            both = carrier * stranger
            one = carrier * (1 - stranger) + stranger * (1 - carrier)
            last = at == len(instance.siblings) - 1
            seen = children if last else children + 1
            c, s = written(carrier), written(stranger)
            weight = both * Fraction(3, 4) ** seen
            updated = weight / (weight + 1 - both)
            claims = [
                equals(f"{c} * {s}", both),
                equals(f"{written(both)} * (3/4) ^ {seen}", weight),
                equals(f"{written(weight)} / ({written(weight)} + 1 - {written(both)})", updated),
            ]
            if last:
                risk = updated / 4
                claims.append(equals(f"{written(updated)} / 4", risk))
            else:
                alone = one / (weight + 1 - both)
                claims += [
                    equals(f"{c} * (1 - {s}) + {s} * (1 - {c})", one),
                    equals(f"{written(one)} / ({written(weight)} + 1 - {written(both)})", alone),
                    equals(f"{written(updated)} * 2 / 3 + {written(alone)} / 2", updated * 2 / 3 + alone / 2),
                ]
                carrier = updated * 2 / 3 + alone / 2
            facts = f"{_LINE[at]} and partner both carry with {updated}, after {seen} healthy children"
            lines.append(line(_BAYES, facts, *claims))
        return WorkedSolution(str(risk), tuple(lines))

    def solve_again(self, instance: Pedigree) -> str:
        """Sums over every genotype (0 to 2 copies) of A, of the line and of the partners."""
        return str(_enumerated(instance, instance.siblings))

    def slip(self, instance: Pedigree, rng: Random) -> str:
        """Forgets the healthy children, or halves the chance to carry in every generation."""
        return str(rng.choice(_shortcuts(instance)))


_BAYES = (
    "Where both carry, each child is healthy with probability 3/4, else surely; a healthy child of two carriers "
    "carries with 2/3, of one with 1/2."
)


def _gamete(copies: int) -> Fraction:
    """The chance that a parent with so many copies of the allele hands it on."""
    return Fraction(copies, 2)


def _enumerated(pedigree: Pedigree, siblings: tuple[int, ...]) -> Fraction:
    q = Fraction(1, pedigree.rarity)
    population = ((1 - q) ** 2, 2 * q * (1 - q))
    people = Fraction(1, 4), Fraction(1, 2)
    for at, children in enumerate(siblings):
        weights = [Fraction(0), Fraction(0)]
        ill = total = Fraction(0)
        for copies, partner in product(range(2), repeat=2):
            mine, other = _gamete(copies), _gamete(partner)
            seen = people[copies] * population[partner] * (1 - mine * other) ** children
            total += seen
            ill += seen * mine * other
            weights[0] += seen * (1 - mine) * (1 - other)
            weights[1] += seen * (mine * (1 - other) + other * (1 - mine))
        if at == len(siblings) - 1:
            return ill / total
        people = weights[0], weights[1]
    raise ValueError("a pedigree has at least one generation")


def _shortcuts(pedigree: Pedigree) -> tuple[Fraction, Fraction]:
    halved = Fraction(2, 3) / 2 ** (len(pedigree.siblings) - 1)
    return _enumerated(pedigree, (0,) * len(pedigree.siblings)), halved * pedigree.stranger() / 4


def _shortcuts_fail(pedigree: Pedigree) -> bool:
    return _enumerated(pedigree, pedigree.siblings) not in _shortcuts(pedigree)


def _parse(problem: str) -> Pedigree | None:
    rarity = _FREQUENCY.search(problem)
    siblings = tuple(int(count) for _, count, _ in _UNION.findall(problem))
    return Pedigree(int(rarity[1]), siblings) if rarity else None
