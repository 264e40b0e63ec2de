"""What a claim assumes: `x > 0`, `0 < x < 1`, `n integer`, `a, b real`, `n ∈ Z`, `x ≠ y`, `k = 3`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, field, frozen

from reasonforge.adapters.symbolic.evaluation import Evaluator, Point, Undefined
from reasonforge.adapters.symbolic.grammar import Notation, read_tree
from reasonforge.adapters.symbolic.points import Range
from reasonforge.adapters.symbolic.tree import Node, Unreadable

MAX_ASSUMPTIONS = 12
_BITS = 200
_WORDS = {
    **{word: word for word in ("positive", "nonnegative", "negative", "nonzero", "real", "integer", "complex")},
    "integers": "integer",
    "reals": "real",
    "whole": "integer",
    "natural": "positive integer",
}
_SETS = {"Z": "integer", "ℤ": "integer", "R": "real", "ℝ": "real", "C": "complex", "ℂ": "complex"} | {
    "N": "positive integer",
    "ℕ": "positive integer",
}
_FILLERS = frozenset({"is", "are", "a", "an", "and", "number", "numbers"})
_RELATION = re.compile(r"(<=|>=|!=|==|<|>|=|≤|≥|≠)")
_SPELLINGS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,11}")


def relation_of(text: str) -> str:
    """`= ≠ < ≤ > ≥` out of any spelling; empty when it is none."""
    text = text.strip()
    text = _SPELLINGS.get(text, text)
    return text if len(text) == 1 and text in "=≠<≤>≥" else ""


def holds(relation: str, order: int) -> bool:
    """Whether a relation holds between two values whose order is −1, 0 or 1."""
    return order in {"=": (0,), "≠": (-1, 1), "<": (-1,), "≤": (-1, 0), ">": (1,), "≥": (0, 1)}[relation]


@frozen
class Assumed:
    """What is known of the symbols, and what else must hold at a point.

    Attributes:
        ranges: by name; a name that is missing is any real number.
        conditions: relations between expressions.
    """

    ranges: Mapping[str, Range] = field(factory=dict)
    conditions: Sequence[tuple[Node, str, Node]] = ()
    _evaluator: Evaluator = field(factory=lambda: Evaluator(_BITS), eq=False, repr=False)

    def over(self, names: Iterable[str]) -> dict[str, Range]:
        """Ranges of all these names, and of those that the conditions hold."""
        more = {name for left, _, right in self.conditions for name in left.symbols() | right.symbols()}
        return {name: self.ranges.get(name, Range(frozenset({"real"}))) for name in sorted(more | set(names))}

    @property
    def is_complex(self) -> bool:
        return any(known.is_complex for known in self.ranges.values())

    def admits(self, point: Point) -> bool:
        """Whether every condition holds there; one that cannot be told does not."""
        for left, relation, right in self.conditions:
            try:
                first, second = self._evaluator.at(left, point), self._evaluator.at(right, point)
                order = (first > second) - (first < second)
            except (Undefined, TypeError):
                return False
            if not holds(relation, order):
                return False
        return True


def read_assumptions(texts: Sequence[str], variables: Mapping[str, str]) -> Assumed:
    """What the texts of a claim assume beside what the task says of its variables.

    Raises:
        Unreadable: one of them cannot be read.
    """
    if len(texts) > MAX_ASSUMPTIONS:
        raise Unreadable(f"has more than {MAX_ASSUMPTIONS} assumptions")
    assumed = Assumed({name: Range(frozenset(words.split())) for name, words in sorted(variables.items())})
    for text in texts:
        assumed = _with(assumed, text.strip(), frozenset(variables))
    return assumed


def _with(assumed: Assumed, text: str, variables: frozenset[str]) -> Assumed:
    if len(text) > 200:
        raise Unreadable("has an assumption that is too long")
    parts = _RELATION.split(text)
    if len(parts) == 1:
        return _with_words(assumed, text)
    if len(parts) > 5:
        raise Unreadable("has an assumption that cannot be read")
    notation = Notation(variables, open_names=True)
    trees = [read_tree(side, notation) for side in parts[::2]]
    for left, spelling, right in zip(trees, parts[1::2], trees[1:], strict=False):
        assumed = _with_relation(assumed, left, relation_of(spelling), right)
    return assumed


def _with_words(assumed: Assumed, text: str) -> Assumed:
    words = text.replace(",", " ").replace("∈", " ∈ ").split()
    names = [word for word in words if _NAME.fullmatch(word) and word not in _WORDS and word not in _FILLERS | {"in"}]
    if "∈" in words or "in" in words:
        at = words.index("∈") if "∈" in words else words.index("in")
        names, meant = words[:at], _SETS.get(" ".join(words[at + 1 :]), "")
    else:
        meant = " ".join(_WORDS[word] for word in words if word in _WORDS)
        if any(word not in _WORDS and word not in _FILLERS and word not in names for word in words):
            meant = ""
    if not meant or not names or not all(_NAME.fullmatch(name) for name in names):
        raise Unreadable("has an assumption that cannot be read")
    ranges = dict(assumed.ranges)
    for name in names:
        known = ranges.get(name, Range())
        ranges[name] = evolve(known, words=known.words | frozenset(meant.split()))
    return evolve(assumed, ranges=ranges)


_MIRRORED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "=", "≠": "≠"}


def _with_relation(assumed: Assumed, left: Node, relation: str, right: Node) -> Assumed:
    if left.exact is not None and right.kind == "symbol":
        left, relation, right = right, _MIRRORED[relation], left
    if left.kind == "symbol" and right.exact is not None:
        ranges = dict(assumed.ranges)
        known = ranges.get(left.name, Range(frozenset({"real"})))
        ranges[left.name] = _narrowed(known, relation, right.exact)
        assumed = evolve(assumed, ranges=ranges)
        if relation in {"=", "≤", "≥"}:
            return assumed
    elif relation == "=":
        raise Unreadable("assumes an equation, which is not tried at points")
    return evolve(assumed, conditions=(*assumed.conditions, (left, relation, right)))


def _narrowed(known: Range, relation: str, bound: Fraction) -> Range:
    if relation in {">", "≥"}:
        return evolve(known, low=bound if known.low is None else max(bound, known.low))
    if relation in {"<", "≤"}:
        return evolve(known, high=bound if known.high is None else min(bound, known.high))
    if relation == "=":
        return evolve(known, fixed=bound)
    return known
