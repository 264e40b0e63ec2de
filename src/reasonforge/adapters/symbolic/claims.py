"""Claims about expressions, examined: is `lhs rel rhs` true wherever its assumptions hold?

An equation must be an identity. An inequality is tried at many points, at whole numbers and corners, and where a search
finds its sides closest; what a strict one or a `≠` leaves undecided is vacuous, which counts neither way.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from typing import Any

from attrs import frozen

from reasonforge.adapters.symbolic.assumptions import Assumed, holds, read_assumptions, relation_of
from reasonforge.adapters.symbolic.evaluation import Evaluator, Point, Undefined
from reasonforge.adapters.symbolic.grammar import Notation, read_tree
from reasonforge.adapters.symbolic.identity import LOW_BITS, TOP_BITS, compare
from reasonforge.adapters.symbolic.points import Range, corners_of, points, seed_of
from reasonforge.adapters.symbolic.tree import Node, Unreadable
from reasonforge.domain.arithmetic import ClaimFinding

MAX_SYMBOLS = 6
_TRIED = 240
_ENOUGH = 4
_WHOLE = (*(Fraction(value) for value in (-2, -1, 0, 1, 2, 3)), Fraction(1, 2), Fraction(-1, 2))
_CLOSE = Fraction(1, 10**9)
_SEARCHES, _STEPS = 4, 40
_MIRRORED = {">": "<", "≥": "≤"}


@frozen
class Examined:
    """A claim's finding, its canonical text and its two trees; no trees where it cannot be read."""

    finding: ClaimFinding
    canonical: str
    relation: str = ""
    sides: tuple[Node, ...] = ()


def examine_symbolic(
    claim: Mapping[str, Any], variables: Mapping[str, str] | None = None, latex: bool = False
) -> Examined:
    """One claim `{lhs, rel, rhs, assumptions}`; `variables` are words about the task's own variables by name.

    Its canonical text is the same for claims that differ in notation and in which side is which; the assumptions are
    not in it.
    """
    known = variables or {}
    relation = relation_of(claim["rel"])
    try:
        assumed, sides = _read(claim, relation, known, latex)
    except Unreadable:
        text = " ".join(f"{claim['lhs'][:400]} {claim['rel'][:8]} {claim['rhs'][:400]}".split())
        return Examined(ClaimFinding.UNREADABLE, text)
    finding = _finding(sides, relation, assumed)
    forms = [side.canonical for side in sides]
    if relation in {"=", "≠"}:
        forms.sort()
    elif relation in _MIRRORED:
        forms.reverse()
    return Examined(finding, f"{forms[0]} {_MIRRORED.get(relation, relation)} {forms[1]}", relation, sides)


def _read(
    claim: Mapping[str, Any], relation: str, known: Mapping[str, str], latex: bool
) -> tuple[Assumed, tuple[Node, Node]]:
    if not relation:
        raise Unreadable("has a relation that there is not")
    assumed = read_assumptions(claim.get("assumptions", ()), known)
    notation = Notation(frozenset(known), latex=latex, imaginary=assumed.is_complex, open_names=True)
    sides = (read_tree(claim["lhs"], notation), read_tree(claim["rhs"], notation))
    names = {name for side in sides for name in side.symbols()} | set(assumed.over(()))
    if len(names) > MAX_SYMBOLS:
        raise Unreadable(f"has more than {MAX_SYMBOLS} variables")
    return assumed, sides


def _finding(sides: tuple[Node, Node], relation: str, assumed: Assumed) -> ClaimFinding:
    first, second = sides
    if first.canonical == second.canonical:
        return ClaimFinding.VACUOUS if holds(relation, 0) else ClaimFinding.REFUTED
    ranges = assumed.over(first.symbols() | second.symbols())
    if not any(True for _ in _admitted(sides, ranges, assumed, 1)):
        return ClaimFinding.VACUOUS
    if relation == "=":
        compared = compare(first, second, ranges, assumed.is_complex, assumed.admits)
        finding = ClaimFinding.CONFIRMED if compared.equal else ClaimFinding.REFUTED
    elif assumed.is_complex:
        return ClaimFinding.VACUOUS
    else:
        finding = _Inequality(sides, relation, ranges, assumed).finding()
    if finding is ClaimFinding.CONFIRMED and not ranges and first.operations + second.operations == 0:
        return ClaimFinding.VACUOUS
    return finding


def _admitted(sides: tuple[Node, Node], ranges: Mapping[str, Range], assumed: Assumed, count: int) -> Iterator[Point]:
    """Points that the assumptions allow: drawn ones, then small whole numbers."""
    drawn = points(ranges, corners_of(sides), seed_of([side.canonical for side in sides]))
    return islice(filter(assumed.admits, islice(drawn, 2 * _TRIED)), count)


class _Inequality:
    def __init__(self, sides: tuple[Node, Node], relation: str, ranges: Mapping[str, Range], assumed: Assumed) -> None:
        self._sides, self._relation, self._ranges, self._assumed = sides, relation, ranges, assumed
        self._low, self._top = Evaluator(LOW_BITS), Evaluator(TOP_BITS)
        self._names = sorted(ranges)

    def finding(self) -> ClaimFinding:
        gaps: list[tuple[Any, Point]] = []
        orders: set[int] = set()
        for point in self._points():
            gap = self._gap(point)
            if gap is None:
                continue
            order = (gap > 0) - (gap < 0)
            if not holds(self._relation, order):
                return ClaimFinding.REFUTED
            orders.add(order)
            gaps.append((abs(gap), point))
        if not gaps or (self._names and len(gaps) < _ENOUGH):
            return ClaimFinding.VACUOUS
        if not self._names:
            return ClaimFinding.CONFIRMED
        closest = self._closest(gaps)
        if closest is None:
            return ClaimFinding.REFUTED
        if self._relation == "≠" and len(orders) > 1:
            return ClaimFinding.VACUOUS
        undecided = self._relation in {"≠", "<", ">"} and closest < _CLOSE
        return ClaimFinding.VACUOUS if undecided else ClaimFinding.CONFIRMED

    def _points(self) -> Iterator[Point]:
        yield from _admitted(self._sides, self._ranges, self._assumed, _TRIED)
        corners = sorted({*_WHOLE, *corners_of(self._sides)}, key=abs)[:16]
        grid: Iterator[tuple[Fraction, ...]] = (
            product(corners, repeat=len(self._names))
            if len(self._names) <= 2
            else (tuple([value] * len(self._names)) for value in corners)
        )
        for values in grid:
            yield from self._allowed(dict(zip(self._names, values, strict=True)))

    def _allowed(self, point: dict[str, Fraction]) -> Iterator[Point]:
        if all(self._ranges[name].admits(value) for name, value in point.items()) and self._assumed.admits(point):
            yield point

    def _gap(self, point: Point) -> Fraction | None:
        """Left minus right, of the right sign; None where either is undefined."""
        for evaluator, bits in ((self._low, LOW_BITS // 3), (self._top, TOP_BITS - 400)):
            try:
                first, second = evaluator.at(self._sides[0], point), evaluator.at(self._sides[1], point)
            except Undefined:
                continue
            gap = (
                first - second
                if isinstance(first, Fraction) and isinstance(second, Fraction)
                else (evaluator.number(first) - evaluator.number(second))
            )
            if isinstance(gap, Fraction):
                return gap
            if abs(gap) > max(abs(evaluator.number(first)), abs(evaluator.number(second))) / (1 << bits):
                return _rational(gap)
            if evaluator is self._top:
                return Fraction(0)
        return None

    def _closest(self, gaps: list[tuple[Any, Point]]) -> Any:
        """The smallest difference that a search along each variable finds; None when the claim fails there."""
        gaps.sort(key=lambda pair: pair[0])
        smallest = gaps[0][0]
        for _, start in gaps[:_SEARCHES]:
            point = {name: value for name, value in start.items() if isinstance(value, Fraction)}
            for name in self._names:
                if self._ranges[name].is_integer or self._ranges[name].fixed is not None:
                    continue
                for size in self._along(point, name):
                    if size is None:
                        return None
                    smallest = min(smallest, size)
        return smallest

    def _along(self, point: dict[str, Fraction], name: str) -> Iterator[Any]:
        """Sizes of the difference on the way to its smallest along one variable; None where the claim fails."""
        reach = max(Fraction(1), abs(point[name]))
        low, high = point[name] - reach, point[name] + reach
        for _ in range(_STEPS):
            third = (high - low) / 3
            left, right = self._size(point, name, low + third), self._size(point, name, high - third)
            if left is None or right is None:
                return
            low, high = (low, high - third) if left <= right else (low + third, high)
            low, high = low.limit_denominator(10**12), high.limit_denominator(10**12)
        middle = (low + high) / 2
        for candidate in (middle, middle.limit_denominator(1_000), middle.limit_denominator(10**6)):
            there = {**point, name: candidate}
            for allowed in self._allowed(there):
                gap = self._gap(allowed)
                if gap is not None:
                    yield abs(gap) if holds(self._relation, (gap > 0) - (gap < 0)) else None

    def _size(self, point: dict[str, Fraction], name: str, value: Fraction) -> Any:
        """Of the difference, with the sign that the claim gives it, so that its failure is what is sought."""
        gap = self._gap({**point, name: value})
        if gap is None:
            return None
        return -gap if self._relation in {"<", "≤"} else abs(gap) if self._relation == "≠" else gap


def _rational(value: Any) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    size: Fraction = Fraction(mantissa) * Fraction(2) ** exponent
    return -size if sign else size


def terms_of(node: Node) -> tuple[str, ...]:
    """The canonical texts of everything in a tree but bare variables; numbers without their sign. Sorted."""
    found = {
        str(abs(part.exact)) if part.kind == "number" and part.exact is not None else part.canonical
        for part in node.walk()
        if part.kind != "symbol"
    }
    return tuple(sorted(found))


def judge_claim(payload: Mapping[str, Any]) -> dict[str, Any]:
    """See `work.judge_claims`."""
    variables, latex = payload.get("variables", {}), payload.get("latex", False)
    examined = [examine_symbolic(claim, variables, latex) for claim in payload["claims"]]
    return {
        "claims": [
            {
                "finding": claim.finding.value,
                "canonical": claim.canonical,
                "is_equation": claim.relation == "=",
                "sides": [
                    {"form": side.canonical, "terms": list(terms_of(side)), "operations": side.operations}
                    for side in claim.sides
                ],
            }
            for claim in examined
        ]
    }


def refuse_odd_payload(payload: Any) -> None:
    """Nothing, of a payload in order.

    Raises:
        ValueError: the caller, who is one of ours, built it wrongly.
    """
    claims = payload.get("claims") if isinstance(payload, Mapping) else None
    if not isinstance(claims, list):
        raise ValueError("claims to examine come as {claims: [...], variables: {...}}")  # noqa: TRY004 - one error for all
    for claim in claims:
        texts = [claim.get("lhs"), claim.get("rel"), claim.get("rhs"), *claim.get("assumptions", ())]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a claim to examine is {lhs, rel, rhs, assumptions}, all texts")
