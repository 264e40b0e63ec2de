"""Algebra as a model writes it, read by our own bounded reader into a tree of plain lists; nothing is evaluated.

`2*x^2 - 1/3`, `sqrt(x + 1)`, `pi`, `x^2 = 4`. A tree is `["number", "12"]`, `["symbol", "x"]`, `["constant", "pi"]`,
`["call", "sqrt", tree]`, `["+", tree, tree]` and so on, or `["=", tree, tree]` on top.
"""

import re
from typing import Any

MAX_CHARACTERS = 400
MAX_TOKENS = 200
MAX_DEPTH = 30
MAX_DIGITS = 50

FUNCTIONS = dict.fromkeys(("sqrt", "exp", "log", "ln", "sin", "cos", "tan", "asin", "acos", "atan", "abs"), 1)
FUNCTIONS |= {"factorial": 1, "floor": 1, "ceiling": 1, "binomial": 2, "gcd": 2, "lcm": 2}
"""What may be called, and with how many arguments."""
CONSTANTS = frozenset({"pi", "e", "oo"})
OPERATIONS = {"simplify": 1, "expand": 1, "factor": 1, "solve": 2, "diff": 2, "integrate": 2}
"""What can be asked for, and with how many arguments; the second is a symbol."""

Tree = list[Any]

_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([A-Za-z][A-Za-z0-9_]{0,11})(?![A-Za-z0-9_])|(\*\*|[-+*/^(),=×·÷−]))")
_SPELLINGS = {"**": "^", "×": "*", "·": "*", "÷": "/", "−": "-"}


class _Unreadable(Exception):  # noqa: N818 - never leaves this module
    """The text is no algebra, or passes a limit."""


def read_algebra(text: str) -> Tree | None:
    """The tree of an expression or equation; None when it is none or passes a limit. Never raises.

    >>> read_algebra("2*x^2 = 8")
    ['=', ['*', ['number', '2'], ['^', ['symbol', 'x'], ['number', '2']]], ['number', '8']]
    >>> read_algebra("__import__('os')") is None
    True
    """
    try:
        return _Reader(text).equation()
    except _Unreadable:
        return None


def read_operation(text: str) -> tuple[str, list[Tree]] | None:
    """What is asked to be computed, as `solve(x^2 - 4, x)`: an operation and its arguments. None when it is none.

    >>> read_operation("diff(x^2, x)")
    ('diff', [['^', ['symbol', 'x'], ['number', '2']], ['symbol', 'x']])
    """
    try:
        return _Reader(text).operation()
    except _Unreadable:
        return None


def _tokens(text: str) -> list[str]:
    if len(text) > MAX_CHARACTERS:
        raise _Unreadable
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) == MAX_TOKENS or len(match[1] or "") > MAX_DIGITS:
            raise _Unreadable
        token = match[1] or match[2] or match[3]
        tokens.append(_SPELLINGS.get(token, token))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent, at most `MAX_DEPTH` deep."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def equation(self) -> Tree:
        tree = self._whole_equation()
        self._end()
        return tree

    def operation(self) -> tuple[str, list[Tree]]:
        name = self._next()
        if name not in OPERATIONS or not self._take("("):
            raise _Unreadable
        arguments = [self._whole_equation()]
        while self._take(","):
            arguments.append(self._sum(0))
        if not self._take(")") or len(arguments) != OPERATIONS[name]:
            raise _Unreadable
        if len(arguments) == 2 and arguments[1][0] != "symbol":
            raise _Unreadable
        if arguments[0][0] == "=" and name != "solve":
            raise _Unreadable
        self._end()
        return name, arguments

    def _whole_equation(self) -> Tree:
        left = self._sum(0)
        return ["=", left, self._sum(0)] if self._take("=") else left

    def _end(self) -> None:
        if self._at != len(self._tokens):
            raise _Unreadable

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise _Unreadable
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            return self._next()
        return ""

    def _sum(self, depth: int) -> Tree:
        tree = self._product(depth)
        while sign := self._take("+", "-"):
            tree = [sign, tree, self._product(depth)]
        return tree

    def _product(self, depth: int) -> Tree:
        tree = self._signed(depth)
        while sign := self._take("*", "/"):
            tree = [sign, tree, self._signed(depth)]
        return tree

    def _signed(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise _Unreadable
        if self._take("-"):
            return ["*", ["number", "-1"], self._signed(depth + 1)]
        if self._take("+"):
            return self._signed(depth + 1)
        base = self._atom(depth)
        return ["^", base, self._signed(depth + 1)] if self._take("^") else base

    def _atom(self, depth: int) -> Tree:
        word = self._next()
        if word == "(":
            tree = self._sum(depth + 1)
            if not self._take(")"):
                raise _Unreadable
            return tree
        if word[0].isdigit():
            return ["number", word]
        if not word[0].isalpha() or word in OPERATIONS:
            raise _Unreadable
        if word in FUNCTIONS:
            return self._call(word, depth)
        return ["constant", word] if word in CONSTANTS else ["symbol", word]

    def _call(self, name: str, depth: int) -> Tree:
        if not self._take("("):
            raise _Unreadable
        arguments = [self._sum(depth + 1)]
        while self._take(","):
            arguments.append(self._sum(depth + 1))
        if not self._take(")") or len(arguments) != FUNCTIONS[name]:
            raise _Unreadable
        return ["call", name, *arguments]
