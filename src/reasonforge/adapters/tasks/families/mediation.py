import re
from fractions import Fraction
from itertools import product
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.sum_of_products import sum_of_products, total_of
from reasonforge.domain.answers.sequence import ListAnswer, fractions
from reasonforge.domain.discipline import Discipline

_ROUTE = re.compile(r"([A-Z]) → ([A-Z]) → ([A-Z])")
_SHARE = re.compile(r"P\(([A-Z])=([0-9])(?: \| [A-Z]=([01])(?:, [A-Z]=([0-9]))?)?\) = ([0-9]{1,3})/([0-9]{1,3})")
_SUCCESS = re.compile(r"P\([A-Z]=1 \| [A-Z]=([01]), [A-Z]=([0-9]), [A-Z]=([0-9])\) = ([0-9]{1,3})/([0-9]{1,3})")
Table = tuple[tuple[Fraction, ...], ...]


@frozen
class Mediation:
    """A treatment (0 or 1) that acts on a binary outcome directly and through a mediator, under an observed background.

    Attributes:
        names: background, treatment, mediator and outcome, four different capital letters.
        background: P(background = c), for 1 to 5 values.
        mediator: [treatment][background] → P(mediator = m) for 2 to 6 values.
        success: [treatment][background] → P(outcome = 1) for each value of the mediator.
    """

    names: str
    background: tuple[Fraction, ...]
    mediator: tuple[Table, Table]
    success: tuple[Table, Table]

    def __attrs_post_init__(self) -> None:
        strata = len(self.background)
        shares = [self.background, *self.mediator[0], *self.mediator[1]]
        if len(set(self.names)) != 4 or not 1 <= strata <= 5 or any(sum(row) != 1 or min(row) <= 0 for row in shares):
            raise ValueError("there are four names, and positive probabilities that sum to 1")
        rows = [row for tables in (self.mediator, self.success) for table in tables for row in table]
        if any(len(table) != strata for tables in (self.mediator, self.success) for table in tables):
            raise ValueError("every table has a row for each value of the background")
        widths = {len(row) for row in rows}
        if len(widths) != 1 or not 2 <= min(widths) <= 6:
            raise ValueError("the mediator has 2 to 6 values, the same in all tables")
        if not all(0 < chance < 1 for table in self.success for row in table for chance in row):
            raise ValueError("the outcome is never certain")


class MediatedEffects:
    """The natural direct and the natural indirect effect (Pearl 2001) of a treatment, as a list of two fractions.

    Difficulty d: 2 + d/4 values of the background and 2 + d/3 of the mediator (rounded down). Size: the cells of
    background and mediator. Kept where both effects differ from 0, and from the shortcut of leaving the background out
    or (for the indirect one) of subtracting the direct from the total effect.
    """

    name: Final = "mediation"
    version: Final = 1
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Mediation:
        return kept(lambda: _draw(rng, 2 + difficulty // 4, 2 + difficulty // 3), _shortcuts_fail)

    def state(self, instance: Mediation, phrasing: int) -> str:
        c, x, m, y = tuple(instance.names)
        told = _tables(instance)
        ending = (
            f"The natural direct effect is E[{y} with {x} at 1 and {m} as it would be with {x} at 0] minus "
            f"E[{y} with {x} at 0]; the natural indirect effect is E[{y} with {x} at 0 and {m} as it would be with {x} "
            f"at 1] minus E[{y} with {x} at 0]. The final answer is a list [direct, indirect] of two fractions p/q."
        )
        return (
            (
                f"A treatment acts on the way {x} → {m} → {y} and directly, {x} → {y}; {c} is a common cause of all "
                f"three and nothing else is shared. {told}. Find both natural effects of {x} on {y}. {ending}"
            ),
            (
                f"How much of what {x} does to {y} goes straight, and how much by way of its arrow to {m} in {x} → {m} "
                f"→ {y}? The background {c} bears on {x}, {m} and {y}, and no unobserved variable bears on two of "
                f"them. These are the laws: {told}. {ending}"
            ),
            (
                f"{told}. These tables describe {x} → {m} → {y}, a further arrow from {x} to {y}, and {c} as the only "
                f"confounder (of each of the three with the others). Split the effect of changing {x} from 0 to 1. "
                f"{ending}"
            ),
        )[phrasing]

    def answer(self, instance: Mediation) -> ListAnswer:
        return fractions(_effects(instance))

    def size(self, instance: Mediation) -> int:
        return len(instance.background) * len(instance.success[0][0])

    def read(self, problem: str) -> Mediation | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Mediation) -> WorkedSolution:
        """The mediation formula: differences in one table, weighed by the other at the treatment's value 0."""
        lines: list[WorkedLine] = []
        totals = []
        for idea, products in ((_DIRECT, _direct(instance)), (_INDIRECT, _indirect(instance))):
            total, worked = sum_of_products(idea, f"over {instance.names[0]} and {instance.names[2]}", products)
            totals.append(total)
            lines.extend(worked)
        return WorkedSolution(_listed(totals), tuple(lines))

    def solve_again(self, instance: Mediation) -> str:
        """Goes through every world of the background and of what the mediator is under either treatment."""
        return _listed(_by_worlds(instance))

    def slip(self, instance: Mediation, rng: Random) -> str:
        """Averages the background out too early, or takes the total minus the direct effect for the indirect one."""
        return _listed(rng.choice(_shortcuts(instance)))


_DIRECT = "Direct: the outcome's table changes from 0 to 1 while the mediator keeps the distribution it has at 0."
_INDIRECT = "Indirect: the mediator's distribution changes from 0 to 1 while the outcome's table stays the one at 0."
Products = list[tuple[Fraction, ...]]


def _listed(values: list[Fraction]) -> str:
    return f"[{', '.join(str(value) for value in values)}]"


def _cells(mediation: Mediation) -> list[tuple[int, int]]:
    return list(product(range(len(mediation.background)), range(len(mediation.success[0][0]))))


def _direct(mediation: Mediation) -> Products:
    untreated, treated = mediation.success
    shares = mediation.mediator[0]
    return [
        (mediation.background[c], shares[c][m], sign * table[c][m])
        for c, m in _cells(mediation)
        for sign, table in ((1, treated), (-1, untreated))
    ]


def _indirect(mediation: Mediation) -> Products:
    before, after = mediation.mediator
    success = mediation.success[0]
    return [
        (mediation.background[c], sign * table[c][m], success[c][m])
        for c, m in _cells(mediation)
        for sign, table in ((1, after), (-1, before))
    ]


def _effects(mediation: Mediation) -> list[Fraction]:
    return [total_of(_direct(mediation)), total_of(_indirect(mediation))]


def _by_worlds(mediation: Mediation) -> list[Fraction]:
    values = range(len(mediation.success[0][0]))
    direct = indirect = Fraction(0)
    for c, share in enumerate(mediation.background):
        for m0, m1 in product(values, repeat=2):
            weight = share * mediation.mediator[0][c][m0] * mediation.mediator[1][c][m1]
            untreated = mediation.success[0][c][m0]
            direct += weight * (mediation.success[1][c][m0] - untreated)
            indirect += weight * (mediation.success[0][c][m1] - untreated)
    return [direct, indirect]


def _shortcuts(mediation: Mediation) -> tuple[list[Fraction], list[Fraction]]:
    """The effects from tables without the background (each averaged over it), and [direct, total - direct]."""
    strata = range(len(mediation.background))
    columns = range(len(mediation.success[0][0]))

    def averaged(table: Table) -> Table:
        return (tuple(sum((mediation.background[c] * table[c][m] for c in strata), Fraction(0)) for m in columns),)

    mediator, success = mediation.mediator, mediation.success
    flat = Mediation(
        mediation.names,
        (Fraction(1),),
        (averaged(mediator[0]), averaged(mediator[1])),
        (averaged(success[0]), averaged(success[1])),
    )
    direct = total_of(_direct(mediation))
    total = sum(
        (
            mediation.background[c] * (mediator[1][c][m] * success[1][c][m] - mediator[0][c][m] * success[0][c][m])
            for c, m in _cells(mediation)
        ),
        Fraction(0),
    )
    return _effects(flat), [direct, total - direct]


def _shortcuts_fail(mediation: Mediation) -> bool:
    effects = _effects(mediation)
    return 0 not in effects and effects not in _shortcuts(mediation)


def _draw(rng: Random, strata: int, values: int) -> Mediation:
    def shares(count: int) -> tuple[Fraction, ...]:
        cuts = sorted(rng.sample(range(1, 10), count - 1))
        return tuple(Fraction(high - low, 10) for low, high in zip([0, *cuts], [*cuts, 10], strict=True))

    def rates() -> tuple[Fraction, ...]:
        return tuple(Fraction(rng.randint(1, 9), 10) for _ in range(values))

    rows = range(strata)
    first, second = (tuple(shares(values) for _ in rows) for _ in range(2))
    third, fourth = (tuple(rates() for _ in rows) for _ in range(2))
    return Mediation("".join(rng.sample(ascii_uppercase, 4)), shares(strata), (first, second), (third, fourth))


def _tables(mediation: Mediation) -> str:
    c, x, m, y = tuple(mediation.names)
    told = [f"P({c}={value}) = {share}" for value, share in enumerate(mediation.background)]
    for value, stratum in product((0, 1), range(len(mediation.background))):
        given = f"{x}={value}, {c}={stratum}"
        told += [f"P({m}={at} | {given}) = {p}" for at, p in enumerate(mediation.mediator[value][stratum])]
        told += [
            f"P({y}=1 | {x}={value}, {m}={at}, {c}={stratum}) = {p}"
            for at, p in enumerate(mediation.success[value][stratum])
        ]
    return "; ".join(told)


def _parse(problem: str) -> Mediation | None:
    route = _ROUTE.search(problem)
    shares = _SHARE.findall(problem)
    if route is None or not shares:
        return None
    rows: dict[tuple[int, int, int], list[Fraction]] = {}
    background = tuple(Fraction(int(p), int(q) or 1) for _, _, given, _, p, q in shares if not given)
    for _, _, given, stratum, p, q in shares:
        if given and stratum:
            rows.setdefault((0, int(given), int(stratum)), []).append(Fraction(int(p), int(q) or 1))
    for given, _, stratum, p, q in _SUCCESS.findall(problem):
        rows.setdefault((1, int(given), int(stratum)), []).append(Fraction(int(p), int(q) or 1))
    strata = range(len(background))
    tables = [[tuple(tuple(rows.get((kind, x, c), ())) for c in strata) for x in (0, 1)] for kind in (0, 1)]
    names = f"{shares[0][0]}{''.join(route.groups())}"
    return Mediation(names, background, (tables[0][0], tables[0][1]), (tables[1][0], tables[1][1]))
