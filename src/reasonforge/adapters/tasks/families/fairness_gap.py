import re
from fractions import Fraction
from itertools import combinations
from random import Random
from string import ascii_lowercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline

_GROUP = re.compile(
    r"[a-z]: ([0-9]{1,4}) granted and repaid, ([0-9]{1,4}) granted and defaulted, "
    r"([0-9]{1,4}) refused who would have repaid, ([0-9]{1,4}) refused who would have defaulted"
)
_METRICS = {
    "demographic parity": ("the share of its members who are granted the loan", (0, 1), (0, 1, 2, 3)),
    "equal opportunity": ("the share granted the loan among its members who repay or would have repaid", (0,), (0, 2)),
    "predictive equality": (
        "the share granted the loan among its members who default or would have defaulted",
        (1,),
        (1, 3),
    ),
    "predictive parity": ("the share who repay among its members who are granted the loan", (0,), (0, 1)),
    "accuracy equality": ("the share of its members who are rightly granted or rightly refused", (0, 3), (0, 1, 2, 3)),
}


@frozen
class Lending:
    """Of each of 2 to 12 groups: loans repaid, loans defaulted, good ones refused, bad ones refused; the criterion."""

    groups: tuple[tuple[int, int, int, int], ...]
    metric: str

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.groups) <= 12 or self.metric not in _METRICS:
            raise ValueError("there are 2 to 12 groups and a known criterion")
        if any(min(group) < 1 for group in self.groups):
            raise ValueError("every kind of case occurs in every group")


class FairnessGap:
    """By how much a criterion of group fairness is missed: the greatest rate of any group minus the least.

    Difficulty d (1 to 8): d + 1 groups. Size: the number of groups. Five criteria, their definitions stated.
    Kept where the gap is not 0 and every other criterion gives another one.
    """

    name: Final = "fairness_gap"
    version: Final = 1
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Lending:
        metric = rng.choice(sorted(_METRICS))

        def draw() -> Lending:
            groups = (tuple(rng.randint(4, 40 + 5 * difficulty) for _ in range(4)) for _ in range(difficulty + 1))
            return Lending(tuple((a, b, c, d) for a, b, c, d in groups), metric)

        return kept(draw, _others_differ)

    def state(self, instance: Lending, phrasing: int) -> str:
        groups = "; ".join(
            f"{letter}: {a} granted and repaid, {b} granted and defaulted, {c} refused who would have repaid, "
            f"{d} refused who would have defaulted"
            for letter, (a, b, c, d) in zip(ascii_lowercase, instance.groups, strict=False)
        )
        meaning = _METRICS[instance.metric][0]
        ending = "The final answer is a fraction p/q in lowest terms."
        return (
            (
                f"A regulator requires {instance.metric}: for every group, {meaning}, must be the same. Decisions on "
                f"loans by group: {groups}. How large is the greatest difference between any two groups? {ending}"
            ),
            (
                f"By the criterion of {instance.metric} one compares across groups {meaning}. What is the gap between "
                f"the group where this is greatest and the group where it is least? The loans: {groups}. {ending}"
            ),
            (
                f"Audit these decisions, listed by group: {groups}. The criterion is {instance.metric}; it concerns, "
                f"in each group, {meaning}. Report the largest rate minus the smallest. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Lending) -> FractionAnswer:
        return FractionAnswer(_gap(instance, instance.metric))

    def size(self, instance: Lending) -> int:
        return len(instance.groups)

    def read(self, problem: str) -> Lending | None:
        return recognised(self, problem, _parse, _others_differ)

    def solve(self, instance: Lending) -> WorkedSolution:
        """Works out every group's rate, then the greatest minus the least."""
        _, above, below = _METRICS[instance.metric]
        lines = []
        for letter, group, rate in zip(
            ascii_lowercase, instance.groups, _rates(instance, instance.metric), strict=False
        ):
            top, bottom = (" + ".join(str(group[at]) for at in columns) for columns in (above, below))
            lines.append(line(_RATE, f"group {letter}", equals(f"({top}) / ({bottom})", rate)))
        rates = _rates(instance, instance.metric)
        gap = max(rates) - min(rates)
        last = equals(f"{written(max(rates))} - {written(min(rates))}", gap)
        lines.append(line("The gap is the greatest rate minus the least.", "greatest minus least", last))
        return WorkedSolution(str(gap), tuple(lines))

    def solve_again(self, instance: Lending) -> str:
        """The greatest of the differences of all pairs, over a common denominator."""
        _, above, below = _METRICS[instance.metric]
        tops = [sum(group[at] for at in above) for group in instance.groups]
        bottoms = [sum(group[at] for at in below) for group in instance.groups]
        pairs = combinations(range(len(tops)), 2)
        gaps = (Fraction(abs(tops[a] * bottoms[b] - tops[b] * bottoms[a]), bottoms[a] * bottoms[b]) for a, b in pairs)
        return str(max(gaps))

    def slip(self, instance: Lending, rng: Random) -> str:
        """Takes another criterion: another condition, or the condition and the event the wrong way round."""
        return str(_gap(instance, rng.choice(sorted(_METRICS.keys() - {instance.metric}))))


_RATE = "The rate of a group is the number of members who count over the number it is a share of."


def _rates(lending: Lending, metric: str) -> list[Fraction]:
    _, above, below = _METRICS[metric]
    return [Fraction(sum(group[at] for at in above), sum(group[at] for at in below)) for group in lending.groups]


def _gap(lending: Lending, metric: str) -> Fraction:
    rates = _rates(lending, metric)
    return max(rates) - min(rates)


def _others_differ(lending: Lending) -> bool:
    gap = _gap(lending, lending.metric)
    return gap not in {Fraction(0), *(_gap(lending, other) for other in _METRICS if other != lending.metric)}


def _parse(problem: str) -> Lending | None:
    metric = next((metric for metric in _METRICS if f"{metric}: for" in problem or f"{metric} one" in problem), None)
    metric = metric or next((metric for metric in _METRICS if f"criterion is {metric};" in problem), None)
    groups = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in _GROUP.findall(problem))
    return Lending(groups, metric) if metric and groups else None
