"""Duties as clauses over acts: told as sentences, read back, and as the set of courses of action that keep them."""

import re
from collections.abc import Sequence
from random import Random

from reasonforge.adapters.tasks.family import kept

MOST_ACTS = 8
_SENTENCE = r"(?:if [a-z] is (?:not )?done(?: and [a-z] is (?:not )?done){0,2}, then )?[a-z] is (?:not )?done"
SENTENCE = re.compile(_SENTENCE)
_LITERAL = re.compile(r"([a-z]) is (not )?done")
Literal = tuple[str, bool]
Clause = tuple[Literal, ...]
"""At least one literal, each (act, whether it is to be done), of which one must hold; the last is the conclusion."""


def told(clause: Clause) -> str:
    """The clause as a sentence: all literals but the last are conditions, turned round.

    >>> told((("p", True), ("q", False)))
    'if p is not done, then q is not done'
    """
    conditions = " and ".join(_literal(act, done=not done) for act, done in clause[:-1])
    conclusion = _literal(*clause[-1])
    return f"if {conditions}, then {conclusion}" if conditions else conclusion


def _literal(act: str, done: bool) -> str:
    return f"{act} is {'' if done else 'not '}done"


def read_clause(sentence: str) -> Clause:
    """The clause that a sentence states; `sentence` matches SENTENCE."""
    literals = [(act, not negated) for act, negated in _LITERAL.findall(sentence)]
    return (*((act, not done) for act, done in literals[:-1]), literals[-1])


def check_clauses(clauses: Sequence[Clause]) -> None:
    """Refuses what is no set of duties over 2 to 8 acts.

    Raises:
        ValueError: an act is in a clause twice, two duties are the same, or there are too few or too many acts.
    """
    if any(not clause or len({act for act, _ in clause}) != len(clause) for clause in clauses):
        raise ValueError("a duty names each act once")
    if len(set(clauses)) != len(clauses):
        raise ValueError("no duty is there twice")
    if not 2 <= len(acts_of(clauses)) <= MOST_ACTS:
        message = f"there are 2 to {MOST_ACTS} acts"
        raise ValueError(message)


def acts_of(clauses: Sequence[Clause]) -> str:
    """The acts in alphabetical order."""
    return "".join(sorted({act for clause in clauses for act, _ in clause}))


def keepers(clause: Clause, acts: str) -> int:
    """The courses of action that keep a duty, as a set of bits: course w does act i when bit i of w is 1."""
    courses = range(2 ** len(acts))
    return sum(1 << course for course in courses if is_kept(clause, done_in(course, acts)))


def done_in(course: int, acts: str) -> set[str]:
    """The acts that a course of action, given by its number, does."""
    return {act for at, act in enumerate(acts) if course >> at & 1}


def is_kept(clause: Clause, done: set[str]) -> bool:
    """Whether doing exactly these acts keeps the duty."""
    return any((act in done) == wanted for act, wanted in clause)


def drawn_clauses(rng: Random, acts: Sequence[str], count: int) -> tuple[Clause, ...]:
    """So many different random duties of one to three literals, which name all the acts."""

    def draw() -> tuple[Clause, ...]:
        found: dict[frozenset[Literal], Clause] = {}
        while len(found) < count:
            width = min(rng.choice((1, 2, 2, 2, 3)), len(acts))
            clause = tuple((act, rng.random() < 0.5) for act in rng.sample(acts, width))
            found[frozenset(clause)] = clause
        return tuple(found.values())

    return kept(draw, lambda clauses: len(acts_of(clauses)) == len(acts))
