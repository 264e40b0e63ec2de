import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.equilibrium import CHECK, equilibrium_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_ROW = re.compile(r"\[(-?[0-9]{1,3}(?:, -?[0-9]{1,3}){1,19})\]")


@frozen
class Game:
    """What the row player gets of the column player: two rows of 2 to 20 whole numbers below 1,000."""

    first: tuple[int, ...]
    second: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.first) != len(self.second) or not 2 <= len(self.first) <= 20:
            raise ValueError("a game has two rows of 2 to 20 payoffs")

    def columns(self) -> tuple[tuple[int, int], ...]:
        """(payoff in the first row, in the second) of each column."""
        return tuple(zip(self.first, self.second, strict=True))


class ZeroSum:
    """The value of a zero-sum game with two rows.

    Difficulty d: d + 1 columns, payoffs from -(8 + d) to 8 + d. Size: the number of payoffs.
    Kept where neither row alone is optimal (there is no saddle point), nor both in equal parts.
    """

    name: Final = "zero_sum"
    version: Final = 2
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Game:
        def draw() -> Game:
            largest = 8 + difficulty
            rows = [tuple(rng.randint(-largest, largest) for _ in range(difficulty + 1)) for _ in range(2)]
            return Game(*rows)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Game, phrasing: int) -> str:
        first, second = list(instance.first), list(instance.second)
        ending = (
            "The final answer is a fraction p/q in lowest terms, or an integer. The artefact `equilibrium` gives both "
            "players' probabilities."
        )
        if phrasing == 0:
            return (
                f"In a zero-sum game the row player chooses one of two rows and, at the same time, the column player "
                f"one of {len(first)} columns. The row player receives what stands there: first row {first}, "
                f"second row {second}. What is the value of the game? {ending}"
            )
        return (
            f"Two players choose secretly: Ro one of the lists {first} and {second}, Col one of the positions 1 to "
            f"{len(first)}. Col then pays Ro the number at that position of that list (where it is negative, Ro pays). "
            f"Both play as well as possible, and may choose at random. What does Ro win on average? {ending}"
        )

    def answer(self, instance: Game) -> FractionAnswer:
        return FractionAnswer(_optimum(instance)[1])

    def size(self, instance: Game) -> int:
        return 2 * len(instance.first)

    def read(self, problem: str) -> Game | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Game) -> WorkedSolution:
        """The highest point of the lower envelope of the columns' payoffs."""
        share, value = _optimum(instance)
        columns = instance.columns()
        binding = [at for at, column in enumerate(columns) if _payoff(column, share) == value]
        crossing = next(
            (one, other) for one, other in combinations(binding, 2) if _crossing(columns[one], columns[other]) == share
        )
        (a, b), (c, d) = (columns[at] for at in crossing)
        found = line(
            _CROSSING,
            f"Columns {crossing[0] + 1} and {crossing[1] + 1} pay the same at p = {share}",
            equals(f"({written(a)} - {written(b)}) - ({written(c)} - {written(d)})", a - b - c + d),
            equals(f"({written(d)} - {written(b)}) / {written(a - b - c + d)}", share),
        )
        others = [columns[at] for at in range(len(columns)) if at not in crossing]
        above = line(
            "No other column holds the row player lower there.",
            f"{len(others)} other columns",
            *(Claim(_mixed(column, share), "≥", str(value)) for column in others),
        )
        paid = (equals(_mixed(columns[at], share), value) for at in crossing)
        lowest = line("Both columns then pay the value of the game.", f"The value is {value}", *paid)
        artefact = _told((share, 1 - share), _columns_mix(instance))
        return WorkedSolution(str(value), (found, above, lowest), artefact)

    def solve_again(self, instance: Game) -> str:
        """The column player needs at most two columns: the least value of a game with two of them."""
        return str(min(_two_by_two(one, other) for one, other in combinations(instance.columns(), 2)))

    def slip(self, instance: Game, rng: Random) -> str:
        """Takes the best pure strategy's value, or mixes evenly."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Game) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("solver", CHECK)

    def artefacts(self, instance: Game) -> tuple[ArtefactSpecification, ...]:
        share, columns = _optimum(instance)[0], range(1, len(instance.first) + 1)
        asked = equilibrium_artefact(
            [[instance.first, instance.second]],
            equilibrium=_told((share, 1 - share), _columns_mix(instance))[CHECK]["strategies"],
            actions=[["first", "second"], [f"column_{at}" for at in columns]],
            zero_sum=True,
        )
        return (asked,)

    def go_wrong(self, instance: Game, rng: Random) -> WorkedSolution:
        """Ends in a slip, and mixes the rows evenly, where the columns would answer."""
        half = Fraction(1, 2)
        return ended_in(self.solve(instance), self.slip(instance, rng), _told((half, half), _columns_mix(instance)))


_CROSSING = (
    "The row player plays the first row with probability p so that the worst column is as good as possible; there two "
    "columns (a, b) and (c, d) pay the same: p = (d - b) / ((a - b) - (c - d))."
)


def _mixed(column: tuple[int, int], share: Fraction) -> str:
    return f"{written(column[0])} * {written(share)} + {written(column[1])} * {written(1 - share)}"


def _payoff(column: tuple[int, int], share: Fraction) -> Fraction:
    return column[0] * share + column[1] * (1 - share)


def _crossing(one: tuple[int, int], other: tuple[int, int]) -> Fraction | None:
    """Where two columns pay the same; None when they do nowhere, or everywhere."""
    slope = (one[0] - one[1]) - (other[0] - other[1])
    return Fraction(other[1] - one[1], slope) if slope else None


def _optimum(game: Game) -> tuple[Fraction, Fraction]:
    """(the share of the first row, the value) with the greatest value, and of those the least share."""
    columns = game.columns()
    crossings = (_crossing(one, other) for one, other in combinations(columns, 2))
    shares = {Fraction(0), Fraction(1)} | {share for share in crossings if share is not None and 0 <= share <= 1}
    worst = ((min(_payoff(column, share) for column in columns), share) for share in sorted(shares))
    value, share = max(worst, key=lambda found: (found[0], -found[1]))
    return share, value


def _columns_mix(game: Game) -> list[Fraction]:
    """How the column player makes both rows pay the value: by one or two of the columns that bind there."""
    share, value = _optimum(game)
    columns = game.columns()
    binding = sorted(
        (column[0] - column[1], at) for at, column in enumerate(columns) if _payoff(column, share) == value
    )
    (falling, one), (rising, other) = binding[0], binding[-1]
    part = Fraction(rising, rising - falling) if rising > falling else Fraction(1)
    mix = [Fraction(0)] * len(columns)
    mix[one] += part
    mix[other] += 1 - part
    return mix


def _told(rows: Sequence[Fraction], columns: Sequence[Fraction]) -> Mapping[str, Any]:
    """The artefact with these strategies."""
    return {CHECK: {"strategies": [[str(p) for p in rows], [str(p) for p in columns]]}}


def _two_by_two(one: tuple[int, int], other: tuple[int, int]) -> Fraction:
    (a, b), (c, d) = one, other
    low, high = max(min(a, c), min(b, d)), min(max(a, b), max(c, d))
    return Fraction(low) if low == high else Fraction(a * d - b * c, a + d - b - c)


def _shortcuts(game: Game) -> tuple[Fraction, Fraction]:
    """What the better row alone guarantees, and what both rows in equal parts do."""
    pure = Fraction(max(min(game.first), min(game.second)))
    return pure, min(_payoff(column, Fraction(1, 2)) for column in game.columns())


def _shortcuts_fail(game: Game) -> bool:
    return _optimum(game)[1] not in _shortcuts(game)


def _parse(problem: str) -> Game:
    rows = [tuple(int(payoff) for payoff in row.split(", ")) for row in _ROW.findall(problem)]
    if len(rows) != 2:
        raise ValueError("a game has two rows")
    return Game(*rows)
