import re
from fractions import Fraction
from random import Random
from string import ascii_lowercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.sum_of_products import sum_of_terms
from reasonforge.adapters.tasks.surveyed import FEWEST_PEOPLE, LEAST_APART, MOST_PEOPLE, Surveyed
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.discipline import Discipline

_GROUP = re.compile(r"[a-z]: ([0-9]{1,4}) of ([0-9]{1,4}) with and ([0-9]{1,4}) of ([0-9]{1,4}) without")
_GROUP_COLUMN = "group"
_BEFORE = (
    "The group was settled beforehand, and it moved people to take the treatment or not and bears on recovery too; "
    "nothing else does both."
)
_AFTER = (
    "Who was treated was drawn by lot, and the group formed only afterwards, in part because of the treatment, "
    "on the way to recovery."
)


@frozen
class Groups:
    """For each of 2 to 12 groups: how many of the treated recovered, out of how many, and of the untreated.

    `settled_before` says whether the group is a cause of the treatment (and to be held fixed) or an effect of it.
    """

    rows: tuple[tuple[int, int, int, int], ...]
    settled_before: bool

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.rows) <= 12:
            raise ValueError("there are 2 to 12 groups")
        if any(not (0 <= a <= m and 0 <= b <= n and m > 0 and n > 0) for a, m, b, n in self.rows):
            raise ValueError("each group has treated and untreated people, and at most all of them recover")


class Simpson(HiddenInputs):
    """The effect of a treatment where all groups say one thing and their total the opposite (Simpson's reversal).

    Difficulty d: d + 1 groups (2 to 11). Size: the number of groups. Kept where the difference of the recovery rates
    has one sign in every group and the other in the total, which is more than 1/200 away from the standardised one, and
    there are 20 to 2,000 people. Groups that are causes of the treatment must be standardised over, groups that are its
    effects must not; the story says which.
    """

    name: Final = "simpson"
    version: Final = 3
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Groups:
        return kept(lambda: _draw(rng, difficulty + 1), _reverses)

    def state(self, instance: Groups, phrasing: int) -> str:
        rows = "; ".join(
            f"{letter}: {a} of {m} with and {b} of {n} without"
            for letter, (a, m, b, n) in zip(ascii_lowercase, instance.rows, strict=False)
        )
        story = _BEFORE if instance.settled_before else _AFTER
        ending = (
            "As a table these are rows, one a person, of the columns group (0 for a, 1 for b, …), treated and "
            "recovered (1 or 0); the artefact `bootstrap` gives the effect from them, what it is adjusted for, and "
            "its interval. The final answer is a fraction p/q in lowest terms, with its sign."
        )
        return (
            (
                f"People recovered in these groups, with the treatment and without it: {rows}. {story} By how much "
                f"does the treatment change the probability of recovery in this population (recovery if all were "
                f"treated minus recovery if nobody were)? Take frequencies for probabilities. {ending}"
            ),
            (
                f"{story} The counts of recoveries by group are {rows}. Taking frequencies as probabilities, what is "
                f"the average causal effect of treating on recovery, P(recovery | do(treat)) - P(recovery | do(not "
                f"treat))? {ending}"
            ),
            (
                f"Should this treatment be recommended? The answer is the difference it makes to the rate of recovery "
                f"when everybody gets it rather than nobody. Recovered so far: {rows}. {story} Treat frequencies as "
                f"exact probabilities. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Groups) -> FractionAnswer:
        return FractionAnswer(_standardised(instance) if instance.settled_before else _total(instance))

    def size(self, instance: Groups) -> int:
        return len(instance.rows)

    def read(self, problem: str) -> Groups | None:
        return recognised(self, problem, _parse, _reverses)

    def solve(self, instance: Groups) -> WorkedSolution:
        """Standardises to the sizes of the groups, or compares the totals."""
        if instance.settled_before:
            everybody = _everybody(instance)
            people = equals(" + ".join(f"{m} + {n}" for _, m, _, n in instance.rows), everybody)
            sums, lines = [], [line("Count everybody.", "people", people)]
            for label, at in (("treated", 0), ("untreated", 2)):
                terms = []
                for row in instance.rows:
                    text = f"{row[at]} * ({row[1]} + {row[3]}) / ({row[at + 1]} * {everybody})"
                    terms.append((text, Fraction(row[at] * (row[1] + row[3]), row[at + 1] * everybody)))
                total, worked = sum_of_terms(_STANDARDISE, f"{label}: rate times the group's share", terms)
                sums.append(total)
                lines.extend(worked)
        else:
            columns = list(zip(*instance.rows, strict=True))
            totals = [sum(column) for column in columns]
            added = [
                equals(" + ".join(str(count) for count in column), total)
                for column, total in zip(columns, totals, strict=True)
            ]
            sums = [Fraction(totals[0], totals[1]), Fraction(totals[2], totals[3])]
            shares = [equals(f"{totals[at]} / {totals[at + 1]}", share) for at, share in zip((0, 2), sums, strict=True)]
            lines = [line(_POOL, "recovered and all, with and without", *added, *shares)]
        effect = sums[0] - sums[1]
        claim = equals(f"{written(sums[0])} - {written(sums[1])}", effect)
        lines.append(line("The effect is the difference of the two rates.", "with minus without", claim))
        return WorkedSolution(str(effect), tuple(lines), _surveyed(instance).estimated(_adjustment(instance)))

    def solve_again(self, instance: Groups) -> str:
        """Weighs every person by one over the chance of the treatment they had, which a lottery makes the same."""
        return str(_weighed(instance))

    def slip(self, instance: Groups, rng: Random) -> str:
        """Standardises where one must not, or does not where one must; or weighs all groups alike."""
        wrong = _total(instance) if instance.settled_before else _standardised(instance)
        alike = sum((_gap(row) for row in instance.rows), Fraction(0)) / len(instance.rows)
        return str(wrong if rng.random() < 0.7 or FractionAnswer(alike) == self.answer(instance) else alike)

    def checks(self, instance: Groups) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus", "bootstrap")

    def artefacts(self, instance: Groups) -> tuple[ArtefactSpecification, ...]:
        return (
            _surveyed(instance).specification(_adjustment(instance), seed_of(self.state(instance, 0), self.secret)),
        )

    def go_wrong(self, instance: Groups, rng: Random) -> WorkedSolution:
        """Ends in a slip, and adjusts where one must not, or does not where one must."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _surveyed(instance).estimated([] if instance.settled_before else [_GROUP_COLUMN]),
        )


_STANDARDISE = "The group is a cause of both, so weigh each group's rate by the group's share of everybody."
_POOL = "The group is an effect of the treatment, so holding it fixed would hide part of what the treatment does."


def _adjustment(groups: Groups) -> list[str]:
    return [_GROUP_COLUMN] if groups.settled_before else []


def _surveyed(groups: Groups) -> Surveyed:
    """A row (group, treated, recovered) a person."""
    rows = [
        [at, treated, recovered]
        for at, (a, m, b, n) in enumerate(groups.rows)
        for treated, recovered, people in ((1, 1, a), (1, 0, m - a), (0, 1, b), (0, 0, n - b))
        for _ in range(people)
    ]
    columns = (_GROUP_COLUMN, "treated", "recovered")
    first = (_GROUP_COLUMN, "treated") if groups.settled_before else ("treated", _GROUP_COLUMN)
    graph = CausalGraph(columns, [first, (_GROUP_COLUMN, "recovered"), ("treated", "recovered")])
    return Surveyed(graph, "treated", "recovered", columns, rows)


def _gap(row: tuple[int, int, int, int]) -> Fraction:
    return Fraction(row[0], row[1]) - Fraction(row[2], row[3])


def _everybody(groups: Groups) -> int:
    return sum(m + n for _, m, _, n in groups.rows)


def _standardised(groups: Groups) -> Fraction:
    weighed = (_gap(row) * (row[1] + row[3]) for row in groups.rows)
    return sum(weighed, Fraction(0)) / _everybody(groups)


def _total(groups: Groups) -> Fraction:
    a, m, b, n = (sum(column) for column in zip(*groups.rows, strict=True))
    return Fraction(a, m) - Fraction(b, n)


def _weighed(groups: Groups) -> Fraction:
    everybody = _everybody(groups)
    treated = sum(m for _, m, _, _ in groups.rows)
    effect = Fraction(0)
    for a, m, b, n in groups.rows:
        chance = Fraction(m, m + n) if groups.settled_before else Fraction(treated, everybody)
        effect += a / chance - b / (1 - chance)
    return effect / everybody


def _reverses(groups: Groups) -> bool:
    total = _total(groups)
    gaps = [_gap(row) for row in groups.rows]
    return (
        FEWEST_PEOPLE <= _everybody(groups) <= MOST_PEOPLE
        and all(gap * total < 0 for gap in gaps)
        and abs(_standardised(groups) - total) > LEAST_APART
    )


def _draw(rng: Random, count: int) -> Groups:
    """Groups in which recovery is rarer the more are treated (or the more common), shuffled."""
    favours = rng.choice((1, -1))
    rows = []
    for at in range(count):
        depth = Fraction(at, count - 1)
        base = Fraction(80, 100) - depth * Fraction(55, 100) + Fraction(rng.randint(-3, 3), 100)
        gain = Fraction(rng.randint(4, 12), 100)
        many, few = rng.randint(55, 95), rng.randint(10, 35)
        treated = round(few + (many - few) * depth)
        untreated = round(many - (many - few) * depth)
        better, worse = round(treated * (base + gain)), round(untreated * base)
        row = (better, treated, worse, untreated)
        rows.append(row if favours > 0 else (*row[2:], *row[:2]))
    rng.shuffle(rows)
    return Groups(tuple(rows), rng.random() < 0.5)


def _parse(problem: str) -> Groups | None:
    rows = tuple((int(a), int(m), int(b), int(n)) for a, m, b, n in _GROUP.findall(problem))
    return Groups(rows, _BEFORE in problem) if rows else None
