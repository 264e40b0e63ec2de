import re
from itertools import combinations
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Statement = tuple[str, int]

_START = re.compile(r"x (?:is|=|holds) (-?[0-9]{1,2})(?: at first|,)")
_THREADS = re.compile(r"\b[PQ]: (x = x [-+*] [0-9]{1,2}(?:; x = x [-+*] [0-9]{1,2})*)\.")
_STATEMENT = re.compile(r"x = x ([-+*]) ([0-9]{1,2})")
_MOST_VALUES = 20
_WAYS = (
    (
        "The shared variable x is {start} at first. Two threads run at the same time without locks. P: {p}. Q: {q}. "
        "Each statement reads x in one atomic step and writes the result in a later one; the other thread may run in "
        "between. Which values can x have when both are done? The final answer is the list of all of them, rising, "
        "[least, …, greatest]."
    ),
    (
        "Two processes work on one memory cell x. Initially x = {start}, and nothing synchronises them. P: {p}. Q: "
        "{q}. A statement is a load of x followed by a store of what it computes; only the load and the store are "
        "atomic. List every possible final value of x from the least to the greatest. The final answer is a list in "
        "square brackets."
    ),
    (
        "A counter x holds {start} at first and is updated by two unsynchronised workers, each in its own order. P: "
        "{p}. Q: {q}. An update loads x, computes, then stores; between the load and the store the other worker may "
        "make any number of steps. What final values are possible? The final answer is a rising list in square "
        "brackets, without repetition."
    ),
)


@frozen
class Race:
    """A start value, and for each of two threads 1 to 6 statements x = x ± k or x = x · k; not more than 8 in all."""

    start: int
    threads: tuple[tuple[Statement, ...], ...]

    def __attrs_post_init__(self) -> None:
        if len(self.threads) != 2 or not all(1 <= len(thread) <= 6 for thread in self.threads):
            raise ValueError("a race has two threads of 1 to 6 statements")
        if sum(map(len, self.threads)) > 8:
            raise ValueError("a race has at most 8 statements")


class RaceOutcomes:
    """All final values of a shared variable that two threads update without a lock.

    Difficulty d: one thread of 2 + (d - 1)/2 statements (rounded down), against one of 1, from d = 5 on of 2. Size: the
    number of statements. Kept where lost updates give a value that no order of whole statements gives, and at most 20
    values are possible.
    """

    name: Final = "race_outcomes"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Race:
        lengths = [2 + (difficulty - 1) // 2, 1 if difficulty < 5 else 2]

        def draw() -> Race:
            numbers = rng.sample(range(1, 10), 2)
            threads = [tuple(_statement(rng, numbers) for _ in range(length)) for length in lengths]
            rng.shuffle(threads)
            return Race(rng.randint(1, 12), tuple(threads))

        return kept(draw, _updates_are_lost)

    def state(self, instance: Race, phrasing: int) -> str:
        p, q = ("; ".join(f"x = x {sign} {number}" for sign, number in thread) for thread in instance.threads)
        return _WAYS[phrasing].format(start=instance.start, p=p, q=q)

    def answer(self, instance: Race) -> ListAnswer:
        return integers(sorted(_reached(instance)))

    def size(self, instance: Race) -> int:
        return sum(map(len, instance.threads))

    def read(self, problem: str) -> Race | None:
        return recognised(self, problem, _parse, _updates_are_lost)

    def solve(self, instance: Race) -> WorkedSolution:
        """Searches the states, and shows for each final value one schedule that leads to it."""
        reached = _reached(instance)
        lines = [
            line(_SEARCH, f"x = {value} after the steps {' '.join(steps)}", *claims)
            for value, (steps, claims) in sorted(reached.items())
        ]
        return WorkedSolution(_listed(sorted(reached)), tuple(lines))

    def solve_again(self, instance: Race) -> str:
        """Runs every interleaving of the loads and stores."""
        return _listed(sorted(_interleaved(instance, steps=2)))

    def slip(self, instance: Race, rng: Random) -> str:
        """Takes statements for atomic, or misses one value."""
        values = sorted(_reached(instance))
        if rng.random() < 0.5:
            return _listed(sorted(_interleaved(instance, steps=1)))
        values.remove(rng.choice(values))
        return _listed(values)


_SEARCH = (
    "A state is where both threads are, what they have loaded, and x; search all states, since a store overwrites "
    "whatever the other thread stored after the load."
)


def _statement(rng: Random, numbers: list[int]) -> Statement:
    sign = rng.choice("++++-*")
    return sign, rng.randint(2, 3) if sign == "*" else rng.choice(numbers)


def _applied(statement: Statement, value: int) -> int:
    sign, number = statement
    return value + number if sign == "+" else value - number if sign == "-" else value * number


def _reached(race: Race) -> dict[int, tuple[tuple[str, ...], tuple[Claim, ...]]]:
    """Each final value, with the steps and the arithmetic of a shortest schedule in the order of the search."""
    start = ((0, 0), (0, 0), race.start)
    seen: dict[tuple[tuple[int, int], tuple[int, int], int], tuple[tuple[str, ...], tuple[Claim, ...]]] = {
        start: ((), ())
    }
    waiting = [start]
    for state in waiting:
        at, loaded, x = state
        steps, claims = seen[state]
        for thread, statements in enumerate(race.threads):
            if at[thread] == 2 * len(statements):
                continue
            moved = _replaced(at, thread, at[thread] + 1)
            name = "PQ"[thread]
            if at[thread] % 2 == 0:
                fresh, told = (moved, _replaced(loaded, thread, x), x), ((*steps, f"{name} loads {x},"), claims)
            else:
                statement = statements[at[thread] // 2]
                value = _applied(statement, loaded[thread])
                computed = equals(f"{written(loaded[thread])} {statement[0]} {statement[1]}", value)
                fresh, told = (
                    (moved, _replaced(loaded, thread, 0), value),
                    ((*steps, f"{name} stores {value},"), (*claims, computed)),
                )
            if fresh not in seen:
                seen[fresh] = told
                waiting.append(fresh)
    ends = tuple(2 * len(thread) for thread in race.threads)
    return {x: seen[at, loaded, x] for at, loaded, x in waiting if at == ends}


def _replaced(pair: tuple[int, int], thread: int, value: int) -> tuple[int, int]:
    return (value, pair[1]) if thread == 0 else (pair[0], value)


def _interleaved(race: Race, steps: int) -> set[int]:
    """The final values when a statement takes so many atomic steps, 1 or 2."""
    lengths = [steps * len(thread) for thread in race.threads]
    finals = set()
    for turns in combinations(range(sum(lengths)), lengths[0]):
        x, done, loaded = race.start, [0, 0], [0, 0]
        chosen = set(turns)
        for turn in range(sum(lengths)):
            thread = 0 if turn in chosen else 1
            if done[thread] % steps == 0:
                loaded[thread] = x
            if done[thread] % steps == steps - 1:
                x = _applied(race.threads[thread][done[thread] // steps], loaded[thread])
            done[thread] += 1
        finals.add(x)
    return finals


def _listed(values: list[int]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _updates_are_lost(race: Race) -> bool:
    values = set(_reached(race))
    return len(values) <= _MOST_VALUES and values != _interleaved(race, steps=1)


def _parse(problem: str) -> Race | None:
    start = _START.search(problem)
    listings = _THREADS.findall(problem)[:3]
    threads = tuple(
        tuple((sign, int(number)) for sign, number in _STATEMENT.findall(listing)[:7]) for listing in listings
    )
    return Race(int(start[1]), threads) if start else None
