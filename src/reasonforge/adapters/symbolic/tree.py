"""The tree of an expression: numbers, symbols, constants, sums, products, powers and calls. Nothing is evaluated
but rational arithmetic, and that within bounds.

A quotient is a product with a power −1, a difference a sum with a product by −1. Sums and products are flat, so that
a tree is no deeper than what its author nested.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from attrs import frozen

MAX_EXPONENT = 64
"""Of a rational exponent's numerator and denominator, and of a factorial or binomial's number × 4."""
MAX_GROWTH = 256
"""Of the degree that powers, products and powers of powers add up to."""
MAX_VALUE_BITS = 1_024
"""Of the numerator or denominator of any rational constant that a part of a tree is worth."""
MAX_FACTORIAL = 4 * MAX_EXPONENT
MAX_TOWER = 3
"""Powers with a symbol in the exponent, and exponentials, inside one another's exponents."""

FUNCTIONS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(
        (
            *("sqrt", "cbrt", "exp", "ln", "abs", "sign", "floor", "ceiling", "factorial"),
            *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot"),
            *("sinh", "cosh", "tanh", "coth", "asinh", "acosh", "atanh"),
        ),
        (1, 1),
    ),
    "root": (2, 2),
    "log": (1, 2),
    "binomial": (2, 2),
    "min": (2, 6),
    "max": (2, 6),
}
"""What may be called, with how few and how many arguments. `log(x)` is natural, `log(x, b)` to the base b."""

SPELLINGS = {
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "cot", "sinh", "cosh", "tanh")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    "ceil": "ceiling",
    "sgn": "sign",
    "Abs": "abs",
    "binom": "binomial",
    "choose": "binomial",
    "comb": "binomial",
    "tg": "tan",
    "ctg": "cot",
    "arctg": "atan",
    "log10": "log10",
    "log2": "log2",
    "lg": "log10",
    "nthroot": "root",
}
"""Other names of functions; `log10` and `log2` become `log` with a base."""


class Unreadable(Exception):  # noqa: N818 - a miner's failure, which never leaves this folder
    """The text is none of what is asked for, or passes a limit; the message is the end of a sentence about it."""


@frozen
class Node:
    """One node.

    Attributes:
        kind: number, symbol, constant (pi, e, i), sum, product, power, call.
        name: of a symbol, a constant or a function.
        parts: operands, in the order written.
        exact: what the node is worth where it holds nothing but rational arithmetic; None elsewhere.
        growth: an upper bound of its degree as a polynomial in its symbols and irrational parts.
        tower: how many exponentials stand inside one another.
        operations: how many operations were written in it.
        canonical: the same for trees that differ in white space, parentheses, order of summands and factors, and
            neutral elements.
    """

    kind: str
    canonical: str
    name: str = ""
    parts: tuple["Node", ...] = ()
    exact: Fraction | None = None
    growth: int = 0
    tower: int = 0
    operations: int = 0

    def walk(self) -> Iterator["Node"]:
        """The node and everything in it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.parts)

    def symbols(self) -> frozenset[str]:
        return frozenset(node.name for node in self.walk() if node.kind == "symbol")


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_VALUE_BITS:
        raise Unreadable("holds a number that is too large")
    return value


def number(value: Fraction) -> Node:
    """A rational constant."""
    value = _bounded(value)
    plain = value >= 0 and value.denominator == 1
    return Node("number", str(value) if plain else f"({value})", exact=value)


def symbol(name: str) -> Node:
    """A variable."""
    return Node("symbol", name, name, growth=1)


def constant(name: str) -> Node:
    """`pi`, `e` or `i`."""
    return Node("constant", f"{name}#", name, growth=1)


def total(parts: Iterable[Node]) -> Node:
    """A sum."""
    return _gathered("sum", "+", Fraction(0), list(parts))


def product(parts: Iterable[Node]) -> Node:
    """A product."""
    return _gathered("product", "*", Fraction(1), list(parts))


def _gathered(kind: str, sign: str, neutral: Fraction, parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if part.kind == kind else (part,))
    kept = [part for part in flat if not (part.kind == "number" and part.exact == neutral)]
    if len(kept) < 2:
        return kept[0] if kept else number(neutral)
    exact: Fraction | None = neutral
    for part in kept:
        if part.exact is None or exact is None:
            exact = None
            break
        exact = _bounded(exact + part.exact if kind == "sum" else exact * part.exact)
    return Node(
        kind,
        f"({sign.join(sorted(part.canonical for part in kept))})",
        parts=tuple(kept),
        exact=exact,
        growth=_grown(max(part.growth for part in kept) if kind == "sum" else sum(part.growth for part in kept)),
        tower=max(part.tower for part in kept),
        operations=sum(part.operations for part in kept) + len(kept) - 1,
    )


def _grown(growth: int) -> int:
    if growth > MAX_GROWTH:
        raise Unreadable("holds powers that grow too large")
    return growth


def negated(node: Node) -> Node:
    """Minus a tree."""
    if node.kind == "number" and node.exact is not None:
        return number(-node.exact)
    return product([number(Fraction(-1)), node])


def quotient(above: Node, below: Node) -> Node:
    """A quotient; not by a rational zero."""
    if below.exact == 0:
        raise Unreadable("divides by zero")
    if below.kind == "number" and below.exact is not None and above.kind == "number" and above.exact is not None:
        value = above.exact / below.exact
        if above.exact.denominator == 1 and value.denominator == below.exact:
            return number(value)  # `7/3` in lowest terms is how the number is written, `14/6` is a computation
    if below.kind == "number" and below.exact is not None:
        return product([above, number(1 / below.exact)])
    return product([above, power(below, number(Fraction(-1)))])


def power(base: Node, exponent: Node) -> Node:
    """A power; a rational exponent within bounds."""
    by = exponent.exact
    if by is None:
        return _exponential(base, exponent)
    if max(abs(by.numerator), by.denominator) > MAX_EXPONENT:
        raise Unreadable("holds an exponent that is too large")
    if by == 1:
        return base
    exact = None
    if base.exact is not None and by.denominator == 1:
        if base.exact == 0 and by < 0:
            raise Unreadable("divides by zero")
        bits = max(base.exact.numerator.bit_length(), base.exact.denominator.bit_length())
        if bits * abs(by.numerator) > MAX_VALUE_BITS:
            raise Unreadable("holds a power that is too large")
        exact = _bounded(base.exact**by.numerator)
    return Node(
        "power",
        f"({base.canonical}^{exponent.canonical})",
        parts=(base, exponent),
        exact=exact,
        growth=_grown(max(base.growth, 0 if exact is not None else 1) * max(1, abs(by.numerator))),
        tower=base.tower,
        operations=base.operations + exponent.operations + 1,
    )


def _exponential(base: Node, exponent: Node) -> Node:
    return Node(
        "power",
        f"({base.canonical}^{exponent.canonical})",
        parts=(base, exponent),
        growth=_grown(base.growth + exponent.growth),
        tower=_tall(max(base.tower, exponent.tower + 1)),
        operations=base.operations + exponent.operations + 1,
    )


def _tall(tower: int) -> int:
    if tower > MAX_TOWER:
        raise Unreadable("holds a tower of powers that is too high")
    return tower


def call(name: str, parts: tuple[Node, ...]) -> Node:
    """A function of the whitelist, by its own name or another spelling.

    Raises:
        Unreadable: there is no such function, or not with so many arguments, or not of so large a number.
    """
    name = SPELLINGS.get(name, name)
    if name in {"log10", "log2"}:
        name, parts = "log", (*parts, number(Fraction(int(name[3:]))))
    least, most = FUNCTIONS.get(name, (0, 0))
    if not least <= len(parts) <= most or not parts:
        raise Unreadable("calls a function that there is not, or not with so many arguments")
    if name == "log" and len(parts) == 1:
        name = "ln"
    if name in {"factorial", "binomial"}:
        _refuse_large(parts)
    return Node(
        "call",
        f"{name}({','.join(part.canonical for part in parts)})",
        name,
        parts,
        growth=_grown(max(1, *(part.growth for part in parts))),
        tower=_tall(max(part.tower for part in parts) + (name in {"exp", "sinh", "cosh", "factorial"})),
        operations=sum(part.operations for part in parts) + 1,
    )


def _refuse_large(parts: tuple[Node, ...]) -> None:
    for part in parts:
        if part.exact is not None and abs(part.exact) > MAX_FACTORIAL:
            raise Unreadable("holds a factorial or binomial of too large a number")
        if any(node.kind == "call" and node.name in {"factorial", "binomial"} for node in part.walk()):
            raise Unreadable("holds a factorial of a factorial")
