import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any, Final

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
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.solver import CHECK, solver_artefact
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
    version: Final = 2
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
                f"A parcel is taken whole or not at all. What is the most coins one trip can earn? {_ENDING}"
            )
        return (
            f"Choose a set of items under a weight limit of {instance.capacity} kg so that their total value is as "
            f"great as possible; each item exists once and cannot be divided. Items: {things}. "
            f"State the greatest total value in coins. {_ENDING}"
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
        return WorkedSolution(str(best), tuple(lines), _taking(instance, chosen))

    def solve_again(self, instance: Sack) -> str:
        """Tries every set of things."""
        things = range(len(instance.weights))
        sets = (chosen for size in range(len(things) + 1) for chosen in combinations(things, size))
        fitting = (chosen for chosen in sets if sum(instance.weights[thing] for thing in chosen) <= instance.capacity)
        return str(max(sum(instance.values[thing] for thing in chosen) for chosen in fitting))

    def slip(self, instance: Sack, rng: Random) -> str:
        """Takes things greedily, by value per weight or by value."""
        return str(_worth(instance, _greedy(instance, by_density=rng.random() < 0.5)))

    def checks(self, instance: Sack) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return (CHECK,)

    def artefacts(self, instance: Sack) -> tuple[ArtefactSpecification, ...]:
        best, chosen = _best(instance)
        things = _LABELS[: len(instance.weights)]
        asked = solver_artefact(
            things,
            "max",
            dict(zip(things, instance.values, strict=True)),
            [
                {
                    "name": "weight",
                    "terms": dict(zip(things, instance.weights, strict=True)),
                    "relation": "<=",
                    "bound": instance.capacity,
                }
            ],
            solution=_taking(instance, chosen)[CHECK]["x"],
            upper=dict.fromkeys(things, 1),
            integers=things,
            optimum=best,
        )
        return (asked,)

    def go_wrong(self, instance: Sack, rng: Random) -> WorkedSolution:
        """Takes what a greedy choice takes."""
        chosen = _greedy(instance, by_density=rng.random() < 0.5)
        return ended_in(self.solve(instance), str(_worth(instance, chosen)), _taking(instance, chosen))


_ENDING = (
    "The final answer is one integer. The artefact `solver` says what is taken: 1 for each letter that is, and 0 for "
    "each that is not."
)


def _taking(sack: Sack, chosen: Collection[int]) -> Mapping[str, Any]:
    """The artefact that says which things are taken."""
    return {CHECK: {"x": {label: int(at in chosen) for at, label in enumerate(_LABELS[: len(sack.weights)])}}}


def _worth(sack: Sack, chosen: Collection[int]) -> int:
    return sum(sack.values[thing] for thing in chosen)


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


def _greedy(sack: Sack, *, by_density: bool) -> list[int]:
    """What is taken by value, or by value per weight, as long as it fits."""
    things = sorted(
        range(len(sack.weights)),
        key=lambda thing: Fraction(sack.values[thing], sack.weights[thing] if by_density else 1),
        reverse=True,
    )
    free, taken = sack.capacity, []
    for thing in things:
        if sack.weights[thing] <= free:
            free -= sack.weights[thing]
            taken.append(thing)
    return taken


def _shortcuts_fail(sack: Sack) -> bool:
    best, chosen = _best(sack)
    greedy = max(_worth(sack, _greedy(sack, by_density=by_density)) for by_density in (True, False))
    return len(chosen) > 1 and 0 < greedy < best


def _parse(problem: str) -> Sack | None:
    capacity = _CAPACITY.search(problem)
    things = _ITEM.findall(problem)
    if capacity is None:
        return None
    return Sack(int(capacity[1]), tuple(int(weight) for _, weight, _ in things), tuple(int(v) for _, _, v in things))
