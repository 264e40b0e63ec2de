import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_CODE = re.compile(r"\(n \* ([0-9]{1,6})\) >> ([0-9]{1,2})\b")
_DIVISOR = re.compile(r"\bn // ([0-9]{1,3})\b")
_FARTHEST = 30_000
_WAYS = (
    (
        "A compiler replaces the division n // {divisor} of a non-negative integer by the faster (n * {factor}) >> "
        "{shift}. (// rounds down, and >> {shift} divides by 2^{shift} and rounds down.) For small n both agree. "
        "What is the smallest n for which they differ? The final answer is one integer."
    ),
    (
        "Somebody optimised a function: instead of n // {divisor} it now returns (n * {factor}) >> {shift}, where // "
        "is the integer quotient and >> {shift} drops the last {shift} binary digits. Find the smallest n ≥ 0 that "
        "fails the test that both are equal. The final answer is one integer."
    ),
    (
        "A property test runs n = 0, 1, 2, … until it finds that (n * {factor}) >> {shift} is not n // {divisor}. "
        "With integers of any size, // rounding down and >> {shift} meaning // 2^{shift}, on which n does it stop? "
        "The final answer is one integer."
    ),
)


@frozen
class Reciprocal:
    """n·factor >> shift in the place of n // divisor (2…999), where it first fails by being one too large.

    shift is 8…20; with excess = factor · divisor − 2^shift, 0 < excess ≤ factor and the failing input is below 30,000.
    """

    divisor: int
    factor: int
    shift: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= self.divisor <= 999 or not 8 <= self.shift <= 20:
            raise ValueError("the divisor is 2…999 and the shift 8…20")
        if not 0 < self.excess() <= self.factor or _first_failing(self) >= _FARTHEST:
            raise ValueError("the factor is a little larger than 2^shift / divisor")

    def excess(self) -> int:
        """By how much factor · divisor passes 2^shift."""
        return self.factor * self.divisor - (1 << self.shift)


class FailingInputs:
    """The smallest input on which a division by multiplication and shift fails.

    Difficulty d: a shift of 9 + d, divisors from 3 to 12 + 4d, a factor up to 3 too large. Size: the shift. Kept where
    the first n whose error passes a whole, n ≥ 2^shift / excess, is not yet the answer.
    """

    name: Final = "failing_inputs"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Reciprocal:
        shift = 9 + difficulty

        def draw() -> Reciprocal | None:
            divisor = rng.randint(3, 12 + 4 * difficulty)
            try:
                return Reciprocal(divisor, -(-(2**shift) // divisor) + rng.randint(0, 3), shift)
            except ValueError:
                return None

        return kept(draw, _rounding_up_fails)

    def state(self, instance: Reciprocal, phrasing: int) -> str:
        return _WAYS[phrasing].format(divisor=instance.divisor, factor=instance.factor, shift=instance.shift)

    def answer(self, instance: Reciprocal) -> IntegerAnswer:
        return IntegerAnswer(_first_failing(instance))

    def size(self, instance: Reciprocal) -> int:
        return instance.shift

    def read(self, problem: str) -> Reciprocal | None:
        return recognised(self, problem, _parse, _rounding_up_fails)

    def solve(self, instance: Reciprocal) -> WorkedSolution:
        """The remainder divisor − 1 fails first; how often the divisor goes into n then follows from the excess."""
        divisor, factor, shift, excess = instance.divisor, instance.factor, instance.shift, instance.excess()
        failing = _first_failing(instance)
        times = failing // divisor
        product = failing * factor
        enough = Claim(f"{times} * {excess}", "≥", f"{factor} - {excess}")
        short = Claim(f"({times} - 1) * {excess}", "<", f"{factor} - {excess}")
        dropped = product % 2**shift
        lines = (
            line(_EXCESS, "The excess", equals(f"{factor} * {divisor} - 2^{shift}", excess)),
            line(_THRESHOLD, f"{times} is the first such q", enough, short),
            line("That gives the input.", "n", equals(f"{times} * {divisor} + {divisor} - 1", failing)),
            line(
                "There the code is one too large.",
                f"n // {divisor} is {times}",
                equals(f"{failing} * {factor} mod 2^{shift}", dropped),
                equals(f"({failing} * {factor} - {dropped}) / 2^{shift}", product >> shift),
            ),
        )
        return WorkedSolution(str(failing), lines)

    def solve_again(self, instance: Reciprocal) -> str:
        """Tries one input after the other."""
        n = 0
        while n * instance.factor >> instance.shift == n // instance.divisor:
            n += 1
        return str(n)

    def slip(self, instance: Reciprocal, rng: Random) -> str:
        """Takes the first n whose error passes a whole, or the last input that still works."""
        return str(rng.choice((_error_passes_one(instance), _first_failing(instance) - 1)))


_EXCESS = "Each multiple of the divisor adds the same excess over 2^shift."
_THRESHOLD = (
    "For n = q·m + r the code exceeds q when q·excess + r·factor ≥ 2^shift; the largest remainder r = m - 1 gets "
    "there first, when q·excess ≥ factor - excess."
)


def _first_failing(reciprocal: Reciprocal) -> int:
    excess = reciprocal.excess()
    return -(-(reciprocal.factor - excess) // excess) * reciprocal.divisor + reciprocal.divisor - 1


def _error_passes_one(reciprocal: Reciprocal) -> int:
    return -(-(1 << reciprocal.shift) // reciprocal.excess())


def _rounding_up_fails(reciprocal: Reciprocal) -> bool:
    return _error_passes_one(reciprocal) != _first_failing(reciprocal)


def _parse(problem: str) -> Reciprocal | None:
    code, divisor = _CODE.search(problem), _DIVISOR.search(problem)
    return Reciprocal(int(divisor[1]), int(code[1]), int(code[2])) if code and divisor else None
