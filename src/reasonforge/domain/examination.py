"""What an examiner beyond plain arithmetic found in the claims of one submission, and what a chain of them derives."""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from reasonforge.domain.arithmetic import ClaimFinding
from reasonforge.domain.submission import Claim


@frozen
class Side:
    """One side of a claim.

    Attributes:
        form: its canonical text.
        terms: the canonical texts of its parts, itself included; numbers without their sign, no bare variables.
        operations: how many operations are written in it.
    """

    form: str
    terms: frozenset[str]
    operations: int


@frozen
class ExaminedClaim:
    """A claim's finding; `canonical` is the same for claims that say the same. No sides where it cannot be read."""

    finding: ClaimFinding
    canonical: str
    is_equation: bool = False
    sides: tuple[Side, ...] = ()


@frozen
class Examination:
    """One submission, examined.

    Attributes:
        claims: what became of those that were looked at; one that is missing counts as the domain reads it.
        given: canonical texts of the formulas that the problem states, and of their parts.
        goals: canonical texts that a chain has to derive, all of them; none where the final answer has none.
    """

    claims: Mapping[Claim, ExaminedClaim] = field(factory=dict)
    given: frozenset[str] = frozenset()
    goals: tuple[str, ...] = ()

    def reaches_answer(self) -> bool:
        """Whether confirmed equations lead from what the problem states to every goal."""
        equations = [
            claim.sides
            for claim in self.claims.values()
            if claim.finding is ClaimFinding.CONFIRMED and claim.is_equation and len(claim.sides) == 2
        ]
        return bool(self.goals) and set(self.goals) <= derived_forms(self.given, equations)


def derived_forms(given: Iterable[str], equations: Iterable[tuple[Side, ...]]) -> frozenset[str]:
    """The forms that a chain of true equations derives from given ones, whatever order the equations stand in.

    One side derives the other when it computes something, holds a part that is given (or derived by another equation),
    and does not hold the other side itself: `x^2 + 0 = x^2` derives nothing. As with numbers
    (step_review.derived_from), a chain is a thread from the given to the answer and no proof.
    """
    known = set(given)
    waiting: dict[str, list[tuple[Side, Side]]] = {}
    for first, second in equations:
        for source, target in ((first, second), (second, first)):
            if source.operations > 0 and target.form not in source.terms:
                for term in source.terms:
                    waiting.setdefault(term, []).append((source, target))
    derived: set[str] = set()
    frontier = sorted(known)
    while frontier:
        for _, target in waiting.pop(frontier.pop(), ()):
            derived.add(target.form)
            for term in sorted({target.form, *target.terms} - known):
                known.add(term)
                frontier.append(term)
    return frozenset(derived)
