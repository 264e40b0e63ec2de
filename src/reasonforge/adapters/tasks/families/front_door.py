import re
from fractions import Fraction
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.causal_artefacts import as_seen, effect_specification, told
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.sum_of_products import sum_of_terms
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.causal.estimand import Estimand, Probability, Product, Sum
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.discipline import Discipline

_ROUTE = re.compile(r"([A-Z]) → ([A-Z]) → ([A-Z])")
_ASKED = re.compile(r"do\([A-Z]=([0-9]{1,2})\)")
_COUNTS = re.compile(r"[A-Z]=([0-9]{1,2}), [A-Z]=([0-9]{1,2}): ([0-9]{1,4}) of ([0-9]{1,4})\b")


@frozen
class Route:
    """Counts of a treatment, what alone it acts through, and a binary outcome.

    Attributes:
        names: the treatment, the mediator and the outcome, three different capital letters.
        cells: for each value of the treatment (2 to 4) and of the mediator (2 to 8) how many cases had the outcome 1,
            and how many there were, at least one.
        asked: the value the treatment is set to.
    """

    names: str
    cells: tuple[tuple[tuple[int, int], ...], ...]
    asked: int

    def __attrs_post_init__(self) -> None:
        widths = {len(row) for row in self.cells}
        if len(set(self.names)) != 3 or not 2 <= len(self.cells) <= 4 or len(widths) != 1 or not 2 <= min(widths) <= 8:
            raise ValueError("there are three names, 2 to 4 values of the treatment and 2 to 8 of the mediator")
        if any(not 0 <= good <= whole or whole < 1 for row in self.cells for good, whole in row):
            raise ValueError("every cell has cases, and at most all of them have the outcome")
        if not 0 <= self.asked < len(self.cells):
            raise ValueError("the treatment is set to a value that it takes")

    def treated(self, value: int) -> int:
        """How many cases have this value of the treatment."""
        return sum(whole for _, whole in self.cells[value])

    def everybody(self) -> int:
        """How many cases there are."""
        return sum(self.treated(value) for value in range(len(self.cells)))


class FrontDoor(HiddenInputs):
    """P(y | do x) by the front-door criterion (Pearl 1995), from counts, with a hidden common cause of x and y.

    Difficulty d: 2 values of the treatment up to difficulty 5 and 3 beyond, 2 + d/2 values of the mediator (rounded
    down, 7 at most). Size: the number of cells. Kept where P(y | x) and P(y) both differ from P(y | do x).
    """

    name: Final = "front_door"
    version: Final = 3
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Route:
        def draw() -> Route:
            treatments, values = 2 if difficulty <= 5 else 3, 2 + difficulty // 2
            rows = []
            for _ in range(treatments):
                wholes = [rng.choice((5, 10, 15, 20, 25, 30, 40, 50)) for _ in range(values)]
                rows.append(tuple((rng.randint(1, whole - 1), whole) for whole in wholes))
            return Route("".join(rng.sample(ascii_uppercase, 3)), tuple(rows), rng.randrange(treatments))

        return kept(draw, _seeing_is_not_doing)

    def state(self, instance: Route, phrasing: int) -> str:
        x, m, y = tuple(instance.names)
        cells = "; ".join(
            f"{x}={value}, {m}={mediator}: {good} of {whole}"
            for value, row in enumerate(instance.cells)
            for mediator, (good, whole) in enumerate(row)
        )
        asked = f"P({y}=1 | do({x}={instance.asked}))"
        ending = (
            f"Take the observed frequencies for the probabilities. The artefact `docalculus` writes P({y} | do({x})) "
            f"as an estimand over {x}, {m} and {y}. The final answer is a fraction p/q in lowest terms."
        )
        return (
            (
                f"The causal graph is {x} → {m} → {y}, and beside it an unobserved variable that influences {x} and "
                f"{y} (but not {m}). In every combination it is recorded how many cases had {y}=1: {cells}. Compute "
                f"{asked}. {ending}"
            ),
            (
                f"What would be {asked}? All that {x} does to {y} it does by way of {m}, so {x} → {m} → {y}; nothing "
                f"else that bears on {m} bears on {x} or {y}, whereas {x} and {y} have a common cause that nobody "
                f"measured. Observed cases with {y}=1: {cells}. {ending}"
            ),
            (
                f"Records give the number of cases with {y}=1: {cells}. A hidden cause acts on both ends of {x} → {m} "
                f"→ {y} but not on the middle, and these two arrows are the only others. Find {asked}. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Route) -> FractionAnswer:
        return FractionAnswer(_weighted(instance))

    def size(self, instance: Route) -> int:
        return len(instance.cells) * len(instance.cells[0])

    def read(self, problem: str) -> Route | None:
        return recognised(self, problem, _parse, _seeing_is_not_doing)

    def solve(self, instance: Route) -> WorkedSolution:
        """The front-door formula: Σ over m of P(m | x) · Σ over x' of P(y | m, x') · P(x')."""
        everybody = instance.everybody()
        values = range(len(instance.cells))
        treated = [instance.treated(value) for value in values]
        added = [equals(" + ".join(str(n) for _, n in row), sum(n for _, n in row)) for row in instance.cells]
        added.append(equals(" + ".join(map(str, treated)), everybody))
        lines = [line("Count the cases of each value of the treatment, and all.", "cases", *added)]
        outer = []
        for mediator, (_, reached) in enumerate(instance.cells[instance.asked]):
            terms = [
                (
                    f"{good} * {treated[value]} / ({whole} * {everybody})",
                    Fraction(good * treated[value], whole * everybody),
                )
                for value, (good, whole) in ((value, instance.cells[value][mediator]) for value in values)
            ]
            inner, worked = sum_of_terms(_INNER, f"{instance.names[1]}={mediator}", terms)
            lines.extend(worked)
            among = treated[instance.asked]
            outer.append((f"{reached} * {written(inner)} / {among}", reached * inner / among))
        total, worked = sum_of_terms(_OUTER, f"{instance.names[0]}={instance.asked}", outer)
        lines.extend(worked)
        return WorkedSolution(str(total), tuple(lines), told(_estimand(instance)))

    def solve_again(self, instance: Route) -> str:
        """Reweights every case by how much likelier its mediator becomes: P(m | x set) / P(m | its own x)."""
        return str(_reweighted(instance))

    def slip(self, instance: Route, rng: Random) -> str:
        """Answers P(y | x), or P(y)."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Route) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus",)

    def artefacts(self, instance: Route) -> tuple[ArtefactSpecification, ...]:
        return (
            effect_specification(
                _graph(instance), instance.names[0], instance.names[2], seed_of(self.state(instance, 0), self.secret)
            ),
        )

    def go_wrong(self, instance: Route, rng: Random) -> WorkedSolution:
        """Ends in a slip, and takes seeing for doing."""
        return ended_in(
            self.solve(instance), self.slip(instance, rng), told(as_seen(instance.names[0], instance.names[2]))
        )


_INNER = "What the mediator does to the outcome: average over the treatment as it is distributed among all."
_OUTER = "What the treatment does to the mediator is not confounded: weigh those averages by P(mediator | treatment)."


def _graph(route: Route) -> CausalGraph:
    x, m, y = tuple(route.names)
    return CausalGraph((x, m, y), [(x, m), (m, y)], [(x, y)])


def _estimand(route: Route) -> Estimand:
    """Σ over m of P(m | x) · Σ over x of P(y | m, x) · P(x): the inner sum gives x a meaning of its own."""
    x, m, y = tuple(route.names)
    inner = Sum((x,), Product((Probability((y,), (m, x)), Probability((x,)))))
    return Sum((m,), Product((Probability((m,), (x,)), inner)))


def _weighted(route: Route) -> Fraction:
    result = Fraction(0)
    for mediator, (_, reached) in enumerate(route.cells[route.asked]):
        for value, row in enumerate(route.cells):
            share = Fraction(reached, route.treated(route.asked)) * Fraction(route.treated(value), route.everybody())
            result += Fraction(*row[mediator]) * share
    return result


def _reweighted(route: Route) -> Fraction:
    total = Fraction(0)
    set_row, set_cases = route.cells[route.asked], route.treated(route.asked)
    for value, row in enumerate(route.cells):
        for (good, whole), (_, reached) in zip(row, set_row, strict=True):
            total += good * Fraction(reached, set_cases) / Fraction(whole, route.treated(value))
    return total / route.everybody()


def _shortcuts(route: Route) -> tuple[Fraction, Fraction]:
    """P(y | x) and P(y)."""
    goods = [sum(good for good, _ in row) for row in route.cells]
    return Fraction(goods[route.asked], route.treated(route.asked)), Fraction(sum(goods), route.everybody())


def _seeing_is_not_doing(route: Route) -> bool:
    return _weighted(route) not in _shortcuts(route)


def _parse(problem: str) -> Route | None:
    route, asked = _ROUTE.search(problem), _ASKED.search(problem)
    if route is None or asked is None:
        return None
    rows: dict[int, list[tuple[int, int]]] = {}
    for value, _, good, whole in _COUNTS.findall(problem):
        rows.setdefault(int(value), []).append((int(good), int(whole)))
    return Route("".join(route.groups()), tuple(map(tuple, rows.values())), int(asked[1]))
