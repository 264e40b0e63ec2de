import re
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.sequence import ListAnswer
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.equilibrium import CHECK, equilibrium_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Cell = tuple[int, int]

_ROW = re.compile(r"R([1-9]): ((?:\(-?[0-9]{1,3}, -?[0-9]{1,3}\) ?){2,9})(?=;|\.)")
_CELL = re.compile(r"\((-?[0-9]{1,3}), (-?[0-9]{1,3})\)")


@frozen
class Bimatrix:
    """For each row the cells (payoff of the row player, of the column player); 2 to 9 rows of 2 to 9 cells."""

    cells: tuple[tuple[Cell, ...], ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.cells) <= 9 or len({len(row) for row in self.cells}) != 1:
            raise ValueError("a game has 2 to 9 rows of one length")
        if not 2 <= len(self.cells[0]) <= 9:
            raise ValueError("a game has 2 to 9 columns")


class IteratedDominance:
    """The one profile that survives iterated elimination of strictly dominated pure strategies.

    Difficulty d: d + 3 strategies in all, shared out evenly. Size: the number of strategies.
    Kept where one profile survives, and it is not the one with the greatest sum of payoffs.
    """

    name: Final = "iterated_dominance"
    version: Final = 2
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Bimatrix:
        rows, columns = rng.sample(((difficulty + 3) // 2, (difficulty + 4) // 2), 2)
        return kept(lambda: _draw(rng, rows, columns), _shortcut_fails)

    def state(self, instance: Bimatrix, phrasing: int) -> str:
        rows = "; ".join(
            f"R{at}: {' '.join(f'({mine}, {other})' for mine, other in row)}"
            for at, row in enumerate(instance.cells, start=1)
        )
        columns = len(instance.cells[0])
        ending = (
            "The final answer is a list in square brackets of a row and a column, such as [R1, C1]. The artefact "
            "`equilibrium` gives both players' probabilities in an equilibrium of the whole game."
        )
        if phrasing == 0:
            return (
                f"Two players choose at the same time, one a row and the other a column from C1 to C{columns}. Each "
                f"cell holds the row player's payoff, then the column player's. {rows}. Strictly dominated strategies "
                f"are deleted again and again, until one profile is left. Which? {ending}"
            )
        if phrasing == 1:
            return (
                f"Solve this bimatrix game by iterated strict dominance (pure strategies; columns C1 to C{columns}; "
                f"first number for the player who picks the row). {rows}. {ending}"
            )
        return (
            "Two firms decide independently, and each knows that both are rational, that both know this, and so on. "
            f"Firm Row's options are the rows, firm Col's the columns C1 to C{columns}; profits are (Row, Col). "
            f"{rows}. Nobody uses an option that another of its options beats in every remaining case. What will they "
            f"choose? {ending}"
        )

    def answer(self, instance: Bimatrix) -> ListAnswer:
        row, column = _surviving(instance)[0]
        return ListAnswer(tuple(TextAnswer(name) for name in _named(row, column)), {"format": "text", "case": False})

    def size(self, instance: Bimatrix) -> int:
        return len(instance.cells) + len(instance.cells[0])

    def read(self, problem: str) -> Bimatrix | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Bimatrix) -> WorkedSolution:
        """Deletes the first dominated strategy that there is, rows before columns, until none is."""
        profile, lines = _surviving(instance)
        return WorkedSolution(_listed(*profile), tuple(lines), _told(instance, profile))

    def solve_again(self, instance: Bimatrix) -> str:
        """Where strict dominance leaves one profile, it is the only equilibrium: looks for it among all cells."""
        cells = instance.cells
        best_rows = [max(row[at][0] for row in cells) for at in range(len(cells[0]))]
        stable = [
            _listed(at, column)
            for at, row in enumerate(cells)
            for column, (mine, other) in enumerate(row)
            if mine == best_rows[column] and other == max(cell[1] for cell in row)
        ]
        return " ".join(stable)

    def slip(self, instance: Bimatrix, rng: Random) -> str:
        """Takes the cell that is best for both together, or has one of the players stray from the right one."""
        row, column = _surviving(instance)[0]
        if rng.random() < 0.5:
            return _listed(*_most_together(instance))
        others = [at for at in range(len(instance.cells)) if at != row]
        return _listed(rng.choice(others), column)

    def checks(self, instance: Bimatrix) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("solver", CHECK)

    def artefacts(self, instance: Bimatrix) -> tuple[ArtefactSpecification, ...]:
        rows, columns = len(instance.cells), len(instance.cells[0])
        asked = equilibrium_artefact(
            [[[cell[player] for cell in row] for row in instance.cells] for player in (0, 1)],
            equilibrium=_told(instance, _surviving(instance)[0])[CHECK]["strategies"],
            actions=[[f"R{at}" for at in range(1, rows + 1)], [f"C{at}" for at in range(1, columns + 1)]],
        )
        return (asked,)

    def go_wrong(self, instance: Bimatrix, rng: Random) -> WorkedSolution:  # noqa: ARG002 - there is one such cell
        """Plays what is best for both together, which one of them would leave."""
        cell = _most_together(instance)
        return ended_in(self.solve(instance), _listed(*cell), _told(instance, cell))


_DOMINATED = "A strategy that another one beats whatever the opponent still may do is never played."


def _named(row: int, column: int) -> tuple[str, str]:
    return f"R{row + 1}", f"C{column + 1}"


def _told(game: Bimatrix, profile: Cell) -> Mapping[str, Any]:
    """The artefact in which both play a cell for certain."""
    sizes = (len(game.cells), len(game.cells[0]))
    strategies = [[int(at == chosen) for at in range(size)] for size, chosen in zip(sizes, profile, strict=True)]
    return {CHECK: {"strategies": strategies}}


def _listed(row: int, column: int) -> str:
    return f"[{', '.join(_named(row, column))}]"


def _margins(game: Bimatrix, side: int, one: int, other: int, against: list[int]) -> list[tuple[int, int]]:
    """What strategies `one` and `other` of a side (0 rows, 1 columns) pay against each of the opponent's."""
    if side == 0:
        return [(game.cells[one][at][0], game.cells[other][at][0]) for at in against]
    return [(game.cells[at][one][1], game.cells[at][other][1]) for at in against]


def _dominated(game: Bimatrix, left: tuple[list[int], list[int]]) -> tuple[int, int, int] | None:
    """(side, strategy, what dominates it), the first there is."""
    for side in (0, 1):
        for other in left[side]:
            for one in left[side]:
                if all(better > worse for better, worse in _margins(game, side, one, other, left[1 - side])):
                    return side, other, one
    return None


def _surviving(game: Bimatrix) -> tuple[Cell, list[WorkedLine]]:
    """The surviving profile, and how it is found.

    Raises:
        ValueError: more than one survives.
    """
    left = list(range(len(game.cells))), list(range(len(game.cells[0])))
    lines: list[WorkedLine] = []
    while found := _dominated(game, left):
        side, worse, better = found
        claims = (
            Claim(f"{written(more)} - {written(less)}", ">", "0")
            for more, less in _margins(game, side, better, worse, left[1 - side])
        )
        letter = "RC"[side]
        lines.append(line(_DOMINATED, f"{letter}{better + 1} beats {letter}{worse + 1}", *claims))
        left[side].remove(worse)
    if len(left[0]) + len(left[1]) > 2:
        raise ValueError("more than one profile survives")
    return (left[0][0], left[1][0]), lines


def _most_together(game: Bimatrix) -> Cell:
    cells = [(at, column) for at, row in enumerate(game.cells) for column in range(len(row))]
    return max(cells, key=lambda cell: sum(game.cells[cell[0]][cell[1]]))


def _draw(rng: Random, rows: int, columns: int) -> Bimatrix:
    """Grows a game from its solution: each new strategy is dominated by an older one against all older ones."""
    mine: dict[Cell, int] = {(0, 0): rng.randint(0, 12)}
    theirs: dict[Cell, int] = {(0, 0): rng.randint(0, 12)}
    count = [1, 1]
    order = [0] * (rows - 1) + [1] * (columns - 1)
    rng.shuffle(order)
    for side in order:
        new, model = count[side], rng.randrange(count[side])
        for at in range(count[1 - side]):
            cell, old = ((new, at), (model, at)) if side == 0 else ((at, new), (at, model))
            own, other = (mine, theirs) if side == 0 else (theirs, mine)
            own[cell] = own[old] - rng.randint(1, 5)
            other[cell] = rng.randint(0, 15)
        count[side] += 1
    by_row, by_column = rng.sample(range(rows), rows), rng.sample(range(columns), columns)
    return Bimatrix(tuple(tuple((mine[row, column], theirs[row, column]) for column in by_column) for row in by_row))


def _shortcut_fails(game: Bimatrix) -> bool:
    return _surviving(game)[0] != _most_together(game)


def _parse(problem: str) -> Bimatrix:
    rows = [_CELL.findall(row) for _, row in _ROW.findall(problem)]
    return Bimatrix(tuple(tuple((int(mine), int(other)) for mine, other in row) for row in rows))
