"""What can be said of a chain of reasoning without judging its prose: its arithmetic, and its quotations."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from reasonforge.domain.answers.final_text import bare
from reasonforge.domain.answers.numeric import read_decimal, read_fraction, read_integer, within
from reasonforge.domain.answers.sequence import elements_of
from reasonforge.domain.arithmetic import CheckedClaim, ClaimFinding, examine
from reasonforge.domain.examination import Examination, ExaminedClaim
from reasonforge.domain.expression import MAX_LITERAL_BITS, Expression
from reasonforge.domain.submission import Claim
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview

MAX_CLAIMS = 200
"""Distinct claims looked at in one submission; those after them count for nothing."""
SHORTEST_QUOTE = 12
"""Characters; anything shorter occurs in most texts."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?")


@frozen
class Goal:
    """The numbers of a final answer: a chain reaches it when it derives each of them, within the tolerance."""

    numbers: tuple[Fraction, ...]
    abs_tol: float = 0.0
    rel_tol: float = 0.0

    def reached_by(self, derived: Iterable[Fraction]) -> bool:
        """Whether each of the numbers is derived; False when there are none, as with words."""
        found = tuple(derived)
        return bool(self.numbers) and all(
            any(within(number, value, self.abs_tol, self.rel_tol) for value in found) for number in self.numbers
        )


def goal_of(final_answer: str, wire_format: Mapping[str, Any]) -> Goal:
    """What numbers a final answer of this format gives; none where it cannot be read or is no number. Never raises."""
    text = bare(final_answer)
    element = wire_format
    parts: Sequence[str] | None = (text,)
    if wire_format.get("format") == "list":
        element, parts = wire_format.get("of", {}), elements_of(text)
    readers = {"integer": read_integer, "fraction": read_fraction, "decimal": read_decimal}
    reader = readers.get(str(element.get("format")))
    if reader is None or parts is None:
        return Goal(())
    numbers = [reader(part) for part in parts]
    if any(number is None for number in numbers):
        return Goal(())
    exact = tuple(Fraction(number) for number in numbers if number is not None)
    return Goal(exact, element.get("abs_tol", 0.0), element.get("rel_tol", 0.0))


def review_steps(
    task: Task,
    claims: Iterable[Claim],
    evidence: Iterable[str],
    final_answer: str,
    examination: Examination | None = None,
) -> StepReview:
    """What the claims and the evidence of all steps amount to. Bounded time; never raises, whatever they hold.

    Plain arithmetic is decided here. Of the claims that are none, those that an examination looked into count as it
    found them, once for each canonical text; the others cannot be read.
    """
    examined = Examination() if examination is None else examination
    plain, beyond = _parted(claims, examined)
    checked = examine_distinct(plain)
    confirmed = [claim for claim in checked if claim.finding is ClaimFinding.CONFIRMED]
    refuted = sum(claim.finding in {ClaimFinding.REFUTED, ClaimFinding.UNREADABLE} for claim in checked)
    proved = {claim.canonical for claim in beyond if claim.finding is ClaimFinding.CONFIRMED}
    failed = {claim.canonical for claim in beyond if claim.finding in {ClaimFinding.REFUTED, ClaimFinding.UNREADABLE}}
    goal = goal_of(final_answer, task.answer.wire_format())
    given = numbers_in(f"{task.problem}\n{task.context}\n{task.constraints}")
    resolved, unresolved = resolve_evidence(evidence, f"{task.problem}\n{task.context}")
    return StepReview(
        confirmed=len(confirmed) + len(proved),
        refuted=refuted + len(failed),
        reaches_answer=goal.reached_by(derived_from(given, confirmed)) or examined.reaches_answer(),
        evidence_resolved=resolved,
        evidence_unresolved=unresolved,
    )


def _parted(claims: Iterable[Claim], examination: Examination) -> tuple[list[Claim], list[ExaminedClaim]]:
    """The claims that this module decides, and what was found of the others."""
    plain: list[Claim] = []
    beyond: list[ExaminedClaim] = []
    for claim in claims:
        examined = examination.claims.get(claim)
        if examined is None or examine(claim).finding is not ClaimFinding.UNREADABLE:
            plain.append(claim)
        else:
            beyond.append(examined)
    return plain, beyond


def examine_distinct(claims: Iterable[Claim]) -> tuple[CheckedClaim, ...]:
    """The first 200 claims that differ, examined; of those that say the same in other notation, the first."""
    by_canonical: dict[str, CheckedClaim] = {}
    written: set[tuple[str, str, str]] = set()
    for claim in claims:
        text = (claim.lhs, claim.rel, claim.rhs)
        if text in written:
            continue
        if len(written) == MAX_CLAIMS:
            break
        written.add(text)
        checked = examine(claim)
        by_canonical.setdefault(checked.canonical, checked)
    return tuple(by_canonical.values())


def numbers_in(text: str) -> frozenset[Fraction]:
    """The numbers written in a statement, and the size of each part of a quotient."""
    found: set[Fraction] = set()
    for written in _NUMBER.findall(text):
        for part in {written, *written.split("/")}:
            number = read_fraction(part) if "." not in part else read_decimal(part)
            if number is not None and number.numerator.bit_length() <= MAX_LITERAL_BITS:
                found.add(number)
    return frozenset(found)


def derived_from(given: Iterable[Fraction], claims: Sequence[CheckedClaim]) -> frozenset[Fraction]:
    """The values that a chain of true equations derives from given numbers, whatever order the equations stand in.

    One side of an equation derives its value when it computes something, holds a number that is given (or
    derived by another equation, its sign aside), and does not hold that value itself: `23 + 0 = 23` derives nothing.
    Numbers found by search may stand beside them, so a chain is a thread from the given to the answer and no proof.
    """
    known = {abs(number) for number in given}
    waiting: dict[Fraction, list[Expression]] = {}
    for side in (side for claim in claims if claim.is_equation for side in (claim.lhs, claim.rhs)):
        if side is not None and side.operations > 0 and side.value not in side.literals:
            for literal in side.literals:
                waiting.setdefault(abs(literal), []).append(side)
    derived: set[Fraction] = set()
    frontier = sorted(known)
    while frontier:
        for side in waiting.pop(frontier.pop(), ()):
            derived.add(side.value)
            if abs(side.value) not in known:
                known.add(abs(side.value))
                frontier.append(abs(side.value))
    return frozenset(derived)


def resolve_evidence(evidence: Iterable[str], source: str) -> tuple[int, int]:
    """How many different quotations occur in the source, and how many do not.

    Compared after NFKC, without capitals and runs of white space, and without quotes around. At least 12 characters.
    Of quotations whose places overlap, as many count as can stand beside one another.
    """
    text = _normal(source)
    spans: list[tuple[int, int]] = []
    unresolved = 0
    for quote in sorted({_normal(piece).strip("\"'“”‘’«» ") for piece in evidence} - {""}):
        at = text.find(quote) if len(quote) >= SHORTEST_QUOTE else -1
        if at < 0:
            unresolved += 1
        else:
            spans.append((at + len(quote), at))
    resolved = covered = 0
    for end, start in sorted(spans):
        if start >= covered:
            resolved, covered = resolved + 1, end
    return resolved, unresolved


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
