import re
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
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

_MOVES = re.compile(r"\b(?:takes|remove|subtracts) ([1-9](?:, [1-9]){0,4}) or ([1-9])\b")
_FIXED = re.compile(r"\b(?:holds|have|hold) ([1-9][0-9]?)(?: and ([1-9][0-9]?))?(?= |\.)")
_LEAST = re.compile(r"\bat least ([1-9][0-9]{0,2})\b")
_SEARCHED = 60
_FIRST_SKIPPED = 2


@frozen
class Heaps:
    """Heaps of which a player takes one of the `moves` (2 to 6 numbers up to 9, rising); who cannot move loses.

    One or two heaps are fixed (at most 30 each); asked is the least size from `least` on of one more that makes the
    first player lose.
    """

    moves: tuple[int, ...]
    fixed: tuple[int, ...]
    least: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.moves) <= 6 or list(self.moves) != sorted(set(self.moves)):
            raise ValueError("a game has 2 to 6 moves, rising")
        if not 1 <= len(self.fixed) <= 2 or max(self.fixed) > 30 or not 1 <= self.least <= 200:
            raise ValueError("one or two heaps of at most 30 are fixed, and the other has at least 1 to 200")


class SubtractionGame:
    """The least size of a further heap that makes a subtraction game lost for whoever begins.

    Difficulty d: 2 + d/3 moves (rounded down, at most 5), one fixed heap up to 3 and two from there on, sizes from
    5 + 6·d on. Size: the least size allowed. Kept where the size asked is none of the first two allowed, and neither
    balancing the numbers of stones (as in Nim, where any number may be taken) nor the residue by the smallest plus the
    largest move gives it.
    """

    name: Final = "subtraction_game"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Heaps:
        def draw() -> Heaps:
            moves = tuple(sorted(rng.sample(range(1, 10), min(2 + difficulty // 3, 5))))
            fixed = tuple(rng.randint(2, 12) for _ in range(1 if difficulty <= 3 else 2))
            return Heaps(moves, fixed, 5 + 6 * difficulty)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Heaps, phrasing: int) -> str:
        moves = f"{', '.join(map(str, instance.moves[:-1]))} or {instance.moves[-1]}"
        fixed = " and ".join(map(str, instance.fixed))
        several = len(instance.fixed) > 1
        ending = "The final answer is one integer."
        if phrasing == 0:
            return (
                f"Two players move in turn; one takes {moves} counters from a heap, and whoever cannot move loses. "
                f"{'Two heaps hold' if several else 'One heap holds'} {fixed} counters, and there is one more heap, of "
                f"at least {instance.least}. What is the smallest size of that heap with which the player who begins "
                f"loses against best play? {ending}"
            )
        if phrasing == 1:
            return (
                f"In a game with stones the players alternately remove {moves} stones from a pile of their choice, "
                f"until no such move is possible; the last to move wins. {'Piles' if several else 'A pile'} "
                f"{'have' if several else 'holds'} {fixed} stones. One further pile of at least {instance.least} shall "
                f"be added so that the second player can force a win. How many stones must it have, at the fewest? "
                f"{ending}"
            )
        return (
            f"Consider sums of the subtraction game in which one subtracts {moves} from a number, without going below "
            f"zero, under normal play. {'Two components hold' if several else 'One component holds'} {fixed} at the "
            f"start. Find the least n, at least {instance.least}, for which the sum with one more component n has "
            f"Grundy value zero. {ending}"
        )

    def answer(self, instance: Heaps) -> IntegerAnswer:
        return IntegerAnswer(_least(instance))

    def size(self, instance: Heaps) -> int:
        return instance.least

    def read(self, problem: str) -> Heaps | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Heaps) -> WorkedSolution:
        """Grundy values: a sum is lost for whoever begins when the values' exclusive or is zero."""
        found = _least(instance)
        values = _grundy(instance.moves, max(found, *instance.fixed))
        lines = [
            WorkedLine(
                _MEX, f"Sizes {at} to {min(at + 9, len(values) - 1)} have {', '.join(map(str, values[at : at + 10]))}."
            )
            for at in range(0, len(values), 10)
        ]
        wanted = _nimber(instance, values)
        lines.append(WorkedLine(_SUM, f"The fixed heaps together have {wanted}, so the other one must have it too."))
        tried = found - instance.least
        steps = equals(f"{instance.least} + {tried}", found)
        lines.append(
            line("Go through the sizes from the least on.", f"After {tried} others {found} has {wanted}", steps)
        )
        return WorkedSolution(str(found), tuple(lines))

    def solve_again(self, instance: Heaps) -> str:
        """Marks every position of all heaps as won or lost, without Grundy values.

        The lost sizes of the last heap are bits of one number for each size of the others.
        """
        most = instance.least + _SEARCHED
        first, second = (*instance.fixed, 0)[:2]
        lost: dict[tuple[int, int], int] = {}
        for a in range(first + 1):
            for b in range(second + 1):
                won = 0
                for move in instance.moves:
                    won |= lost.get((a - move, b), 0) | lost.get((a, b - move), 0)
                bits = 0
                for n in range(most + 1):
                    if not won >> n & 1 and not any(n >= move and bits >> (n - move) & 1 for move in instance.moves):
                        bits |= 1 << n
                lost[a, b] = bits
        final = lost[first, second]
        return str(next((n for n in range(instance.least, most + 1) if final >> n & 1), 0))

    def slip(self, instance: Heaps, rng: Random) -> str:
        """Counts stones as in Nim, or takes residues by the smallest plus the largest move."""
        return str(rng.choice(_shortcuts(instance)))


_MEX = "A heap's Grundy value is the least number that no move leads to."
_SUM = "The value of several heaps is the exclusive or of theirs, and whoever begins loses where it is zero."


def _grundy(moves: tuple[int, ...], most: int) -> list[int]:
    values: list[int] = []
    for size in range(most + 1):
        led_to = {values[size - move] for move in moves if move <= size}
        values.append(next(value for value in range(len(moves) + 1) if value not in led_to))
    return values


def _nimber(heaps: Heaps, values: list[int]) -> int:
    total = 0
    for size in heaps.fixed:
        total ^= values[size]
    return total


def _least(heaps: Heaps) -> int:
    """The size asked for.

    Raises:
        ValueError: there is none among 60.
    """
    values = _grundy(heaps.moves, max(heaps.least + _SEARCHED, *heaps.fixed))
    wanted = _nimber(heaps, values)
    for size in range(heaps.least, heaps.least + _SEARCHED):
        if values[size] == wanted:
            return size
    raise ValueError("no size makes the first player lose")


def _shortcuts(heaps: Heaps) -> tuple[int, int]:
    """The first sizes allowed with which the residues' exclusive or is zero, by 16 and by smallest + largest move."""
    found: list[int] = []
    for modulus in (16, heaps.moves[0] + heaps.moves[-1]):
        total = 0
        for size in heaps.fixed:
            total ^= size % modulus
        sizes = range(heaps.least, heaps.least + _SEARCHED)
        found.append(next((size for size in sizes if size % modulus == total), heaps.least))
    return found[0], found[1]


def _shortcuts_fail(heaps: Heaps) -> bool:
    try:
        found = _least(heaps)
    except ValueError:  # no size at all
        return False
    return found >= heaps.least + _FIRST_SKIPPED and found not in _shortcuts(heaps)


def _parse(problem: str) -> Heaps | None:
    moves, fixed, least = _MOVES.search(problem), _FIXED.search(problem), _LEAST.search(problem)
    if moves is None or fixed is None or least is None:
        return None
    sizes = tuple(int(size) for size in fixed.groups() if size is not None)
    return Heaps((*(int(move) for move in moves[1].split(", ")), int(moves[2])), sizes, int(least[1]))
