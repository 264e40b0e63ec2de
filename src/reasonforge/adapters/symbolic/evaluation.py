"""The value of a tree at a point: exact while it stays rational, then to a given precision, with the digits lost told.

Over the reals (unless the evaluator is complex) an odd root of a negative number is the negative one, an even root or
logarithm of one is undefined. Over the complex numbers functions have their principal values.

What is too small or too large to be trusted is undefined rather than guessed: no product, power or exponential goes
beyond 2^±2500. So at the finest precision of `identity` (5,300 bits) no part of a sum can hide behind another.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from reasonforge.adapters.symbolic.tree import MAX_FACTORIAL, Node

MAX_MAGNITUDE = 2_500
"""Of a value's exponent of two, either way."""
_MAX_EXACT_BITS = 4_096
_MAX_TRIGONOMETRIC = 40
"""Of the exponent of two of a trigonometric function's argument."""
_NOISE_BITS = 300
"""How many of the last bits of a value may be wrong by the errors of all the operations before it."""
_MAX_EXACT_POWER = 4_096

Point = Mapping[str, Fraction | tuple[Fraction, Fraction]]
"""A rational for every symbol; a pair is a complex number."""


class Undefined(Exception):  # noqa: N818 - says what a value is
    """There is no value at this point: a pole, outside a function's domain, or out of range."""


class Evaluator:
    """Values at points, to a precision of so many bits.

    Attributes:
        lost: the bits that cancellation has cost, at worst; whoever compares values takes it into account.
    """

    def __init__(self, bits: int, complex_values: bool = False) -> None:
        self._ctx = mpmath.mp.clone()
        self._ctx.prec = bits
        self._bits = bits
        self._complex = complex_values
        self.lost = 0

    def at(self, node: Node, point: Point) -> Any:
        """A `Fraction` where the value is rational by its form, otherwise an mpmath number.

        Raises:
            Undefined: there is none.
        """
        self.lost = 0
        try:
            return self._value(node, point)
        except (ValueError, ZeroDivisionError, OverflowError) as error:  # mpmath's, outside a domain
            raise Undefined from error

    def number(self, value: Any) -> Any:
        """A value as an mpmath number."""
        if isinstance(value, Fraction):
            return self._ctx.mpf(value.numerator) / value.denominator
        return value

    def _value(self, node: Node, point: Point) -> Any:
        match node.kind:
            case "number":
                return node.exact
            case "symbol":
                value = point[node.name]
                if isinstance(value, tuple):
                    return self._ctx.mpc(self.number(value[0]), self.number(value[1]))
                return value
            case "constant":
                return {"pi": +self._ctx.pi, "e": +self._ctx.e, "i": self._ctx.mpc(0, 1)}[node.name]
            case "sum":
                return self._sum([self._value(part, point) for part in node.parts])
            case "product":
                value = Fraction(1)
                for part in node.parts:
                    value = self._times(value, self._value(part, point))
                return value
            case "power":
                base, exponent = node.parts
                if base.kind == "constant" and base.name == "e":
                    return self._exp(self._value(exponent, point))
                return self._power(self._value(base, point), self._value(exponent, point))
            case _:
                return self._call(node.name, [self._value(part, point) for part in node.parts])

    # Magnitudes

    def _magnitude(self, value: Any) -> float:
        """The exponent of two; −∞ of zero."""
        if isinstance(value, Fraction):
            return value.numerator.bit_length() - value.denominator.bit_length() if value else -math.inf
        if not self._ctx.isfinite(value):
            raise Undefined
        return float(self._ctx.mag(value)) if value else -math.inf

    def _sized(self, value: Any) -> Any:
        """A value that products and powers may give: zero, or neither too small nor too large."""
        magnitude = self._magnitude(value)
        if magnitude != -math.inf and abs(magnitude) > MAX_MAGNITUDE:
            raise Undefined
        if isinstance(value, Fraction) and value.denominator.bit_length() > _MAX_EXACT_BITS:
            return self.number(value)
        return value

    def _settled(self, value: Any, scale: float) -> Any:
        """A value with noise told from zero; `scale` is the exponent of two of what it was made from."""
        lost = scale - self._magnitude(value)
        if lost > self._bits - _NOISE_BITS and self._bits > 10 * _NOISE_BITS:
            return Fraction(0)
        if lost > self.lost:
            self.lost = int(min(lost, self._bits))
        return value

    # Operations

    def _sum(self, values: list[Any]) -> Any:
        if all(isinstance(value, Fraction) for value in values):
            return self._sized(sum(values, Fraction(0)))
        numbers = [self.number(value) for value in values]
        scale = max(self._magnitude(value) for value in numbers)
        return self._settled(self._ctx.fsum(numbers), scale)

    def _times(self, first: Any, second: Any) -> Any:
        if isinstance(first, Fraction) and isinstance(second, Fraction):
            return self._sized(first * second)
        if first == 0 or second == 0:
            return Fraction(0)
        return self._sized(self.number(first) * self.number(second))

    def _power(self, base: Any, exponent: Any) -> Any:
        if isinstance(exponent, Fraction):
            if exponent.denominator == 1:
                return self._integer_power(base, exponent.numerator)
            if base == 0:
                if exponent < 0:
                    raise Undefined
                return Fraction(0)
            if not self._complex and self._is_negative(base):
                return self._odd_root(base, exponent)
        elif base == 0 or (not self._complex and self._is_negative(base)):
            raise Undefined
        self._within(self._magnitude(self.number(base)), self.number(exponent))
        return self._sized(self._ctx.power(self.number(base), self.number(exponent)))

    def _within(self, magnitude: float, exponent: Any) -> None:
        """Before a power is computed: its exponent of two must not go out of range."""
        if abs(magnitude) * abs(exponent) > 2 * MAX_MAGNITUDE + abs(exponent) or abs(exponent) > 2**20:
            raise Undefined

    def _integer_power(self, base: Any, power: int) -> Any:
        if power == 0:
            return Fraction(1)
        if base == 0:
            if power < 0:
                raise Undefined
            return Fraction(0)
        self._within(self._magnitude(base), power)
        if isinstance(base, Fraction) and abs(power) <= _MAX_EXACT_POWER:
            return self._sized(base**power)
        return self._sized(self.number(base) ** power)

    def _odd_root(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator % 2 == 0:
            raise Undefined
        size = self._power(-base, exponent)
        return -size if exponent.numerator % 2 else size

    def _is_negative(self, value: Any) -> bool:
        return bool(self._real(value) < 0)

    def _real(self, value: Any) -> Any:
        if isinstance(value, self._ctx.mpc):
            if value.imag != 0:
                raise Undefined
            return value.real
        return value

    def _exp(self, value: Any) -> Any:
        value = self.number(value)
        if abs(value) > MAX_MAGNITUDE:
            raise Undefined
        return self._sized(self._ctx.exp(value))

    def _call(self, name: str, values: list[Any]) -> Any:
        special: dict[str, Callable[[list[Any]], Any]] = {
            "sqrt": lambda given: self._power(given[0], Fraction(1, 2)),
            "cbrt": lambda given: self._power(given[0], Fraction(1, 3)),
            "root": self._root,
            "exp": lambda given: self._exp(given[0]),
            "abs": lambda given: abs(given[0]),
            "sign": lambda given: self._sign(given[0]),
            "floor": lambda given: self._floor(given[0]),
            "ceiling": lambda given: -self._floor(-given[0]),
            "factorial": self._factorial,
            "binomial": self._binomial,
            "log": lambda given: self._times(self._ln(given[0]), self._power(self._ln(given[1]), Fraction(-1))),
            "ln": lambda given: self._ln(given[0]),
            "min": lambda given: min(given, key=lambda value: self._real(self.number(value))),
            "max": lambda given: max(given, key=lambda value: self._real(self.number(value))),
        }
        if name in special:
            return special[name](values)
        return self._analytic(name, self.number(values[0]))

    def _root(self, values: list[Any]) -> Any:
        base, index = values
        if not isinstance(index, Fraction) or index.denominator != 1 or not 1 <= index <= MAX_FACTORIAL:
            raise Undefined
        return self._power(base, 1 / index)

    def _sign(self, value: Any) -> Any:
        if self._complex and isinstance(value, self._ctx.mpc):
            return value / abs(value) if value else Fraction(0)
        return Fraction(0 if value == 0 else 1 if value > 0 else -1)

    def _floor(self, value: Any) -> Fraction:
        if isinstance(value, Fraction):
            return Fraction(math.floor(value))
        real = self._real(value)
        if self._magnitude(real) > self._bits // 4:
            raise Undefined
        nearest = self._ctx.nint(real)
        if real != nearest:
            near = self._magnitude(real - nearest)
            if near < -(self._bits - _NOISE_BITS) and self._bits > 10 * _NOISE_BITS:
                return Fraction(int(nearest))
            self.lost = max(self.lost, int(-near))
        return Fraction(int(self._ctx.floor(real)))

    def _factorial(self, values: list[Any]) -> Any:
        (value,) = values
        if isinstance(value, Fraction) and value.denominator == 1:
            if not 0 <= value <= MAX_FACTORIAL:
                raise Undefined
            return self._sized(Fraction(math.factorial(value.numerator)))
        if not isinstance(value, Fraction) or self._bits > 1_000:
            raise Undefined  # a gamma function to 1,600 digits takes seconds; factorials are for whole numbers
        return self._sized(self._ctx.gamma(self.number(value) + 1))

    def _binomial(self, values: list[Any]) -> Any:
        above, below = values
        whole = isinstance(below, Fraction) and below.denominator == 1 and isinstance(above, Fraction)
        if not whole or abs(below) > MAX_FACTORIAL or abs(above) > 10**6:
            raise Undefined
        value = Fraction(0 if below < 0 else 1)
        for step in range(max(0, int(below))):
            value = value * (above - step) / (step + 1)
        return self._sized(value)

    def _ln(self, value: Any) -> Any:
        if value == 0 or (not self._complex and self._is_negative(value)):
            raise Undefined
        value = self.number(value)
        return self._settled(self._ctx.ln(value), 0.0)

    def _analytic(self, name: str, value: Any) -> Any:
        ctx = self._ctx
        if name in {"sin", "cos", "tan", "cot", "sec", "csc"} and self._magnitude(value) > _MAX_TRIGONOMETRIC:
            raise Undefined
        if name in {"sinh", "cosh", "tanh", "coth"} and abs(value) > MAX_MAGNITUDE // 2:
            raise Undefined
        if name in {"cot", "csc", "coth", "tan", "sec"}:
            return self._quotient_of(name, value)
        result = getattr(ctx, name)(value) if name != "acot" else self._acot(value)
        if not self._complex and isinstance(result, ctx.mpc):
            if result.imag != 0:
                raise Undefined
            result = result.real
        return self._settled(result, 0.0)

    def _quotient_of(self, name: str, value: Any) -> Any:
        ctx = self._ctx
        above, below = {
            "tan": (ctx.sin, ctx.cos),
            "cot": (ctx.cos, ctx.sin),
            "sec": (None, ctx.cos),
            "csc": (None, ctx.sin),
            "coth": (ctx.cosh, ctx.sinh),
        }[name]
        divisor = self._settled(below(value), 0.0)
        dividend = Fraction(1) if above is None else self._settled(above(value), 0.0)
        return self._times(dividend, self._power(divisor, Fraction(-1)))

    def _acot(self, value: Any) -> Any:
        """In (0, π) over the reals; the principal atan(1/z) over the complex numbers."""
        if self._complex:
            return self._ctx.atan(1 / value)
        return self._ctx.pi / 2 - self._ctx.atan(value)
