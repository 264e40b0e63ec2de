"""Exact arithmetic as miners write it: read by our own bounded reader, never evaluated as code.

An expression is numbers (`12`, `3.25`), `+ - * /` (also `× · ÷`), `^` or `**`, `mod`, `%` and parentheses.
`%` binds like `*`, as programs have it; `mod` binds loosest, as mathematics has it: `3 + 4 mod 5` is 2. A minus may
be U+2212. Names, functions, implicit multiplication, separators of thousands and digits of other scripts are not read.
"""

import re
from fractions import Fraction
from functools import lru_cache

from attrs import evolve, frozen

_REMEMBERED = 2_048
MAX_CHARACTERS = 400
MAX_NODES = 200
MAX_DEPTH = 30
MAX_LITERAL_BITS = 160
MAX_EXPONENT = 64
MAX_VALUE_BITS = 1_024
"""Of a numerator or denominator anywhere in an expression: what keeps powers of powers from growing."""

_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|(mod)(?![A-Za-z0-9_])|(\*\*|[-+*/^%()×·÷−]))")
_SPELLINGS = {"**": "^", "×": "*", "·": "*", "÷": "/", "−": "-"}


@frozen
class Expression:
    """An arithmetic text, read.

    Attributes:
        value: exact.
        canonical: the same text for expressions that differ only in white space, parentheses, spelling, the order of
            summands and factors, and neutral elements (`x + 0`, `x * 1`, `x / 1`, `x ^ 1`).
        literals: the numbers written in it, without repetition, rising; a quotient in lowest terms (`7/3`) is one.
        operations: how many operations are left in the canonical form; 0 for a number as it is written.
    """

    value: Fraction
    canonical: str
    literals: tuple[Fraction, ...] = ()
    operations: int = 0


class _Unreadable(Exception):  # noqa: N818 - never leaves this module
    """The text is no arithmetic, or passes a limit, or is undefined (division by zero)."""


@frozen
class _Node:
    value: Fraction
    canonical: str
    kind: str
    literals: frozenset[Fraction]
    operations: int = 0
    parts: tuple[str, ...] = ()

    @property
    def is_integer_literal(self) -> bool:
        return self.kind == "number" and self.value.denominator == 1


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_VALUE_BITS:
        raise _Unreadable
    return value


def _literal(value: Fraction) -> _Node:
    canonical = str(value) if value >= 0 and value.denominator == 1 else f"({value})"
    return _Node(value, canonical, "number", frozenset((value,)))


def _operation(left: _Node, sign: str, right: _Node, value: Fraction) -> _Node:
    return _Node(
        value=_bounded(value),
        canonical=f"({left.canonical}{sign}{right.canonical})",
        kind=sign,
        literals=left.literals | right.literals,
        operations=left.operations + right.operations + 1,
    )


def _negated(node: _Node) -> _Node:
    if node.kind == "number":
        return _literal(-node.value)
    return evolve(node, value=-node.value, canonical=f"(-{node.canonical})", kind="negation", parts=())


def _gathered(left: _Node, sign: str, right: _Node, value: Fraction) -> _Node:
    """A sum or product of any number of parts, their order and neutral parts forgotten."""
    neutral = 0 if sign == "+" else 1
    if left.kind == "number" and left.value == neutral:
        return right
    if right.kind == "number" and right.value == neutral:
        return left
    parts: list[str] = []
    for node in (left, right):
        parts.extend(node.parts if node.kind == sign else (node.canonical,))
    parts.sort()
    return evolve(_operation(left, sign, right, value), canonical=f"({sign.join(parts)})", parts=tuple(parts))


def _sum(left: _Node, right: _Node) -> _Node:
    return _gathered(left, "+", right, left.value + right.value)


def _product(left: _Node, right: _Node) -> _Node:
    return _gathered(left, "*", right, left.value * right.value)


def _quotient(left: _Node, right: _Node) -> _Node:
    if right.value == 0:
        raise _Unreadable
    if right.kind == "number" and right.value == 1:
        return left
    value = left.value / right.value
    if left.is_integer_literal and right.is_integer_literal and value.denominator == right.value:
        return _literal(value)  # `7/3` in lowest terms is how the number is written, `14/6` is a computation
    return _operation(left, "/", right, value)


def _remainder(left: _Node, right: _Node) -> _Node:
    if left.value.denominator != 1 or right.value.denominator != 1 or right.value <= 0:
        raise _Unreadable
    return _operation(left, " mod ", right, left.value % right.value)


def _power(base: _Node, exponent: _Node) -> _Node:
    power = exponent.value
    if power.denominator != 1 or abs(power) > MAX_EXPONENT or (base.value == 0 and power < 0):
        raise _Unreadable
    if exponent.kind == "number" and power == 1:
        return base
    bits = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
    if bits * abs(int(power)) > MAX_VALUE_BITS:
        raise _Unreadable
    return _operation(base, "^", exponent, base.value ** int(power))


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) >= MAX_NODES:
            raise _Unreadable
        token = match[1] or match[2] or match[3]
        tokens.append(_SPELLINGS.get(token, token))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over at most `MAX_NODES` tokens, at most `MAX_DEPTH` deep."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> _Node:
        node = self._modular(0)
        if self._at != len(self._tokens):
            raise _Unreadable
        return node

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return ""

    def _modular(self, depth: int) -> _Node:
        node = self._additive(depth)
        while self._take("mod"):
            node = _remainder(node, self._additive(depth))
        return node

    def _additive(self, depth: int) -> _Node:
        node = self._term(depth)
        while sign := self._take("+", "-"):
            term = self._term(depth)
            node = _sum(node, term if sign == "+" else _negated(term))
        return node

    def _term(self, depth: int) -> _Node:
        node = self._signed(depth)
        while sign := self._take("*", "/", "%"):
            factor = self._signed(depth)
            if sign == "*":
                node = _product(node, factor)
            else:
                node = _quotient(node, factor) if sign == "/" else _remainder(node, factor)
        return node

    def _signed(self, depth: int) -> _Node:
        if depth > MAX_DEPTH:
            raise _Unreadable
        if self._take("-"):
            return _negated(self._signed(depth + 1))
        if self._take("+"):
            return self._signed(depth + 1)
        base = self._atom(depth)
        if self._take("^"):
            return _power(base, self._signed(depth + 1))
        return base

    def _atom(self, depth: int) -> _Node:
        if self._take("("):
            node = self._modular(depth + 1)
            if not self._take(")"):
                raise _Unreadable
            return node
        if self._at == len(self._tokens) or not self._tokens[self._at][0].isdigit():
            raise _Unreadable
        token = self._tokens[self._at]
        self._at += 1
        if len(token) > MAX_LITERAL_BITS // 3:  # a decimal digit is 3.3 bits; spares reading what is refused anyway
            raise _Unreadable
        value = Fraction(token)
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_LITERAL_BITS:
            raise _Unreadable
        return _literal(value)


def read_expression(text: str) -> Expression | None:
    """What an arithmetic text is worth; None when it is none, is undefined, or passes a limit. Never raises.

    >>> side = read_expression("1/3 * (4 + 2) mod 5")
    >>> side.value, side.canonical, side.operations
    (Fraction(2, 1), '(((1/3)*(2+4)) mod 5)', 3)
    >>> read_expression("__import__('os')") is None
    True
    """
    return None if len(text) > MAX_CHARACTERS else _read(text)


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> Expression | None:
    """Remembered, since a batch of replies to one task says much the same, and several validators read each."""
    try:
        node = _Reader(_tokens(text)).whole()
    except _Unreadable:
        return None
    return Expression(node.value, node.canonical, tuple(sorted(node.literals)), node.operations)
