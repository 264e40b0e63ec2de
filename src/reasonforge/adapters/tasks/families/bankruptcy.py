import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.sequence import ListAnswer, fractions
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_ESTATE = re.compile(r"(?:leaves|only) ([0-9]{1,6}) (?:ducats|in all)")
_CLAIMS = re.compile(r"in this order: ([0-9]{1,6}(?:, [0-9]{1,6})+)\.")
_RULE = (
    "If the estate is at most half of the sum of the claims, everyone gets half of their claim, but nobody more than "
    "a ceiling, the same for all, at which the estate is used up. Otherwise everyone loses half of their claim, but "
    "nobody more than a ceiling, the same for all, at which the losses make up what is missing."
)


@frozen
class Estate:
    """What there is, and what 2 to 12 creditors claim of it, together more; all at least 1."""

    amount: int
    claims: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.claims) <= 12 or min(self.claims) < 1 or not 1 <= self.amount < sum(self.claims):
            raise ValueError("2 to 12 claims of at least 1 must together exceed an estate of at least 1")


class Bankruptcy:
    """Division of an estate by the Talmud's rule (Aumann and Maschler 1985).

    Difficulty d (1 to 8): d + 1 creditors, claims up to 100 + 40d. Size: the number of creditors.
    Kept where dividing in proportion, and in equal parts, both differ from it.
    """

    name: Final = "bankruptcy"
    version: Final = 1
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Estate:
        def draw() -> Estate:
            claims = tuple(rng.randint(10, 100 + 40 * difficulty) for _ in range(difficulty + 1))
            return Estate(rng.randint(sum(claims) // 5, sum(claims) * 4 // 5), claims)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Estate, phrasing: int) -> str:
        claims = ", ".join(str(claim) for claim in instance.claims)
        ending = "The final answer is a list in square brackets, in the same order, of exact fractions p/q or integers."
        if phrasing == 0:
            return (
                f"A merchant leaves {instance.amount} ducats, and creditors claim, in this order: {claims}. "
                f"The court must divide by this rule. {_RULE} What does each creditor get? {ending}"
            )
        return (
            f"Several people have claims on a fund, in this order: {claims}. There is only {instance.amount} in all, "
            f"and it is shared out by the rule of the Talmud. {_RULE} How much goes to each? {ending}"
        )

    def answer(self, instance: Estate) -> ListAnswer:
        return fractions(_divided(instance)[0])

    def size(self, instance: Estate) -> int:
        return len(instance.claims)

    def read(self, problem: str) -> Estate | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Estate) -> WorkedSolution:
        """Finds the ceiling by paying the halves from the smallest claim upwards."""
        awards, lines = _divided(instance)
        return WorkedSolution(_listed(awards), tuple(lines))

    def solve_again(self, instance: Estate) -> str:
        """The smallest claim against the coalition of the others, again and again (Aumann and Maschler's §5)."""
        return _listed(_by_coalitions(instance))

    def slip(self, instance: Estate, rng: Random) -> str:
        """Divides in proportion, or in equal parts."""
        return _listed(rng.choice(_shortcuts(instance)))


_IDEA_HALF = "Compare the estate with half of the sum of the claims: that decides whether gains or losses are levelled."
_IDEA_CEILING = "Pay halves from the smallest claim upwards while they stay below an equal share of what is left."
_IDEA_AWARD = "Each share is half of the claim or the ceiling, as a gain or as a loss."


def _levelled(halves: tuple[Fraction, ...], amount: Fraction) -> tuple[Fraction | None, list[Claim]]:
    """The ceiling at which shares of at most these halves use up the amount; None when all halves do exactly."""
    claims: list[Claim] = []
    left = amount
    ordered = sorted(halves)
    for at, half in enumerate(ordered):
        people = len(ordered) - at
        if half * people >= left:
            ceiling = left / people
            claims.append(equals(f"{written(left)} / {people}", ceiling))
            return ceiling, claims
        claims.append(equals(f"{written(left)} - {written(half)}", left - half))
        left -= half
    return None, claims


def _divided(estate: Estate) -> tuple[tuple[Fraction, ...], list[WorkedLine]]:
    halves = tuple(Fraction(claim, 2) for claim in estate.claims)
    middle = sum(halves, Fraction(0))
    gains = estate.amount <= middle
    shared = Fraction(estate.amount) if gains else sum(estate.claims) - Fraction(estate.amount)
    ceiling, level = _levelled(halves, shared)
    parts = [half if ceiling is None else min(half, ceiling) for half in halves]
    awards = tuple(part if gains else claim - part for claim, part in zip(estate.claims, parts, strict=True))
    summed = " + ".join(str(claim) for claim in estate.claims)
    opening = [equals(f"({summed}) / 2", middle)]
    if not gains:
        opening.append(equals(f"{summed} - {estate.amount}", shared))
    shares: list[Claim] = []
    for claim, part, award in zip(estate.claims, parts, awards, strict=True):
        if part == Fraction(claim, 2):
            shares.append(equals(f"{claim} / 2", part))
        if not gains:
            shares.append(equals(f"{claim} - {written(part)}", award))
    kind = "gains" if gains else "losses"
    lines = [
        line(_IDEA_HALF, f"{kind} of {shared} are to be levelled", *opening),
        line(_IDEA_CEILING, f"the ceiling is {ceiling if ceiling is not None else 'never reached'}", *level),
        line(_IDEA_AWARD, f"the shares are {_listed(awards)}", *shares),
    ]
    return awards, lines


def _by_coalitions(estate: Estate) -> tuple[Fraction, ...]:
    order = sorted(range(len(estate.claims)), key=lambda at: estate.claims[at])
    awards = [Fraction(0)] * len(order)
    left = Fraction(estate.amount)
    for rank, at in enumerate(order):
        rest = [estate.claims[other] for other in order[rank:]]
        people, smallest, missing = len(rest), Fraction(rest[0]), sum(rest) - left
        if left <= people * smallest / 2:
            award = left / people
        elif missing <= people * smallest / 2:
            award = smallest - missing / people
        else:
            award = smallest / 2
        awards[at] = award
        left -= award
    return tuple(awards)


def _shortcuts(estate: Estate) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """In proportion to the claims, and in equal parts."""
    total, people = sum(estate.claims), len(estate.claims)
    proportional = tuple(Fraction(estate.amount * claim, total) for claim in estate.claims)
    return proportional, (Fraction(estate.amount, people),) * people


def _shortcuts_fail(estate: Estate) -> bool:
    return _divided(estate)[0] not in _shortcuts(estate)


def _listed(awards: tuple[Fraction, ...]) -> str:
    return f"[{', '.join(str(award) for award in awards)}]"


def _parse(problem: str) -> Estate | None:
    estate, claims = _ESTATE.search(problem), _CLAIMS.search(problem)
    return Estate(int(estate[1]), tuple(int(claim) for claim in claims[1].split(", "))) if estate and claims else None
