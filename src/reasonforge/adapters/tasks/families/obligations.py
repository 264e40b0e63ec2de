import re
from collections.abc import Mapping
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.clause_arguments import argued, breach_specification, conflict
from reasonforge.adapters.tasks.clauses import (
    SENTENCE,
    Clause,
    acts_of,
    check_clauses,
    drawn_clauses,
    keepers,
    read_clause,
    told,
)
from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.logic import CHECK
from reasonforge.domain.discipline import Discipline

_OPTION = re.compile(rf"\b[A-Z]: ({SENTENCE.pattern})(?=[;.])")


@frozen
class Obligations:
    """3 to 16 obligations over 2 to 8 acts that cannot all be kept."""

    clauses: tuple[Clause, ...]

    def __attrs_post_init__(self) -> None:
        check_clauses(self.clauses)
        if not 3 <= len(self.clauses) <= 16:
            raise ValueError("there are 3 to 16 obligations")


class ConsistentObligations:
    """Which one obligation must be lifted, so that all the others can be kept together.

    Difficulty d (1 to 8): d + 4 obligations over 3 + d/3 acts (rounded down). Size: the number of obligations.
    Kept where lifting exactly one of them helps, and it is not the first (in the order stated) that contradicts those
    before it.
    """

    name: Final = "obligations"
    version: Final = 2
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Obligations:
        def draw() -> Obligations:
            acts = rng.sample(ascii_lowercase, 3 + difficulty // 3)
            return Obligations(drawn_clauses(rng, acts, difficulty + 4))

        return kept(draw, _shortcut_fails)

    def state(self, instance: Obligations, phrasing: int) -> str:
        options = "; ".join(
            f"{letter}: {told(clause)}" for letter, clause in zip(ascii_uppercase, instance.clauses, strict=False)
        )
        ending = (
            "The final answer is one letter. The artefact `logic` argues for it: its premises are obligations that "
            "together rule out the one to be lifted, none of them for nothing, and its conclusion is that one's letter "
            "(it is not met)."
        )
        return (
            (
                f"An office is under these obligations, each of which says what must be the case: {options}. They "
                f"cannot all be met. Lifting exactly one of them would make the others consistent. Which one? {ending}"
            ),
            (
                f"No course of action keeps all of the following: {options}. Every act can be done or left undone. "
                f"There is a single obligation without which the rest could be kept together; name it. {ending}"
            ),
            (
                f"Somebody promised too much: {options}. From which single promise must they be released, for there to "
                f"be a way to keep all others? {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Obligations) -> ChoiceAnswer:
        return ChoiceAnswer("".join(_repairs(instance)), tuple(told(clause) for clause in instance.clauses))

    def size(self, instance: Obligations) -> int:
        return len(instance.clauses)

    def read(self, problem: str) -> Obligations | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Obligations) -> WorkedSolution:
        """Lifts each in turn, and looks for a course of action by trying acts and following what is then forced."""
        lines, found = [], ""
        for at, letter in enumerate(ascii_uppercase[: len(instance.clauses)]):
            rest = [clause for other, clause in enumerate(instance.clauses) if other != at]
            course = _course(rest, {})
            if course is None:
                lines.append(WorkedLine(_TRY, f"Without {letter} every attempt still runs into a contradiction."))
            else:
                done = ", ".join(sorted(act for act, wanted in course.items() if wanted)) or "nothing"
                lines.append(WorkedLine(_TRY, f"Without {letter}, doing {done} keeps all the others."))
                found += letter
        return WorkedSolution(found, tuple(lines), _argument(instance))

    def solve_again(self, instance: Obligations) -> str:
        """Intersects the sets of courses that keep each of the others."""
        return "".join(_repairs(instance))

    def slip(self, instance: Obligations, rng: Random) -> str:
        """The first that contradicts those before it, or another letter."""
        right = self.answer(instance).value
        others = [letter for letter in ascii_uppercase[: len(instance.clauses)] if letter != right]
        return ascii_uppercase[_culprit(instance)] if rng.random() < 0.6 else rng.choice(others)

    def checks(self, instance: Obligations) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return (CHECK,)

    def artefacts(self, instance: Obligations) -> tuple[ArtefactSpecification, ...]:
        letters = ascii_uppercase[: len(instance.clauses)]
        duties = dict(zip(letters, instance.clauses, strict=True))
        return (breach_specification(duties, dict(zip(letters, letters, strict=True)), "".join(_repairs(instance))),)

    def go_wrong(self, instance: Obligations, rng: Random) -> WorkedSolution:
        """Blames a slip, from all that stand before it."""
        slip = self.slip(instance, rng)
        before = ascii_uppercase[: max(1, ascii_uppercase.index(slip))]
        return ended_in(self.solve(instance), slip, argued(before, slip))


_TRY = "Lift one obligation; then decide act by act, and follow what the remaining obligations force."


def _course(clauses: list[Clause], decided: dict[str, bool]) -> dict[str, bool] | None:
    """Acts decided so that every clause holds; None where there are none (Davis, Putnam, Logemann, Loveland)."""
    left: list[Clause] = []
    for clause in clauses:
        if any(decided.get(act) == wanted for act, wanted in clause):
            continue
        open_part = tuple((act, wanted) for act, wanted in clause if act not in decided)
        if not open_part:
            return None
        left.append(open_part)
    if not left:
        return decided
    act, wanted = min(left, key=len)[0]
    tries = (wanted,) if min(map(len, left)) == 1 else (wanted, not wanted)
    for value in tries:
        found = _course(left, decided | {act: value})
        if found is not None:
            return found
    return None


def _repairs(obligations: Obligations) -> list[str]:
    """The letters of the obligations without any of which the rest can be kept."""
    acts = acts_of(obligations.clauses)
    masks = [keepers(clause, acts) for clause in obligations.clauses]
    found = []
    for letter, at in zip(ascii_uppercase, range(len(masks)), strict=False):
        common = (1 << 2 ** len(acts)) - 1
        for other, mask in enumerate(masks):
            common &= mask if other != at else common
        if common:
            found.append(letter)
    return found


def _argument(obligations: Obligations) -> Mapping[str, Any]:
    """One conflict: what must be lifted is in it, since the others can be kept, and the rest of it rules that out."""
    (lifted,) = _repairs(obligations)
    letters = [ascii_uppercase[at] for at in conflict(obligations.clauses)]
    return argued((letter for letter in letters if letter != lifted), lifted)


def _culprit(obligations: Obligations) -> int:
    """Where the first obligation stands that cannot be kept together with those before it; -1 if there is none."""
    acts = acts_of(obligations.clauses)
    common = (1 << 2 ** len(acts)) - 1
    for at, clause in enumerate(obligations.clauses):
        common &= keepers(clause, acts)
        if not common:
            return at
    return -1


def _shortcut_fails(obligations: Obligations) -> bool:
    culprit = _culprit(obligations)
    return culprit >= 0 and len(repairs := _repairs(obligations)) == 1 and repairs[0] != ascii_uppercase[culprit]


def _parse(problem: str) -> Obligations | None:
    return Obligations(tuple(read_clause(sentence) for sentence in _OPTION.findall(problem)))
