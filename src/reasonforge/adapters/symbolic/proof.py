"""SymPy's word on an identity. Objects are made from our own tree by constructors alone; no text ever gets here."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from reasonforge.adapters.symbolic.points import Range
from reasonforge.adapters.symbolic.tree import Node

_LARGEST = 120
"""Operations in a difference that simplification is tried on."""

_CALLS: Mapping[str, Callable[..., Any]] = {
    **{
        name: getattr(sympy, name)
        for name in (
            *("exp", "sign", "floor", "ceiling", "factorial", "binomial", "sin", "cos", "tan", "cot", "sec", "csc"),
            *("asin", "acos", "atan", "sinh", "cosh", "tanh", "coth", "asinh", "acosh", "atanh"),
        )
    },
    "sqrt": sympy.sqrt,
    "ln": sympy.log,
    "log": sympy.log,
    "abs": sympy.Abs,
    "min": sympy.Min,
    "max": sympy.Max,
}


def prove_equal(first: Node, second: Node, ranges: Mapping[str, Range], complex_values: bool = False) -> bool | None:
    """True when SymPy shows that they are equal, False when their difference is a rational number that is not 0, and
    None when it cannot tell. May take long; whoever calls it can kill it.
    """
    symbols = {name: _symbol(name, known) for name, known in ranges.items()}
    build = _Builder(symbols, complex_values)
    gap = build(first) - build(second)
    if gap.is_Rational:
        return bool(gap == 0)
    if gap.is_zero:
        return True
    if sympy.count_ops(gap) > _LARGEST:
        return None
    simpler = sympy.simplify(gap)
    if simpler.is_Rational:
        return bool(simpler == 0)
    return True if simpler.is_zero else None


def _symbol(name: str, known: Range) -> Any:
    words = {word: True for word in sorted(known.words) if word in {"positive", "nonnegative", "negative", "integer"}}
    if "nonzero" in known.words:
        words["zero"] = False
    if not known.is_complex:
        words["real"] = True
    return sympy.Symbol(name, **words)


class _Builder:
    """Trees to SymPy, with the meaning that `evaluation` gives them."""

    def __init__(self, symbols: Mapping[str, Any], complex_values: bool) -> None:
        self._symbols = symbols
        self._complex = complex_values

    def __call__(self, node: Node) -> Any:
        if node.exact is not None:
            return sympy.Rational(node.exact.numerator, node.exact.denominator)
        match node.kind:
            case "symbol":
                return self._symbols[node.name]
            case "constant":
                return {"pi": sympy.pi, "e": sympy.E, "i": sympy.I}[node.name]
            case "sum":
                return sympy.Add(*(self(part) for part in node.parts))
            case "product":
                return sympy.Mul(*(self(part) for part in node.parts))
            case "power":
                return self._power(self(node.parts[0]), node.parts[1])
            case _:
                return self._call(node)

    def _power(self, base: Any, exponent: Node) -> Any:
        by = exponent.exact
        if by is None or self._complex or base.is_nonnegative or by.denominator % 2 == 0 or by.denominator == 1:
            return sympy.Pow(base, self(exponent))
        size = sympy.Pow(sympy.Abs(base), sympy.Rational(by.numerator, by.denominator))
        return sympy.sign(base) * size if by.numerator % 2 else size

    def _call(self, node: Node) -> Any:
        parts = [self(part) for part in node.parts]
        if node.name in {"cbrt", "root"}:
            index = node.parts[1].exact if node.name == "root" else Fraction(3)
            if index is None or index <= 0:
                return sympy.Pow(parts[0], 1 / parts[1])
            return self._power(parts[0], Node("number", "", exact=1 / index))
        if node.name == "acot":
            return sympy.atan(1 / parts[0]) if self._complex else sympy.pi / 2 - sympy.atan(parts[0])
        return _CALLS[node.name](*parts)
