"""Claims of exact arithmetic, checked: `lhs rel rhs` with sides as `reasonforge.domain.expression` reads them."""

from enum import StrEnum
from fractions import Fraction

from attrs import frozen

from reasonforge.domain.expression import MAX_CHARACTERS, Expression, read_expression
from reasonforge.domain.submission import Claim

_RELATIONS = {"=": "=", "==": "=", "≠": "≠", "!=": "≠", "<": "<", "≤": "≤", "<=": "≤", ">": ">", "≥": "≥", ">=": "≥"}
_MIRRORED = {">": "<", "≥": "≤"}


class ClaimFinding(StrEnum):
    """What became of a claim."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNREADABLE = "unreadable"
    VACUOUS = "vacuous"


@frozen
class CheckedClaim:
    """A claim, its finding, and its sides where they could be read.

    `canonical` is the same for claims that say the same in another notation (see `Expression`), sides swapped included.
    """

    finding: ClaimFinding
    canonical: str
    lhs: Expression | None = None
    rhs: Expression | None = None
    is_equation: bool = False


def _holds(relation: str, left: Fraction, right: Fraction) -> bool:
    match relation:
        case "=":
            return left == right
        case "≠":
            return left != right
        case "<":
            return left < right
        case "≤":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def examine(claim: Claim) -> CheckedClaim:
    """A claim with its finding and sides. Never raises, whatever the claim holds; bounded time.

    Vacuous is a true claim in which nothing is computed: neither side has an operation (`7 = 7`, `3 < 5`), or both
    say the same (`2 + 3 = 3 + 2`). Assumptions don't matter to arithmetic on numbers and are not read.
    """
    relation = _RELATIONS.get(claim.rel.strip())
    left, right = read_expression(claim.lhs), read_expression(claim.rhs)
    if relation is None or left is None or right is None:
        text = " ".join(f"{claim.lhs[:MAX_CHARACTERS]} {claim.rel[:8]} {claim.rhs[:MAX_CHARACTERS]}".split())
        return CheckedClaim(ClaimFinding.UNREADABLE, text)
    sides = [left.canonical, right.canonical]
    if relation in {"=", "≠"}:
        sides.sort()
    elif relation in _MIRRORED:
        sides.reverse()
    canonical = f"{sides[0]} {_MIRRORED.get(relation, relation)} {sides[1]}"
    if not _holds(relation, left.value, right.value):
        finding = ClaimFinding.REFUTED
    elif left.canonical == right.canonical or left.operations + right.operations == 0:
        finding = ClaimFinding.VACUOUS
    else:
        finding = ClaimFinding.CONFIRMED
    return CheckedClaim(finding, canonical, left, right, is_equation=relation == "=")


def check_claim(claim: Claim) -> ClaimFinding:
    """Whether a claim is true.

    >>> check_claim(Claim("17 * 5 mod 12", "=", "1")).value
    'confirmed'
    >>> check_claim(Claim("1/3", "=", "0.333")).value
    'refuted'
    >>> check_claim(Claim("x + 1", "=", "2")).value, check_claim(Claim("7", "=", "7.0")).value
    ('unreadable', 'vacuous')
    """
    return examine(claim).finding
