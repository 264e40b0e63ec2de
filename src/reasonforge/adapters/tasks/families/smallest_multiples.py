import math
import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_FACTOR = re.compile(r"\b([0-9]{2,5})(?:·n| steps)")
_MODULUS = re.compile(r"\b(?:divided by|modulo|ring of) ([0-9]{3,5})\b")
_WINDOW = re.compile(r"from ([0-9]{1,5}) to ([0-9]{1,5})\b")
_WAYS = (
    (
        "Find the smallest positive integer n for which {factor}·n, divided by {modulus}, leaves a remainder from "
        "{low} to {high}. The final answer is one integer."
    ),
    (
        "A pointer stands at position 0 on a ring of {modulus} positions, numbered on from 0. Each move takes it "
        "{factor} steps forward. After how many moves, at least one, does it first stand at a position from {low} to "
        "{high}? The final answer is one integer."
    ),
    (
        "What is the least n ≥ 1 such that {factor}·n is congruent to an integer from {low} to {high} modulo "
        "{modulus}? The final answer is one integer."
    ),
)


@frozen
class Window:
    """low ≤ factor·n mod modulus ≤ high, for a factor prime to the modulus; modulus 100…99,999, window 2…16 wide."""

    factor: int
    modulus: int
    low: int
    high: int

    def __attrs_post_init__(self) -> None:
        if not 10 <= self.factor < self.modulus or math.gcd(self.factor, self.modulus) != 1 or self.modulus < 100:
            raise ValueError("the factor is from 10 to below the modulus of 100 or more, and prime to it")
        if not 1 <= self.low < self.high < self.modulus or self.high - self.low > 15:
            raise ValueError("the window is 2 to 16 wide and within 1…modulus − 1")


class SmallestMultiples:
    """The smallest n for which a·n falls into a window modulo m: a Diophantine inequality.

    Difficulty d: a window of d + 2 residues, a modulus of 7 + d/2 binary digits (rounded down).
    Size: the width of the window times the binary digits of the modulus. Kept where n is more than one turn of the
    ring away, and belongs to neither end of the window.
    """

    name: Final = "smallest_multiples"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Window:
        digits = 7 + difficulty // 2

        def draw() -> Window | None:
            modulus = rng.randrange(max(100, 2 ** (digits - 1)), 2**digits)
            factor = rng.randrange(10, modulus - 1)
            low = rng.randrange(1, modulus - difficulty - 2)
            usable = math.gcd(factor, modulus) == 1
            return Window(factor, modulus, low, low + difficulty + 1) if usable else None

        return kept(draw, _ends_fail)

    def state(self, instance: Window, phrasing: int) -> str:
        return _WAYS[phrasing].format(
            factor=instance.factor, modulus=instance.modulus, low=instance.low, high=instance.high
        )

    def answer(self, instance: Window) -> IntegerAnswer:
        return IntegerAnswer(min(_solutions(instance)))

    def size(self, instance: Window) -> int:
        return (instance.high - instance.low + 1) * instance.modulus.bit_length()

    def read(self, problem: str) -> Window | None:
        return recognised(self, problem, _parse, _ends_fail)

    def solve(self, instance: Window) -> WorkedSolution:
        """Inverts the factor, and compares the one solution of each residue in the window."""
        inverse = pow(instance.factor, -1, instance.modulus)
        unit = equals(f"{instance.factor} * {inverse} mod {instance.modulus}", 1)
        lines = [line("The factor is prime to the modulus and has an inverse.", "The inverse", unit)]
        claims: list[Claim] = []
        for residue, solution in zip(range(instance.low, instance.high + 1), _solutions(instance), strict=True):
            claims.append(equals(f"{residue} * {inverse} mod {instance.modulus}", solution))
        lines.append(line(_EACH, "Residue by residue", *claims))
        least = min(_solutions(instance))
        residue = instance.factor * least % instance.modulus
        proof = equals(f"{instance.factor} * {least} mod {instance.modulus}", residue)
        lines.append(line("The smallest of them is the answer.", f"The smallest is {least}", proof))
        return WorkedSolution(str(least), tuple(lines))

    def solve_again(self, instance: Window) -> str:
        """Tries 1, 2, 3 …"""
        position, moves = instance.factor, 1
        while not instance.low <= position <= instance.high:
            position, moves = (position + instance.factor) % instance.modulus, moves + 1
        return str(moves)

    def slip(self, instance: Window, rng: Random) -> str:
        """Takes the solution of another residue of the window."""
        return str(rng.choice(sorted(_solutions(instance))[1:]))


_EACH = "Each residue in the window is met by exactly one n below the modulus: the residue times the inverse."


def _solutions(window: Window) -> list[int]:
    """The least n for each residue in the window, in the order of the residues."""
    inverse = pow(window.factor, -1, window.modulus)
    return [residue * inverse % window.modulus for residue in range(window.low, window.high + 1)]


def _ends_fail(window: Window) -> bool:
    solutions = _solutions(window)
    least = min(solutions)
    return least * window.factor > window.modulus and least not in (solutions[0], solutions[-1])


def _parse(problem: str) -> Window | None:
    factor, modulus, ends = _FACTOR.search(problem), _MODULUS.search(problem), _WINDOW.search(problem)
    if factor is None or modulus is None or ends is None:
        return None
    return Window(int(factor[1]), int(modulus[1]), int(ends[1]), int(ends[2]))
