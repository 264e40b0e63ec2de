import re
from fractions import Fraction
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.distribution_tails import chi_square_tail
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
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.statistics import statistics_artefact
from reasonforge.domain.discipline import Discipline

_TEST = "chi_square_independence"
_ROW = re.compile(r"group ([1-6]): ([0-9]{1,3}(?:, [0-9]{1,3}){1,5})(?=;|\.)")


@frozen
class Table:
    """Counts of a contingency table: 2 to 6 rows of 2 to 6, every row and column with something in it."""

    counts: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.counts) <= 6 or len({len(row) for row in self.counts}) != 1:
            raise ValueError("a table has 2 to 6 rows of one length")
        if not 2 <= len(self.counts[0]) <= 6 or min(*self.rows(), *self.columns()) < 1:
            raise ValueError("a table has 2 to 6 columns, and no empty row or column")

    def rows(self) -> list[int]:
        """The row totals."""
        return [sum(row) for row in self.counts]

    def columns(self) -> list[int]:
        """The column totals."""
        return [sum(column) for column in zip(*self.counts, strict=True)]


class ChiSquare:
    """Pearson's χ² of a contingency table, exactly.

    Difficulty d: 2 + d/4 rows and 2 + d/3 columns (rounded down), counts up to 12 + 3·d. Size: the number of cells.
    Kept where equal expected counts, and Yates' correction, give other values.
    """

    name: Final = "chi_square"
    version: Final = 2
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Table:
        def draw() -> Table:
            rows, columns = 2 + difficulty // 4, 2 + difficulty // 3
            return Table(tuple(tuple(rng.randint(2, 12 + 3 * difficulty) for _ in range(columns)) for _ in range(rows)))

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Table, phrasing: int) -> str:
        rows = "; ".join(f"group {at}: {', '.join(map(str, row))}" for at, row in enumerate(instance.counts, start=1))
        ending = (
            "No correction is made. The artefact `statistics` gives the test, its columns outcome_1, outcome_2, … (the "
            "counts of one kind in every group, in the order told), the statistic, its degrees of freedom and the "
            "p-value. The final answer is a fraction p/q in lowest terms, or an integer."
        )
        if phrasing == 0:
            return (
                f"An experiment counted, per group, how often each of {len(instance.counts[0])} outcomes occurred: "
                f"{rows}. Compute Pearson's chi-squared statistic for the hypothesis that group and outcome are "
                f"independent. {ending}"
            )
        if phrasing == 1:
            return (
                f"Test whether the groups have the same distribution over the categories of this table of counts. "
                f"{rows}. What value does the χ² statistic of homogeneity have exactly? {ending}"
            )
        return (
            f"A field survey gave these frequencies (a column per species). {rows}. Let E be the frequency expected "
            f"from row and column totals. What is the sum of (observed - E)²/E over all cells? {ending}"
        )

    def answer(self, instance: Table) -> FractionAnswer:
        return FractionAnswer(_by_ratios(instance))

    def size(self, instance: Table) -> int:
        return len(instance.counts) * len(instance.counts[0])

    def read(self, problem: str) -> Table | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Table) -> WorkedSolution:
        """Expected counts, cell by cell, and the sum of the squared deviations over them."""
        rows, columns = instance.rows(), instance.columns()
        total = sum(rows)
        sums = [
            equals(" + ".join(map(str, row)), sum(row))
            for row in (*instance.counts, *zip(*instance.counts, strict=True))
        ]
        lines: list[WorkedLine] = [
            line("Add up rows and columns.", f"In all {total}", *sums, equals(" + ".join(map(str, rows)), total))
        ]
        parts: list[Fraction] = []
        for at, row in enumerate(instance.counts):
            claims = []
            mine: list[Fraction] = []
            for observed, column in zip(row, columns, strict=True):
                expected = Fraction(rows[at] * column, total)
                mine.append((observed - expected) ** 2 / expected)
                claims.append(equals(f"{rows[at]} * {column} / {total}", expected))
                claims.append(equals(f"({observed} - {written(expected)}) ^ 2 / {written(expected)}", mine[-1]))
            parts.append(sum(mine, Fraction(0)))
            claims.append(equals(" + ".join(map(written, mine)), parts[-1]))
            lines.append(line(_CELL, f"Group {at + 1} contributes {parts[-1]}", *claims))
        statistic = sum(parts, Fraction(0))
        lines.append(
            line("The groups' parts add up.", f"χ² = {statistic}", equals(" + ".join(map(written, parts)), statistic))
        )
        freedom = (len(rows) - 1) * (len(columns) - 1)
        return WorkedSolution(str(statistic), tuple(lines), _told(instance, statistic, freedom))

    def solve_again(self, instance: Table) -> str:
        """N · (Σ O²/(R·C) - 1), without expected counts."""
        return str(_by_ratios(instance))

    def slip(self, instance: Table, rng: Random) -> str:
        """Expects the same count in every cell, or corrects as Yates did."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Table) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation", "statistics")

    def artefacts(self, instance: Table) -> tuple[ArtefactSpecification, ...]:
        return (statistics_artefact(_columns(instance), [{"test": _TEST, "columns": list(_columns(instance))}]),)

    def go_wrong(self, instance: Table, rng: Random) -> WorkedSolution:
        """Ends in a slip; the artefact has Yates' statistic, and a degree of freedom for every cell but one."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _told(instance, _shortcuts(instance)[1], self.size(instance) - 1),
        )


_CELL = "A cell is expected to hold row total times column total over the grand total, and adds (O - E)² / E."


def _columns(table: Table) -> dict[str, list[int]]:
    return {f"outcome_{at}": list(column) for at, column in enumerate(zip(*table.counts, strict=True), start=1)}


def _told(table: Table, statistic: Fraction, freedom: int) -> dict[str, Any]:
    """The artefact."""
    value = float(statistic)
    told = {"statistic": value, "df": freedom, "p": chi_square_tail(value, freedom)}
    return {"statistics": {"test": _TEST, "columns": list(_columns(table)), **told}}


def _by_ratios(table: Table) -> Fraction:
    rows, columns = table.rows(), table.columns()
    shares = (
        Fraction(count**2, rows[at] * column)
        for at, row in enumerate(table.counts)
        for count, column in zip(row, columns, strict=True)
    )
    return sum(rows) * (sum(shares, Fraction(0)) - 1)


def _shortcuts(table: Table) -> tuple[Fraction, Fraction]:
    rows, columns = table.rows(), table.columns()
    total = sum(rows)
    even = Fraction(total, len(rows) * len(columns))
    alike = sum(((count - even) ** 2 / even for row in table.counts for count in row), Fraction(0))
    corrected = Fraction(0)
    for at, row in enumerate(table.counts):
        for count, column in zip(row, columns, strict=True):
            expected = Fraction(rows[at] * column, total)
            corrected += (abs(count - expected) - Fraction(1, 2)) ** 2 / expected
    return alike, corrected


def _shortcuts_fail(table: Table) -> bool:
    right = _by_ratios(table)
    return right > 0 and right not in _shortcuts(table)


def _parse(problem: str) -> Table | None:
    rows = _ROW.findall(problem)
    return Table(tuple(tuple(int(count) for count in row.split(", ")) for _, row in rows)) if rows else None
