import re
from fractions import Fraction
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import expanded
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Row = dict[str, Fraction]

_GOAL, _TRAP = "Y", "Z"
_ROW = re.compile(r"from ([A-G]) to ((?:[A-GYZ] with [1-9]/[0-9]{1,2}(?:, )?){2,5})")
_MOVE = re.compile(r"([A-GYZ]) with ([1-9])/([0-9]{1,2})")
_WAYS = (
    (
        "A Markov chain starts in A and moves, at every step, {moves}. It stays for ever in Y or Z once it is there. "
        "With what probability does it end in Y? The final answer is a fraction p/q or an integer."
    ),
    (
        "A token on A is moved at random until it reaches Y, which wins, or Z, which loses. Each move goes {moves}. "
        "What is the probability of winning? The final answer is a fraction p/q or an integer."
    ),
    (
        "Requests wander between servers, beginning at A: {moves}. A request is served at Y and dropped at Z. Which "
        "share of the requests is served in the long run? The final answer is a fraction p/q or an integer."
    ),
)


@frozen
class Chain:
    """For each of 2 to 7 states A, B …, where else it moves with which probability; Y or Z is always reached.

    Moves are in alphabetical order, 2 to 5 a state, each with a probability whose numerator is below 10 and whose
    denominator is 2…20; they add up to 1.
    """

    rows: tuple[tuple[tuple[str, Fraction], ...], ...]

    def __attrs_post_init__(self) -> None:
        names = ascii_uppercase[: len(self.rows)]
        if not 2 <= len(self.rows) <= 7 or any(end not in names + "YZ" for row in self.rows for end, _ in row):
            raise ValueError("a chain has 2 to 7 states, and moves to them, Y or Z")
        for name, row in zip(names, self.rows, strict=True):
            ends = [end for end, _ in row]
            if name in ends:
                raise ValueError("no state moves to itself")
            if ends != sorted(set(ends)) or not 2 <= len(row) <= 5 or sum(chance for _, chance in row) != 1:
                raise ValueError("the probabilities of a state's 2 to 5 moves add up to 1")
        ending = {_GOAL, _TRAP}
        for _ in self.rows:
            ending |= {name for name, row in zip(names, self.rows, strict=True) if ending & {end for end, _ in row}}
        if not set(names) <= ending:
            raise ValueError("from every state the chain can end")


class Absorption:
    """The probability that a finite Markov chain is absorbed in one of two states.

    Difficulty d: 2 + d/2 states (rounded down), 2 or 3 moves each. Size: the number of states. Kept where
    the probability of Y against Z in A's own row, and equal chances for the moves, give other numbers.
    """

    name: Final = "absorption"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Chain:
        count = 2 + difficulty // 2

        def draw() -> Chain | None:
            names = ascii_uppercase[:count]
            rows = [_row(rng, [*(name for name in names if name != start), _GOAL, _TRAP]) for start in names]
            try:
                return Chain(tuple(rows))
            except ValueError:
                return None

        return kept(draw, _chances_matter)

    def state(self, instance: Chain, phrasing: int) -> str:
        rows = []
        for name, row in zip(ascii_uppercase, instance.rows, strict=False):
            rows.append(f"from {name} to {', '.join(f'{end} with {chance}' for end, chance in row)}")
        return _WAYS[phrasing].format(moves="; ".join(rows))

    def answer(self, instance: Chain) -> FractionAnswer:
        return FractionAnswer(_solved(instance))

    def size(self, instance: Chain) -> int:
        return len(instance.rows)

    def read(self, problem: str) -> Chain | None:
        return recognised(self, problem, _parse, _chances_matter)

    def solve(self, instance: Chain) -> WorkedSolution:
        """Removes one state after the other, from the last; the moves through it become moves past it."""
        rows = {name: dict(row) for name, row in zip(ascii_uppercase, instance.rows, strict=False)}
        lines = []
        while len(rows) > 1:
            gone, through = rows.popitem()
            for name, row in rows.items():
                if gone in row:
                    claims = _bypassed(name, row, gone, through)
                    lines.append(line(_BYPASS, f"{name} without {gone}", *claims))
        last = rows["A"]
        goal, trap = last.get(_GOAL, Fraction(0)), last.get(_TRAP, Fraction(0))
        text = f"{written(goal)} / ({written(goal)} + {written(trap)})"
        chance = goal / (goal + trap)
        lines.append(line("Only the ways out of A count in the end.", "Y against Z", equals(text, chance)))
        return WorkedSolution(str(chance), tuple(lines))

    def solve_again(self, instance: Chain) -> str:
        """Cramer's rule for the equations h = P·h + (chance of Y at once)."""
        return str(_solved(instance))

    def slip(self, instance: Chain, rng: Random) -> str:
        """Gives every move the same chance, or the probability of Z."""
        right = _solved(instance)
        return str(rng.choice([wrong for wrong in (_solved(_even(instance)), 1 - right) if wrong != right]))


_BYPASS = (
    "To remove a state, let its predecessors move on as it would: add the product of the chances to each of its "
    "other moves, and share out what would come back to the same state."
)


def _row(rng: Random, ends: list[str]) -> tuple[tuple[str, Fraction], ...]:
    chosen = sorted(rng.sample(ends, min(rng.choice((2, 3, 3)), len(ends))))
    weights = [rng.randint(1, 4) for _ in chosen]
    return tuple((end, Fraction(weight, sum(weights))) for end, weight in zip(chosen, weights, strict=True))


def _bypassed(name: str, row: Row, gone: str, through: Row) -> list[Claim]:
    """Takes a state that never moves to itself out of a row, and what then comes back to the row's own state."""
    claims = []
    share = row.pop(gone)
    for end, chance in sorted(through.items()):
        before = row.get(end, Fraction(0))
        row[end] = before + share * chance
        claims.append(equals(f"{written(before)} + {written(share)} * {written(chance)}", row[end]))
    back = row.pop(name, Fraction(0))
    if back:
        for end, chance in sorted(row.items()):
            row[end] = chance / (1 - back)
            claims.append(equals(f"{written(chance)} / (1 - {written(back)})", row[end]))
    return claims


def _even(chain: Chain) -> Chain:
    """The same moves with equal chances."""
    return Chain(tuple(tuple((end, Fraction(1, len(row))) for end, _ in row) for row in chain.rows))


def _solved(chain: Chain) -> Fraction:
    names = ascii_uppercase[: len(chain.rows)]
    scaled, right = [], []
    for name, row in zip(names, chain.rows, strict=True):
        whole = 1
        for _, chance in row:
            whole *= chance.denominator
        chances = dict(row)
        entries = [(end == name) - chances.get(end, Fraction(0)) for end in names]
        scaled.append([int(entry * whole) for entry in entries])
        right.append(int(chances.get(_GOAL, Fraction(0)) * whole))
    replaced = [[first, *entries[1:]] for first, entries in zip(right, scaled, strict=True)]
    return Fraction(expanded(replaced), expanded(scaled))


def _chances_matter(chain: Chain) -> bool:
    right, own = _solved(chain), dict(chain.rows[0])
    goal, trap = own.get(_GOAL, Fraction(0)), own.get(_TRAP, Fraction(0))
    first_step = goal / (goal + trap) if goal + trap else None
    return right not in (0, 1, Fraction(1, 2), _solved(_even(chain)), first_step)


def _parse(problem: str) -> Chain:
    rows = [
        tuple((end, Fraction(int(above), int(below))) for end, above, below in _MOVE.findall(row) if int(below))
        for _, row in _ROW.findall(problem)[:8]
    ]
    return Chain(tuple(rows))
