import re
from collections import Counter
from itertools import pairwise, product
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

_MOVE = re.compile(r"([0-7]) –([ab])→ ([0-7])")
_ACCEPTING = re.compile(r"accepting states: ([0-7](?:, [0-7])*)")
_LENGTH = re.compile(r"\b(?:length|exactly) ([0-9]{1,2})\b")
_LONGEST = 12
_WAYS = (
    (
        "A nondeterministic finite automaton over the letters a and b starts in state 0 and has the moves {moves}; "
        "accepting states: {accepting}. How many different words of length {length} does it accept? The final answer "
        "is one integer."
    ),
    (
        "A pattern matcher keeps a state, at first 0. Reading a letter, it may take any of these moves, and fails if "
        "there is none: {moves}. It matches a string if some choice of moves ends in one of the accepting states: "
        "{accepting}. Count the strings over a, b of length {length} that match. The final answer is one integer."
    ),
    (
        "Let L be the language of the NFA with start state 0, transitions {moves}, accepting states: {accepting}. "
        "How many words of L have exactly {length} letters? The final answer is one integer."
    ),
)


@frozen
class Automaton:
    """Moves (state, letter, next state), rising and different, at most 40; accepting states, rising; a length 2…12."""

    moves: tuple[tuple[int, str, int], ...]
    accepting: tuple[int, ...]
    length: int

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.moves) <= 40 or list(self.moves) != sorted(set(self.moves)):
            raise ValueError("an automaton has 1 to 40 different moves")
        if list(self.accepting) != sorted(set(self.accepting)) or not 2 <= self.length <= _LONGEST:
            raise ValueError("accepting states are different and rising, and words have 2 to 12 letters")

    def states(self) -> int:
        """One more than the largest state that a move names."""
        return 1 + max(max(start, end) for start, _, end in self.moves)

    def after(self, states: frozenset[int], letter: str) -> frozenset[int]:
        """Where the automaton can be after the letter."""
        return frozenset(end for start, read, end in self.moves if start in states and read == letter)


class NfaWords:
    """How many words of a length a nondeterministic automaton accepts.

    Difficulty d: 3 + d/3 states (rounded down), about twice as many moves and two more, words of 4 + (d + 1)/2 letters.
    Size: states times letters. Kept where counting accepting runs (a word may have several) gives another number.
    """

    name: Final = "nfa_words"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Automaton:
        states, length = 3 + difficulty // 3, 4 + (difficulty + 1) // 2

        def draw() -> Automaton | None:
            every = list(product(range(states), "ab", range(states)))
            automaton = Automaton(
                tuple(sorted(rng.sample(every, 2 * states + 2))),
                tuple(sorted(rng.sample(range(states), 1 + difficulty // 6))),
                length,
            )
            return automaton if automaton.states() == states else None

        return kept(draw, _runs_are_no_words)

    def state(self, instance: Automaton, phrasing: int) -> str:
        return _WAYS[phrasing].format(
            moves=", ".join(f"{start} –{letter}→ {end}" for start, letter, end in instance.moves),
            accepting=", ".join(map(str, instance.accepting)),
            length=instance.length,
        )

    def answer(self, instance: Automaton) -> IntegerAnswer:
        return IntegerAnswer(_accepted(instance, _counted(instance)[-1]))

    def size(self, instance: Automaton) -> int:
        return instance.states() * instance.length

    def read(self, problem: str) -> Automaton | None:
        return recognised(self, problem, _parse, _runs_are_no_words)

    def solve(self, instance: Automaton) -> WorkedSolution:
        """Counts words by the set of states they can lead to (subset construction)."""
        lines = []
        counts = _counted(instance)
        for length, (before, after) in enumerate(pairwise(counts), start=1):
            parts: dict[frozenset[int], list[int]] = {reached: [] for reached in after}
            for states, count in before.items():
                for reached in (instance.after(states, letter) for letter in "ab"):
                    if reached:
                        parts[reached].append(count)
            claims = [equals(" + ".join(map(str, parts[reached])), count) for reached, count in after.items()]
            told = ", ".join(f"{count} to {_set(reached)}" for reached, count in after.items())
            lines.append(line(_SUBSETS, f"Of the words of length {length}, {told or 'none is left'}", *claims[:20]))
        accepting = [count for reached, count in counts[-1].items() if reached & set(instance.accepting)]
        total = equals(" + ".join(map(str, accepting)) or "0", sum(accepting))
        lines.append(line("A word is accepted if its set holds an accepting state.", "Accepted", total))
        return WorkedSolution(str(sum(accepting)), tuple(lines))

    def solve_again(self, instance: Automaton) -> str:
        """Tries every word, backwards from the accepting states."""
        accepted = 0
        for word in product("ab", repeat=instance.length):
            states = set(instance.accepting)
            for letter in word:
                states = {start for start, read, end in instance.moves if read == letter and end in states}
            accepted += 0 in states
        return str(accepted)

    def slip(self, instance: Automaton, rng: Random) -> str:
        """Counts runs instead of words, or the words that are not accepted."""
        right = _accepted(instance, _counted(instance)[-1])
        wrong = [count for count in (_runs(instance), 2**instance.length - right) if count != right]
        return str(rng.choice(wrong))


_SUBSETS = "Keep, for each set of states a word can lead to, the number of such words: a letter leads from set to set."


def _set(states: frozenset[int]) -> str:
    return "{" + ", ".join(map(str, sorted(states))) + "}"


def _counted(automaton: Automaton) -> list[Counter[frozenset[int]]]:
    """For each length, how many words lead to each set of states; words that fail are left out."""
    counts = [Counter({frozenset((0,)): 1})]
    for _ in range(automaton.length):
        after: Counter[frozenset[int]] = Counter()
        for states, count in counts[-1].items():
            for letter in "ab":
                if reached := automaton.after(states, letter):
                    after[reached] += count
        counts.append(after)
    return counts


def _accepted(automaton: Automaton, counts: Counter[frozenset[int]]) -> int:
    return sum(count for states, count in counts.items() if states & set(automaton.accepting))


def _runs(automaton: Automaton) -> int:
    runs = Counter({0: 1})
    for _ in range(automaton.length):
        after: Counter[int] = Counter()
        for start, _, end in automaton.moves:
            after[end] += runs[start]
        runs = after
    return sum(runs[state] for state in automaton.accepting)


def _runs_are_no_words(automaton: Automaton) -> bool:
    accepted = _accepted(automaton, _counted(automaton)[-1])
    return accepted not in (0, _runs(automaton))


def _parse(problem: str) -> Automaton | None:
    accepting, length = _ACCEPTING.search(problem), _LENGTH.search(problem)
    if accepting is None or length is None:
        return None
    moves = tuple((int(start), letter, int(end)) for start, letter, end in _MOVE.findall(problem)[:41])
    return Automaton(moves, tuple(int(state) for state in accepting[1].split(", ")), int(length[1]))
