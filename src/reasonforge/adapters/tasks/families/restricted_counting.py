import math
import re
from collections import Counter
from itertools import combinations
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_TOTAL = re.compile(r"\b([0-9]{1,3}) (?:equal|identical|indistinguishable)")
_BOX = re.compile(r"[A-H]: ([0-9]{1,2}) to ([0-9]{1,2})\b")
_LABELS = "ABCDEFGH"
_WAYS = (
    (
        "In how many ways can {} identical balls be put into boxes so that every box holds a number of balls within "
        "its limits? The boxes are different; their limits are {}. The final answer is one integer."
    ),
    (
        "A charity hands out all of {} indistinguishable coins to people, each of whom takes no fewer and no more "
        "than stated: {}. Count the distributions, which differ when anyone gets another number of coins. The final "
        "answer is one integer."
    ),
    (
        "Count the ways to split {} equal units of work among machines that must each do a whole number of units in "
        "a given range: {}. The final answer is one integer."
    ),
)


@frozen
class Boxes:
    """How many things are shared out, 1…400, among 3 to 8 boxes, and how many each holds: least ≤ most < 100."""

    total: int
    limits: tuple[tuple[int, int], ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= len(self.limits) <= len(_LABELS) or not 1 <= self.total <= 400:
            raise ValueError("1 to 400 things are put into 3 to 8 boxes")
        if any(least >= most for least, most in self.limits):
            raise ValueError("a box holds more at most than at least")


class RestrictedCounting:
    """The number of distributions of equal things over boxes with lower and upper limits.

    Difficulty d: 4 + (d - 1)/2 boxes (rounded down), ranges to 4 + d wide. Size: the number of boxes. Kept where
    neither forgetting the upper limits nor stopping after single violations (no inclusion–exclusion) gives the answer.
    """

    name: Final = "restricted_counting"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Boxes:
        def draw() -> Boxes:
            leasts = [rng.randint(0, 4) for _ in range(4 + (difficulty - 1) // 2)]
            limits = tuple((least, least + rng.randint(2, 4 + difficulty)) for least in leasts)
            free = sum(most - least for least, most in limits)
            return Boxes(sum(leasts) + free * rng.randint(50, 75) // 100, limits)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Boxes, phrasing: int) -> str:
        limits = "; ".join(
            f"{label}: {least} to {most}" for label, (least, most) in zip(_LABELS, instance.limits, strict=False)
        )
        return _WAYS[phrasing].format(instance.total, limits)

    def answer(self, instance: Boxes) -> IntegerAnswer:
        return IntegerAnswer(_convolved(instance))

    def size(self, instance: Boxes) -> int:
        return len(instance.limits)

    def read(self, problem: str) -> Boxes | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Boxes) -> WorkedSolution:
        """Inclusion and exclusion over the boxes that pass their upper limits."""
        boxes = len(instance.limits)
        free, claims = instance.total, list[Claim]()
        for least, _ in instance.limits:
            claims.append(equals(f"{free} - {least}", free - least))
            free -= least
        lines = [line("Put the least number into each box first; the rest is free.", "Free things", *claims)]
        total = 0
        for size in range(boxes + 1):
            rests = _rests(instance, size)
            if not rests:
                break
            sets = Counter(rests)
            counts = {left: math.comb(left + boxes - 1, boxes - 1) for left in sets}
            terms = " + ".join(f"{times} * {counts[left]}" for left, times in sets.items())
            value = total + (-1) ** size * sum(counts[left] for left in rests)
            told = f"{size} boxes too full, {len(rests)} sets of them"
            claims = [_binomial(left, boxes) for left in list(sets)[:19]]
            added = equals(f"{written(total)} {'-' if size % 2 else '+'} ({terms})", value)
            lines.append(line(_SIEVE, told, *claims, added))
            total = value
        return WorkedSolution(str(total), tuple(lines))

    def solve_again(self, instance: Boxes) -> str:
        """Box after box, for every number of things (a product of polynomials)."""
        return str(_convolved(instance))

    def slip(self, instance: Boxes, rng: Random) -> str:
        """Forgets the upper limits, or that two boxes can be too full at once."""
        return str(_sieved(instance, depth=rng.randrange(2)))


_SIEVE = (
    "Count all ways to share out the rest when some boxes are filled beyond their limit (stars and bars), and "
    "subtract or add them, as the number of those boxes is odd or even."
)


def _binomial(left: int, boxes: int) -> Claim:
    """The number of ways to share out what is left without limits."""
    above = " * ".join(str(left + at) for at in range(1, boxes))
    below = " * ".join(str(at) for at in range(1, boxes))
    return equals(f"{above} / ({below})", math.comb(left + boxes - 1, boxes - 1))


def _rests(boxes: Boxes, size: int) -> list[int]:
    """What is left, not negative, for each set of so many boxes that are one beyond their limit."""
    free = boxes.total - sum(least for least, _ in boxes.limits)
    sets = combinations((most - least + 1 for least, most in boxes.limits), size)
    return [free - sum(chosen) for chosen in sets if sum(chosen) <= free]


def _sieved(boxes: Boxes, depth: int) -> int:
    """Inclusion and exclusion up to sets of `depth` boxes; beyond the number of boxes, exact."""
    others = len(boxes.limits) - 1
    return sum(
        (-1) ** size * math.comb(left + others, others) for size in range(depth + 1) for left in _rests(boxes, size)
    )


def _convolved(boxes: Boxes) -> int:
    ways = [1] + [0] * boxes.total
    for least, most in boxes.limits:
        ways = [sum(ways[max(0, at - most) : max(0, at - least + 1)]) for at in range(boxes.total + 1)]
    return ways[boxes.total]


def _shortcuts_fail(boxes: Boxes) -> bool:
    right = _convolved(boxes)
    return right > 0 and right not in (_sieved(boxes, 0), _sieved(boxes, 1))


def _parse(problem: str) -> Boxes | None:
    total = _TOTAL.search(problem)
    limits = tuple((int(least), int(most)) for least, most in _BOX.findall(problem)[:9])
    return Boxes(int(total[1]), limits) if total else None
