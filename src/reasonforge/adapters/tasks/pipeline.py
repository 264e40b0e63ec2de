"""Steps that turn one list of integers into the next: told in words, written as a line of Python, and carried out."""

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

MOST_STEPS: Final = 10
_NUMBER = "([1-9][0-9]{0,2}|0)"
_Values = list[int]


@frozen
class Kind:
    """One sort of step with up to two numbers {0} and {1}.

    Attributes:
        told, line: in words, and as Python on the list `values`.
        ranges: of each number, both ends included.
        does, again: two implementations, of the list and the step's numbers.
    """

    told: str
    line: str
    ranges: tuple[tuple[int, int], ...]
    does: Callable[..., Any]
    again: Callable[..., Any]


def _kept_again(values: _Values, wanted: Callable[[int], bool]) -> _Values:
    return list(filter(wanted, values))


def _windows(values: _Values, width: int) -> _Values:
    totals = [0, *accumulate(values)]
    return [after - before for before, after in zip(totals, totals[width:], strict=False)]


def _rotated(values: _Values, places: int) -> _Values:
    turned = list(values)
    for _ in range(places if values else 0):
        turned.append(turned.pop(0))
    return turned


def _weighted(values: _Values, first: int, modulus: int) -> int:
    total, weight = 0, first
    for value in values:
        total = (total + weight * value) % modulus
        weight += 1
    return total


def _signed(values: _Values) -> int:
    total, sign = 0, 1
    for value in values:
        total += sign * value
        sign = -sign
    return total


def _by_remainder(values: _Values, modulus: int) -> _Values:
    return [value for rest in range(modulus) for value in sorted(values) if value % modulus == rest]


def _clipped(values: _Values, bound: int) -> _Values:
    return [sorted((-bound, value, bound))[1] for value in values]


STEPS: Final = {
    "add": Kind(
        "add {0} to every number",
        "values = [number + {0} for number in values]",
        ((1, 9),),
        lambda values, by: [value + by for value in values],
        lambda values, by: [*map(by.__add__, values)],
    ),
    "subtract": Kind(
        "subtract every number from {0}",
        "values = [{0} - number for number in values]",
        ((1, 9),),
        lambda values, by: [by - value for value in values],
        lambda values, by: [*map(by.__sub__, values)],
    ),
    "scale": Kind(
        "multiply every number by {0}",
        "values = [{0} * number for number in values]",
        ((2, 4),),
        lambda values, by: [value * by for value in values],
        lambda values, by: [sum([value] * by) for value in values],
    ),
    "remainder": Kind(
        "replace every number by its remainder modulo {0}",
        "values = [number % {0} for number in values]",
        ((5, 30),),
        lambda values, modulus: [value % modulus for value in values],
        lambda values, modulus: [value - modulus * (value // modulus) for value in values],
    ),
    "above": Kind(
        "keep only the numbers greater than {0}",
        "values = [number for number in values if number > {0}]",
        ((0, 6),),
        lambda values, least: [value for value in values if value > least],
        lambda values, least: _kept_again(values, lambda value: value - least >= 1),
    ),
    "indivisible": Kind(
        "drop the numbers that are divisible by {0}",
        "values = [number for number in values if number % {0} != 0]",
        ((2, 5),),
        lambda values, divisor: [value for value in values if value % divisor != 0],
        lambda values, divisor: _kept_again(values, lambda value: value // divisor * divisor != value),
    ),
    "clip": Kind(
        "replace the numbers below -{0} by -{0} and those above {0} by {0}",
        "values = [max(-{0}, min({0}, number)) for number in values]",
        ((4, 20),),
        lambda values, bound: [max(-bound, min(bound, value)) for value in values],
        _clipped,
    ),
    "sort": Kind(
        "sort by the remainder modulo {0}, and numbers of the same remainder by size, smallest first",
        "values = sorted(values, key=lambda number: (number % {0}, number))",
        ((2, 7),),
        lambda values, modulus: sorted(values, key=lambda value: (value % modulus, value)),
        _by_remainder,
    ),
    "descend": Kind(
        "sort from the largest to the smallest",
        "values = sorted(values, reverse=True)",
        (),
        lambda values: sorted(values, reverse=True),
        lambda values: sorted(values)[::-1],
    ),
    "differences": Kind(
        "replace the list by the differences of neighbours, each number minus the one before",
        "values = [values[at] - values[at - 1] for at in range(1, len(values))]",
        (),
        lambda values: [later - earlier for earlier, later in pairwise(values)],
        lambda values: [values[at + 1] - value for at, value in enumerate(values[:-1])],
    ),
    "windows": Kind(
        "replace the list by the sums of each {0} neighbours in a row",
        "values = [sum(values[at : at + {0}]) for at in range(len(values) - {0} + 1)]",
        ((2, 3),),
        lambda values, width: [sum(values[at : at + width]) for at in range(len(values) - width + 1)],
        _windows,
    ),
    "totals": Kind(
        "replace every number by the total of it and all before it",
        "values = [sum(values[: at + 1]) for at in range(len(values))]",
        (),
        lambda values: list(accumulate(values)),
        lambda values: [sum(values[: at + 1]) for at in range(len(values))],
    ),
    "distinct": Kind(
        "keep only the first occurrence of every number",
        "values = list(dict.fromkeys(values))",
        (),
        lambda values: list(dict.fromkeys(values)),
        lambda values: [value for at, value in enumerate(values) if value not in values[:at]],
    ),
    "reverse": Kind(
        "turn the list round",
        "values = values[::-1]",
        (),
        lambda values: values[::-1],
        lambda values: list(reversed(values)),
    ),
    "every": Kind(
        "cut the list into groups of {0} from its beginning (the last may be shorter) and keep the first of each",
        "values = values[::{0}]",
        ((2, 3),),
        lambda values, step: values[::step],
        lambda values, step: [value for at, value in enumerate(values) if at % step == 0],
    ),
    "rotate": Kind(
        "{0} times, move the first number to the end",
        "values = values[{0} % max(1, len(values)) :] + values[: {0} % max(1, len(values))]",
        ((1, 9),),
        lambda values, places: values[places % max(1, len(values)) :] + values[: places % max(1, len(values))],
        _rotated,
    ),
}
ENDS: Final = {
    "list": Kind("return the list", "return values", (), lambda values: values, list),
    "signed": Kind(
        "return the sum with alternating signs, the first number counted positive",
        "return sum(values[::2]) - sum(values[1::2])",
        (),
        lambda values: sum(values[::2]) - sum(values[1::2]),
        _signed,
    ),
    "weighted": Kind(
        "return the remainder modulo {1} of the sum of each number times its place, the first place being {0}",
        "return sum((at + {0}) * number for at, number in enumerate(values)) % {1}",
        ((1, 4), (50, 200)),
        lambda values, first, modulus: sum((at + first) * value for at, value in enumerate(values)) % modulus,
        _weighted,
    ),
}
POINTWISE: Final = ("add", "subtract", "scale", "remainder", "above", "indivisible", "clip")
ORDERED: Final = ("sort", "descend")


@frozen
class Step:
    """A kind of step by its name, and its numbers."""

    kind: str
    numbers: tuple[int, ...] = ()


@frozen
class Pipeline:
    """One to ten steps and an end.

    Raises:
        ValueError: a kind that does not exist, or numbers out of its range by more than one.
    """

    steps: tuple[Step, ...]
    end: Step

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            message = f"a pipeline has 1 to {MOST_STEPS} steps"
            raise ValueError(message)
        for step, kinds in [*((step, STEPS) for step in self.steps), (self.end, ENDS)]:
            kind = kinds.get(step.kind)
            if kind is None or len(kind.ranges) != len(step.numbers):
                raise ValueError("there is no such step")
            spans = zip(step.numbers, kind.ranges, strict=True)
            if not all(max(0, low - 1) <= number <= high + 1 for number, (low, high) in spans):
                raise ValueError("a step's number is out of range")

    def told(self) -> Iterator[str]:
        """Each step, and the end, in words."""
        yield from (STEPS[step.kind].told.format(*step.numbers) for step in self.steps)
        yield ENDS[self.end.kind].told.format(*self.end.numbers)

    def source(self, entry: str) -> str:
        """The function of that name."""
        lines = [f"def {entry}(values):"]
        lines += [f"    {STEPS[step.kind].line.format(*step.numbers)}" for step in self.steps]
        lines.append(f"    {ENDS[self.end.kind].line.format(*self.end.numbers)}")
        return "\n".join(lines) + "\n"

    def value(self, values: _Values) -> Any:
        for step in self.steps:
            values = STEPS[step.kind].does(values, *step.numbers)
        return ENDS[self.end.kind].does(values, *self.end.numbers)

    def value_again(self, values: _Values) -> Any:
        for step in self.steps:
            values = STEPS[step.kind].again(values, *step.numbers)
        return ENDS[self.end.kind].again(values, *self.end.numbers)

    def nudged(self) -> list["Pipeline"]:
        """Every pipeline in which one number is one more or one less, and still makes sense."""
        found = []
        for at, step in enumerate((*self.steps, self.end)):
            for place, number in enumerate(step.numbers):
                for changed in (number - 1, number + 1):
                    numbers = (*step.numbers[:place], changed, *step.numbers[place + 1 :])
                    moved = evolve(step, numbers=numbers)
                    if not sensible(moved, ENDS if at == len(self.steps) else STEPS):
                        continue
                    steps = (*self.steps[:at], moved, *self.steps[at + 1 :])
                    found.append(evolve(self, end=moved) if at == len(self.steps) else evolve(self, steps=steps))
        return found


def sensible(step: Step, kinds: dict[str, Kind]) -> bool:
    """Whether every number is in the range of its kind."""
    spans = zip(step.numbers, kinds[step.kind].ranges, strict=True)
    return all(low <= number <= high for number, (low, high) in spans)


def drawn(rng: Random, length: int) -> Pipeline:
    """A pipeline of so many steps, no two neighbours of one kind."""
    names = list(STEPS)
    steps: list[Step] = []
    while len(steps) < length:
        name = rng.choice(names)
        if not steps or steps[-1].kind != name:
            steps.append(_drawn(rng, name, STEPS[name]))
    end = rng.choice(list(ENDS))
    return Pipeline(tuple(steps), _drawn(rng, end, ENDS[end]))


def step_told(text: str, kinds: dict[str, Kind]) -> Step | None:
    """The step that a sentence tells."""
    return _matched(text, kinds, lambda kind: kind.told)


def step_written(text: str, kinds: dict[str, Kind]) -> Step | None:
    """The step that a line of Python carries out."""
    return _matched(text, kinds, lambda kind: kind.line)


def _drawn(rng: Random, name: str, kind: Kind) -> Step:
    return Step(name, tuple(rng.randint(low, high) for low, high in kind.ranges))


def _matched(text: str, kinds: dict[str, Kind], form: Callable[[Kind], str]) -> Step | None:
    for name, kind in kinds.items():
        pattern = re.escape(form(kind))
        for place in range(len(kind.ranges)):
            hole = re.escape(f"{{{place}}}")
            pattern = pattern.replace(hole, f"(?P<n{place}>{_NUMBER})", 1).replace(hole, f"(?P=n{place})")
        match = re.fullmatch(pattern, text)
        if match:
            return Step(name, tuple(int(match[f"n{place}"]) for place in range(len(kind.ranges))))
    return None
