r"""Real sets made of intervals and single numbers: `[0, 1) ∪ (2, oo)`, `{1} \cup [2, 3]`, `R`, `∅`.

Two are equal when they hold the same of all bounds that occur in either, and of the gaps between those.
"""

import re
from functools import cmp_to_key
from typing import Any

from attrs import frozen

from reasonforge.adapters.symbolic.evaluation import Evaluator, Undefined
from reasonforge.adapters.symbolic.grammar import Notation, read_tree
from reasonforge.adapters.symbolic.identity import TOP_BITS
from reasonforge.adapters.symbolic.tree import Unreadable

MAX_PIECES = 16

_UNION = re.compile(r"∪|\\cup(?![A-Za-z])|(?<![A-Za-z])U(?![A-Za-z])")
_REALS = frozenset({"R", "ℝ", r"\mathbb{R}", r"\mathbb R", r"\R"})
_EMPTY = frozenset({"∅", r"\emptyset", r"\varnothing", "{}", r"\{\}"})
_INFINITE = re.compile(r"(\+|-|−)? ?(?:oo|∞|inf|infinity|\\infty)")


@frozen
class Piece:
    """One interval; bounds are (−1 | 0 | 1, value): minus infinity, a number, infinity."""

    low: tuple[int, Any]
    high: tuple[int, Any]
    low_open: bool
    high_open: bool


def read_intervals(text: str, latex: bool) -> tuple[Piece, ...]:
    """The pieces of a union.

    Raises:
        Unreadable: it is none; a bound is no real number; bounds in the wrong order; closed at infinity.
    """
    if len(text) > 400:
        raise Unreadable("is longer than 400 characters")
    parts = _UNION.split(text)
    if len(parts) > MAX_PIECES:
        raise Unreadable(f"has more than {MAX_PIECES} pieces")
    order = _Order()
    return tuple(piece for part in parts for piece in _pieces(part.strip(), latex, order))


def _pieces(text: str, latex: bool, order: "_Order") -> list[Piece]:
    if text in _EMPTY or text in _REALS:
        return [] if text in _EMPTY else [Piece((-1, 0), (1, 0), low_open=True, high_open=True)]
    for word in (r"\left", r"\right") if latex else ():
        text = text.replace(word, "")
    text = text.strip()
    if text.startswith((r"\{", "{")) and text.endswith("}"):
        inner = text[2:].removesuffix(r"\}") if text.startswith("\\") else text[1:-1]
        values = [_bound(part, latex, order) for part in _split(inner)]
        if any(kind for kind, _ in values):
            raise Unreadable("holds infinity as a number")
        return [Piece(value, value, low_open=False, high_open=False) for value in values]
    if len(text) < 2 or text[0] not in "[(" or text[-1] not in "])":
        raise Unreadable("is not a union of intervals")
    bounds = _split(text[1:-1])
    if len(bounds) != 2:
        raise Unreadable("is not a union of intervals")
    low, high = (_bound(part, latex, order) for part in bounds)
    piece = Piece(low, high, low_open=text[0] == "(", high_open=text[-1] == ")")
    _refuse_odd(piece, order)
    return [piece]


def _refuse_odd(piece: Piece, order: "_Order") -> None:
    if (piece.low[0] and not piece.low_open) or (piece.high[0] and not piece.high_open):
        raise Unreadable("holds infinity as a number")
    compared = order.compare(piece.low, piece.high)
    if compared > 0 or (compared == 0 and (piece.low_open or piece.high_open)):
        raise Unreadable("has the bounds of an interval in the wrong order")


def _split(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _bound(text: str, latex: bool, order: "_Order") -> tuple[int, Any]:
    infinite = _INFINITE.fullmatch(text.strip())
    if infinite is not None:
        return (-1 if infinite[1] in {"-", "−"} else 1), 0
    return 0, order.value(text, latex)


class _Order:
    """Numbers in order, to 1,595 digits."""

    def __init__(self) -> None:
        self._evaluator = Evaluator(TOP_BITS)

    def value(self, text: str, latex: bool) -> Any:
        try:
            return self._evaluator.number(self._evaluator.at(read_tree(text, Notation(latex=latex)), {}))
        except Undefined as undefined:
            raise Unreadable("has a bound that is no real number") from undefined

    def compare(self, first: tuple[int, Any], second: tuple[int, Any]) -> int:
        """−1, 0 or 1."""
        if first[0] != second[0] or first[0]:
            return (first[0] > second[0]) - (first[0] < second[0])
        gap = first[1] - second[1]
        if abs(gap) <= max(abs(first[1]), abs(second[1])) / (1 << (TOP_BITS - 400)):
            return 0
        return 1 if gap > 0 else -1


def same_set(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> bool:
    """Whether two unions hold the same numbers."""
    order = _Order()
    bounds = sorted(
        {id(bound): bound for piece in (*first, *second) for bound in (piece.low, piece.high)}.values(),
        key=cmp_to_key(order.compare),
    )
    distinct: list[tuple[int, Any]] = []
    for bound in bounds:
        if not distinct or order.compare(distinct[-1], bound) != 0:
            distinct.append(bound)
    return all(
        _holds(first, low, high, order) == _holds(second, low, high, order)
        for at, low in enumerate(distinct)
        for high in distinct[at : at + 2]
        if low is not high or low[0] == 0
    ) and bool(first) == bool(second)


def _holds(pieces: tuple[Piece, ...], low: tuple[int, Any], high: tuple[int, Any], order: _Order) -> bool:
    """Whether the number `low` is in it, where `high` is the same; otherwise the gap between these neighbours."""
    for piece in pieces:
        above, below = order.compare(low, piece.low), order.compare(piece.high, high)
        if low is not high and above >= 0 and below >= 0:
            return True
        if low is high and above >= 0 and below >= 0:
            open_end = (above == 0 and piece.low_open) or (below == 0 and piece.high_open)
            if not open_end:
                return True
    return False
