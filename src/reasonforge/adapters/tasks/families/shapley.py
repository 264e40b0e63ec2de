import math
import re
from fractions import Fraction
from itertools import combinations, permutations
from random import Random
from typing import Final

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
from reasonforge.domain.answers.sequence import ListAnswer, fractions
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_COALITION = re.compile(r"\b([A-E]{1,5}): ([0-9]{1,3})(?=,|\.)")
_PLAYERS = "ABCDE"


@frozen
class Coalitions:
    """What each coalition of 3 to 5 players is worth: by size, then alphabet; the empty one is worth nothing."""

    players: int
    worths: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= self.players <= len(_PLAYERS) or len(self.worths) != 2**self.players - 1:
            raise ValueError("a game has 3 to 5 players, and a worth for each of their coalitions")

    def names(self) -> list[str]:
        """The coalitions, in order."""
        members = _PLAYERS[: self.players]
        return ["".join(some) for size in range(1, self.players + 1) for some in combinations(members, size)]

    def table(self) -> dict[str, int]:
        """The worth of every coalition, the empty one included."""
        return {"": 0, **dict(zip(self.names(), self.worths, strict=True))}


class Shapley:
    """The Shapley value of a game given by its characteristic function.

    Difficulty d: 3 players up to 3, 4 up to 7, then 5. Size: the number of coalitions.
    Worth never falls as a coalition grows. Kept where neither equal parts nor parts in proportion to what each player
    is worth alone are right.
    """

    name: Final = "shapley"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Coalitions:
        return kept(lambda: _draw(rng, 3 + (difficulty > 3) + (difficulty > 7), 10 + 2 * difficulty), _shortcuts_fail)

    def state(self, instance: Coalitions, phrasing: int) -> str:
        worths = ", ".join(f"{name}: {worth}" for name, worth in zip(instance.names(), instance.worths, strict=True))
        ending = (
            "The final answer is a list in square brackets, in alphabetical order, of exact fractions p/q or integers."
        )
        players = ", ".join(_PLAYERS[: instance.players])
        if phrasing == 0:
            return (
                f"In a cooperative game of {players} the coalitions are worth as follows, and the empty one nothing. "
                f"{worths}. Compute every player's Shapley value. {ending}"
            )
        if phrasing == 1:
            return (
                f"Companies {players} can join forces. The yearly profit of every group is known. {worths}. The "
                "companies share the profit of the whole so that each gets its marginal contribution, averaged over "
                f"all orders in which they might have joined. How much is that for each? {ending}"
            )
        return (
            f"A transferable-utility game has the characteristic function below. {worths}. Divide the worth of the "
            "grand coalition by the only rule that is efficient, symmetric and additive and gives dummies nothing. "
            f"{ending}"
        )

    def answer(self, instance: Coalitions) -> ListAnswer:
        return fractions(_by_orders(instance))

    def size(self, instance: Coalitions) -> int:
        return len(instance.worths)

    def read(self, problem: str) -> Coalitions | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Coalitions) -> WorkedSolution:
        """Weighs a player's marginal contributions by the number of orders in which each occurs."""
        table, count = instance.table(), instance.players
        values: list[Fraction] = []
        lines: list[WorkedLine] = []
        for player in _PLAYERS[:count]:
            others = [name for name in table if player not in name]
            claims: list[Claim] = []
            sums: list[int] = []
            for size in range(count):
                pairs = [(table["".join(sorted(name + player))], table[name]) for name in others if len(name) == size]
                sums.append(sum(more - less for more, less in pairs))
                claims.append(equals(" + ".join(f"{more} - {less}" for more, less in pairs), sums[-1]))
            weights = [math.factorial(size) * math.factorial(count - 1 - size) for size in range(count)]
            total = sum(weight * gain for weight, gain in zip(weights, sums, strict=True))
            values.append(Fraction(total, math.factorial(count)))
            terms = " + ".join(f"{weight} * {gain}" for weight, gain in zip(weights, sums, strict=True))
            claims += [equals(terms, total), equals(f"{total} / {math.factorial(count)}", values[-1])]
            lines.append(line(_MARGINAL, f"{player} gets {values[-1]}", *claims))
        return WorkedSolution(fractions(values).truth(), tuple(lines))

    def solve_again(self, instance: Coalitions) -> str:
        """Averages over every order in which the players can join."""
        return fractions(_by_orders(instance)).truth()

    def slip(self, instance: Coalitions, rng: Random) -> str:
        """Divides in equal parts, or in proportion to what each is worth alone."""
        return fractions(rng.choice(_shortcuts(instance))).truth()


_MARGINAL = (
    "Add up what the player adds to the coalitions of each size s of the others, and weigh that with "
    "s!·(n - 1 - s)! / n!."
)


def _by_orders(game: Coalitions) -> list[Fraction]:
    table, gains = game.table(), dict.fromkeys(_PLAYERS[: game.players], 0)
    for order in permutations(gains):
        before = 0
        for at, player in enumerate(order, start=1):
            after = table["".join(sorted(order[:at]))]
            gains[player] += after - before
            before = after
    return [Fraction(gain, math.factorial(game.players)) for gain in gains.values()]


def _draw(rng: Random, players: int, most: int) -> Coalitions:
    table = {"": 0}
    for size in range(1, players + 1):
        for some in combinations(_PLAYERS[:players], size):
            smaller = max(table["".join(part)] for part in combinations(some, size - 1))
            table["".join(some)] = smaller + rng.randint(1, most)
    del table[""]
    return Coalitions(players, tuple(table.values()))


def _shortcuts(game: Coalitions) -> tuple[list[Fraction], list[Fraction]]:
    whole, alone = game.worths[-1], game.worths[: game.players]
    equal = [Fraction(whole, game.players)] * game.players
    return equal, [Fraction(whole * worth, sum(alone)) for worth in alone] if sum(alone) else equal


def _shortcuts_fail(game: Coalitions) -> bool:
    return _by_orders(game) not in _shortcuts(game)


def _parse(problem: str) -> Coalitions:
    found = _COALITION.findall(problem)
    return Coalitions(max((len(name) for name, _ in found), default=0), tuple(int(worth) for _, worth in found))
