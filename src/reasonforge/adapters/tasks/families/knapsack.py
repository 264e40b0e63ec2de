import re
from fractions import Fraction
from itertools import combinations
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
)
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_CAPACITY = re.compile(r"\b(?:at most|limit of) ([0-9]{1,4}) kg")
_ITEM = re.compile(r"([A-P]): ([0-9]{1,3}) kg, ([0-9]{1,3}) coins")
_LABELS = "ABCDEFGHIJKLMNOP"


@frozen
class Sack:
    """Things of positive weight and value, 2 to 16 of them, and how much weight can be carried."""

    capacity: int
    weights: tuple[int, ...]
    values: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        things = list(zip(self.weights, self.values, strict=True))
        if not 2 <= len(things) <= len(_LABELS) or any(weight < 1 or value < 1 for weight, value in things):
            raise ValueError("a sack has 2 to 16 things of positive weight and value")
        if not 1 <= self.capacity <= 9_999:
            raise ValueError("a sack carries 1 to 9,999")


class Knapsack:
    """The greatest value of things that can be carried together (0/1 knapsack).

    Difficulty d: d + 3 things, weights from 3 to 14 + 2d, about half of the total weight can be carried.
    Size: the number of things. Kept where taking things by value per weight, and by value, both give less.
    """

    name: Final = "knapsack"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Sack:
        def draw() -> Sack:
            count = difficulty + 3
            weights = tuple(rng.randint(3, 14 + 2 * difficulty) for _ in range(count))
            values = tuple(weight + rng.randint(1, 12) for weight in weights)
            return Sack(sum(weights) * rng.randint(40, 60) // 100, weights, values)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Sack, phrasing: int) -> str:
        things = "; ".join(
            f"{label}: {weight} kg, {value} coins"
            for label, weight, value in zip(_LABELS, instance.weights, instance.values, strict=False)
        )
        if phrasing == 0:
            return (
                f"A courier can carry at most {instance.capacity} kg. These parcels pay on delivery: {things}. "
                "A parcel is taken whole or not at all. What is the most coins one trip can earn? "
                "The final answer is one integer."
            )
        return (
            f"Choose a set of items under a weight limit of {instance.capacity} kg so that their total value is as "
            f"great as possible; each item exists once and cannot be divided. Items: {things}. "
            "State the greatest total value in coins. The final answer is one integer."
        )

    def answer(self, instance: Sack) -> IntegerAnswer:
        return IntegerAnswer(_best(instance)[0])

    def size(self, instance: Sack) -> int:
        return len(instance.weights)

    def read(self, problem: str) -> Sack | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Sack) -> WorkedSolution:
        """Keeps, thing after thing, the best value for every total weight; then adds up the best set."""
        best, chosen = _best(instance)
        lines = [
            WorkedLine(
                "Going through the things one by one, keep for each total weight the greatest value that reaches it.",
                f"Of all sets that weigh at most {instance.capacity} kg, "
                f"{', '.join(_LABELS[thing] for thing in chosen)} has the greatest value.",
            ),
            _total("The set can be carried.", "weight", [instance.weights[thing] for thing in chosen]),
            _total("Its values add up to the answer.", "value", [instance.values[thing] for thing in chosen]),
        ]
        return WorkedSolution(str(best), tuple(lines))

    def solve_again(self, instance: Sack) -> str:
        """Tries every set of things."""
        things = range(len(instance.weights))
        sets = (chosen for size in range(len(things) + 1) for chosen in combinations(things, size))
        fitting = (chosen for chosen in sets if sum(instance.weights[thing] for thing in chosen) <= instance.capacity)
        return str(max(sum(instance.values[thing] for thing in chosen) for chosen in fitting))

    def slip(self, instance: Sack, rng: Random) -> str:
        """Takes things greedily, by value per weight or by value."""
        return str(_greedy(instance, by_density=rng.random() < 0.5))


def _total(idea: str, what: str, numbers: list[int]) -> WorkedLine:
    claims: list[Claim] = []
    total = numbers[0]
    for number in numbers[1:]:
        claims.append(equals(f"{total} + {number}", total + number))
        total += number
    return line(idea, f"Total {what}", *claims)


def _best(sack: Sack) -> tuple[int, tuple[int, ...]]:
    """The greatest value and one set that reaches it; of equal ones the one that is found first."""
    reached: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for thing, (weight, value) in enumerate(zip(sack.weights, sack.values, strict=True)):
        for before, (worth, chosen) in sorted(reached.items(), reverse=True):
            after = before + weight
            if after <= sack.capacity and reached.get(after, (-1,))[0] < worth + value:
                reached[after] = (worth + value, (*chosen, thing))
    return max(reached.values(), key=lambda found: found[0])


def _greedy(sack: Sack, *, by_density: bool) -> int:
    things = list(zip(sack.weights, sack.values, strict=True))
    things.sort(key=lambda thing: Fraction(thing[1], thing[0] if by_density else 1), reverse=True)
    free, worth = sack.capacity, 0
    for weight, value in things:
        if weight <= free:
            free, worth = free - weight, worth + value
    return worth


def _shortcuts_fail(sack: Sack) -> bool:
    best, chosen = _best(sack)
    greedy = max(_greedy(sack, by_density=True), _greedy(sack, by_density=False))
    return len(chosen) > 1 and 0 < greedy < best


def _parse(problem: str) -> Sack | None:
    capacity = _CAPACITY.search(problem)
    things = _ITEM.findall(problem)
    if capacity is None:
        return None
    return Sack(int(capacity[1]), tuple(int(weight) for _, weight, _ in things), tuple(int(v) for _, _, v in things))
