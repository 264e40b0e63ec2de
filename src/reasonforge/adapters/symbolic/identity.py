"""Whether two trees are the same function: numbers first, which decide against; then exactness, many more digits, or
a proof, which decide for.

At each point both trees are evaluated to 33 digits. Where digits were lost to cancellation, and at three points of any
pair that agrees so far, it is done again to 1,595 digits, at which nothing within the limits of `evaluation` can be
too small to be seen. Rational functions are compared exactly.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from itertools import islice

from attrs import frozen

from reasonforge.adapters.symbolic import tree
from reasonforge.adapters.symbolic.evaluation import Evaluator, Point, Undefined
from reasonforge.adapters.symbolic.points import Range, corner_points, corners_of, points, seed_of
from reasonforge.adapters.symbolic.tree import Node, Unreadable

LOW_BITS = 110
TOP_BITS = 5_300
_TOP_AGREES = TOP_BITS - 400
_FEW, _MANY, _TRIED, _TRIED_AT_CORNERS = 24, 96, 400, 600
_FINE_POINTS = 3
_CORNERED = frozenset({"abs", "sign", "floor", "ceiling", "min", "max", "acot"})


class _Outcome(Enum):
    SAME = "same"
    SAME_EXACTLY = "same exactly"
    DIFFERENT = "different"
    ONE_SIDED = "one is undefined"
    UNDEFINED = "both are undefined"


@frozen
class Comparison:
    """What came out.

    Attributes:
        equal: they are the same wherever both were tried.
        exact: that is known for certain and needs no proof (rational functions, or the same text).
        reason: for people; the end of a sentence about what a miner wrote.
    """

    equal: bool
    exact: bool
    reason: str


class _Trial:
    """Two trees, evaluated side by side."""

    def __init__(self, first: Node, second: Node, complex_values: bool) -> None:
        self._trees = (first, second)
        self._low = Evaluator(LOW_BITS, complex_values)
        self._top = Evaluator(TOP_BITS, complex_values)

    def at(self, point: Point) -> _Outcome:
        outcome, lost = self._outcome(self._low, point, LOW_BITS // 3)
        return self.finely_at(point) if lost > LOW_BITS // 3 else outcome

    def finely_at(self, point: Point) -> _Outcome:
        return self._outcome(self._top, point, _TOP_AGREES)[0]

    def _outcome(self, evaluator: Evaluator, point: Point, agreeing_bits: int) -> tuple[_Outcome, int]:
        values = []
        lost = 0
        for node in self._trees:
            try:
                values.append(evaluator.at(node, point))
            except Undefined:
                values.append(None)
            lost = max(lost, evaluator.lost)
        first, second = values
        if first is None or second is None:
            return (_Outcome.UNDEFINED if first is second else _Outcome.ONE_SIDED), lost
        if isinstance(first, Fraction) and isinstance(second, Fraction):
            return (_Outcome.SAME_EXACTLY if first == second else _Outcome.DIFFERENT), lost
        first, second = evaluator.number(first), evaluator.number(second)
        largest = max(abs(first), abs(second))
        agree = abs(first - second) <= largest / (1 << agreeing_bits)
        return (_Outcome.SAME if agree else _Outcome.DIFFERENT), lost


def compare(
    first: Node,
    second: Node,
    ranges: Mapping[str, Range],
    complex_values: bool = False,
    admits: Callable[[Point], bool] | None = None,
) -> Comparison:
    """Whether two trees, whose symbols are all in `ranges`, are worth the same at every point that they allow.

    Symmetric. Points at which one is undefined count against it when they are more than single ones.
    """
    if first.canonical == second.canonical:
        return Comparison(True, exact=True, reason="is right")
    trial = _Trial(first, second, complex_values)
    cornered = any(node.kind == "call" and node.name in _CORNERED for side in (first, second) for node in side.walk())
    wanted = _MANY if cornered else _FEW
    used = first.symbols() | second.symbols()
    held = {name: known for name, known in ranges.items() if name in used or admits is not None}
    corners, random = corners_of((first, second)), seed_of((first.canonical, second.canonical))
    drawn = islice(points(held, corners, random), _TRIED)
    if cornered:
        at_corners = islice(corner_points(held, corners, random), _TRIED_AT_CORNERS)
        if any(trial.at(point) is _Outcome.DIFFERENT for point in filter(admits or _everywhere, at_corners)):
            return Comparison(False, exact=True, reason="is wrong")
    agreed: list[Point] = []
    exact = not cornered
    one_sided = 0
    for point in filter(admits or _everywhere, drawn):
        outcome = trial.at(point)
        if outcome is _Outcome.DIFFERENT:
            return Comparison(False, exact=True, reason="is wrong")
        one_sided += outcome is _Outcome.ONE_SIDED
        if outcome in {_Outcome.SAME, _Outcome.SAME_EXACTLY}:
            agreed.append(point)
            exact = exact and outcome is _Outcome.SAME_EXACTLY
        if len(agreed) + one_sided >= wanted:
            break
    return _concluded(trial, agreed, one_sided, exact)


def _concluded(trial: _Trial, agreed: list[Point], one_sided: int, exact: bool) -> Comparison:
    if one_sided > max(1, len(agreed) // 10) or (one_sided and not agreed):
        return Comparison(False, exact=True, reason="is not defined where the right answer is, or the other way round")
    if not agreed:
        return Comparison(False, exact=True, reason="has no value within the task's domain")
    return Comparison(True, exact=True, reason="is right") if exact else _finely(trial, agreed)


def _everywhere(_point: Point) -> bool:
    return True


def _finely(trial: _Trial, agreed: list[Point]) -> Comparison:
    for point in agreed[-_FINE_POINTS:]:
        if trial.finely_at(point) in {_Outcome.DIFFERENT, _Outcome.ONE_SIDED}:
            return Comparison(False, exact=True, reason="is wrong, though only just")
    digits = int(_TOP_AGREES * 0.301)
    where = f"at {len(agreed)} points" if len(agreed) > 1 else "as a number"
    return Comparison(True, exact=False, reason=f"agrees {where}, to {digits} digits at the last")


def difference(sides: tuple[Node, Node]) -> Node:
    """What an equation says is zero."""
    return tree.total([sides[0], tree.negated(sides[1])])


def proportional(
    first: Node, second: Node, ranges: Mapping[str, Range], complex_values: bool = False
) -> tuple[Comparison, tuple[Node, Node] | None]:
    """Whether f and g, neither zero everywhere, differ by a constant factor: f(p)·g(q) = g(p)·f(q) for all p and q.

    Also gives the two trees of that identity, for a proof.

    Raises:
        Unreadable: the two together pass a limit.
    """
    zero = tree.number(Fraction(0))
    for node in (first, second):
        if compare(node, zero, ranges, complex_values).equal:
            return Comparison(False, exact=True, reason="says nothing"), None
    there = {f"{name}'": known for name, known in ranges.items()}
    sides = (tree.product([_primed(first), second]), tree.product([_primed(second), first]))
    return compare(*sides, {**ranges, **there}, complex_values), sides


def _primed(node: Node) -> Node:
    """The same tree in other symbols."""
    match node.kind:
        case "symbol":
            return tree.symbol(f"{node.name}'")
        case "number" | "constant":
            return node
    parts = tuple(_primed(part) for part in node.parts)
    match node.kind:
        case "sum":
            return tree.total(parts)
        case "product":
            return tree.product(parts)
        case "power":
            return tree.power(*parts)
        case "call":
            return tree.call(node.name, parts)
        case _:
            raise Unreadable("holds something that cannot be compared")
