"""Closed forms as JSON, and their values: exact while they are rational, with 50 digits afterwards.

A formula is a name, a number (a JSON number, `"p/q"`, a decimal as text) or an array of an operation and its parts:

    ["add", a, …]  ["mul", a, …]                              two parts or more
    ["sub", a, b]  ["div", a, b]  ["pow", a, b]               two parts
    ["neg", a]  ["abs", a]  ["sqrt", a]  ["exp", a]  ["ln", a]  ["sin", a]  ["cos", a]  ["tan", a]  ["atan", a]
                                                              one part; angles in radians
    "pi"                                                      unless something else is called that
"""

import decimal
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import Any

from attrs import frozen

from reasonforge.domain.artefacts.authored import NAME, number, refuse

MAX_FORMULA_NODES = 300
_DIGITS = 50
_MOST_BITS = 2_000
_MOST_EXPONENT = 400
_LEAST_PARTS = {"add": 2, "mul": 2, "sub": 2, "div": 2, "pow": 2} | dict.fromkeys(
    ("neg", "abs", "sqrt", "exp", "ln", "sin", "cos", "tan", "atan"), 1
)
_ANY_NUMBER = {"add", "mul"}
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
_CONTEXT = decimal.Context(
    prec=_DIGITS,
    Emax=_MOST_EXPONENT,
    Emin=-_MOST_EXPONENT,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
Value = Fraction | Decimal


@frozen
class Formula:
    """An operation with its parts; a name; or a number.

    Attributes:
        operation: `name`, `number`, or one of the module's.
    """

    operation: str
    parts: tuple["Formula", ...] = ()
    name: str = ""
    number: Fraction = Fraction(0)

    def names(self) -> frozenset[str]:
        """Whatever it depends on."""
        if self.operation == "name":
            return frozenset((self.name,))
        return frozenset().union(*(part.names() for part in self.parts))


def read_formula(given: Any, known: Iterable[str], name: str) -> Formula:
    """An author's JSON as a formula over known names; a ValueError that names the formula otherwise."""
    names = frozenset(known) | {"pi"}
    left = [MAX_FORMULA_NODES]

    def read(part: Any) -> Formula:
        left[0] -= 1
        if left[0] < 0:
            raise refuse(f"{name} has more than {MAX_FORMULA_NODES} nodes")
        if isinstance(part, str) and NAME.fullmatch(part):
            if part not in names:
                raise refuse(f"{name} names {part!r}, which nothing before it defines")
            return Formula("name", name=part)
        if not isinstance(part, list | tuple):
            return Formula("number", number=number(part, f"a number in {name}"))
        operation = part[0] if part and isinstance(part[0], str) else ""
        least = _LEAST_PARTS.get(operation)
        if least is None or len(part) - 1 < least or (len(part) - 1 > least and operation not in _ANY_NUMBER):
            raise refuse(
                f"{name} has an operation that is none of {', '.join(_LEAST_PARTS)}, or another number of parts"
            )
        return Formula(operation, tuple(read(item) for item in part[1:]))

    return read(given)


def value_of(formula: Formula, names: Mapping[str, Value]) -> Value:
    """Its value; `names` gives one for each name in it (but pi).

    Raises:
        ArithmeticError: undefined there, or beyond 10^±400.
    """
    match formula.operation:
        case "number":
            return formula.number
        case "name":
            return names.get(formula.name, _PI)
    return _apply(formula.operation, [value_of(part, names) for part in formula.parts])


def exactly(value: Value) -> Fraction:
    """A value as a fraction."""
    return Fraction(value)


def _decimal(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return _CONTEXT.divide(_CONTEXT.create_decimal(value.numerator), _CONTEXT.create_decimal(value.denominator))


def _small(value: Fraction) -> Value:
    """Exact while that is cheap."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        return _decimal(value)
    return value


def _apply(operation: str, values: list[Value]) -> Value:
    first, rest = values[0], values[1:]
    if operation == "pow":
        return _power(first, rest[0])
    if operation in {"add", "mul", "sub", "div"}:
        for other in rest:
            first = _two(operation, first, other)
        return first
    if isinstance(first, Fraction):
        if operation == "neg":
            return -first
        if operation == "abs":
            return abs(first)
        if operation == "sqrt" and (root := _exact_root(first)) is not None:
            return root
    return _function(operation, _decimal(first))


def _two(operation: str, first: Value, second: Value) -> Value:
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        match operation:
            case "add":
                return _small(first + second)
            case "sub":
                return _small(first - second)
            case "mul":
                return _small(first * second)
        return _small(first / second)
    method = {"add": _CONTEXT.add, "sub": _CONTEXT.subtract, "mul": _CONTEXT.multiply, "div": _CONTEXT.divide}
    return method[operation](_decimal(first), _decimal(second))


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(exponent.numerator) <= _MOST_BITS:
            return base**exponent.numerator
    return _CONTEXT.power(_decimal(base), _decimal(exponent))


def _exact_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def _function(operation: str, value: Decimal) -> Decimal:
    match operation:
        case "neg":
            return _CONTEXT.minus(value)
        case "abs":
            return _CONTEXT.abs(value)
        case "sqrt":
            return _CONTEXT.sqrt(value)
        case "exp":
            return _CONTEXT.exp(value)
        case "ln":
            if value <= 0:
                raise decimal.InvalidOperation("the logarithm of a number ≤ 0")
            return _CONTEXT.ln(value)
        case "sin":
            return _sine(value)
        case "cos":
            return _sine(_CONTEXT.subtract(_CONTEXT.divide(_PI, Decimal(2)), _turned(value)))
        case "tan":
            return _CONTEXT.divide(_function("sin", value), _function("cos", value))
    return _arctangent(value)


def _turned(value: Decimal) -> Decimal:
    """The angle without whole turns; below 10¹⁵, so that 35 digits are left of the 50."""
    if abs(value) > Decimal(10) ** 15:
        raise decimal.InvalidOperation("an angle beyond 10^15 has no exact turns left")
    turn = _CONTEXT.multiply(_PI, Decimal(2))
    turns = _CONTEXT.divide(value, turn).to_integral_value()
    return _CONTEXT.subtract(value, _CONTEXT.multiply(turn, turns))


def _sine(value: Decimal) -> Decimal:
    """Taylor's series after whole turns are gone; |angle| ≤ π (3π/2 for a cosine)."""
    angle = _turned(value)
    square = _CONTEXT.multiply(angle, angle)
    term = total = angle
    for k in range(2, 120, 2):
        term = _CONTEXT.divide(_CONTEXT.multiply(_CONTEXT.minus(term), square), Decimal(k * (k + 1)))
        total = _CONTEXT.add(total, term)
    return total


def _arctangent(value: Decimal) -> Decimal:
    """Halves the angle eight times, then the series: atan v = 2 atan(v / (1 + √(1 + v²)))."""
    small = value
    for _ in range(8):
        root = _CONTEXT.sqrt(_CONTEXT.add(Decimal(1), _CONTEXT.multiply(small, small)))
        small = _CONTEXT.divide(small, _CONTEXT.add(Decimal(1), root))
    square, power, total = _CONTEXT.multiply(small, small), small, small
    for k in range(3, 40, 2):
        power = _CONTEXT.multiply(_CONTEXT.minus(power), square)
        total = _CONTEXT.add(total, _CONTEXT.divide(power, Decimal(k)))
    return _CONTEXT.multiply(total, Decimal(256))
