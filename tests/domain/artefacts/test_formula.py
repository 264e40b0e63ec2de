"""Closed forms and units as texts."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.artefacts.formula import Value, exactly, read_formula, value_of
from reasonforge.domain.artefacts.units import PURE_NUMBER, UnitProduct, read_unit


def value(formula: Any, **names: Value) -> Value:
    return value_of(read_formula(formula, names, "the formula"), names)


def test_rational_stays_exact() -> None:
    """Rational operations, whole powers and roots of squares are fractions."""
    assert value(["div", ["sub", ["pow", "x", 3], "1/3"], ["mul", 2, "x", "0.5"]], x=Fraction(2, 7)) == Fraction(
        -319, 294
    )
    assert value(["sqrt", ["add", ["pow", 3, 2], 16]]) == Fraction(5)
    assert value(["pow", "2/3", -2]) == Fraction(9, 4)
    assert isinstance(value(["abs", ["neg", "7/2"]]), Fraction)


@given(st.fractions(min_value=-40, max_value=40, max_denominator=10_000))
def test_functions_are_the_machines(x: Fraction) -> None:
    """Every function agrees with the machine's to its precision."""
    for name in ("sin", "cos", "tan", "atan", "exp"):
        truth = getattr(math, name)(float(x))
        assert float(value([name, "x"], x=x)) == pytest.approx(truth, rel=1e-12, abs=1e-12)
    if x > 0:
        assert float(value(["ln", "x"], x=x)) == pytest.approx(math.log(x), rel=1e-12, abs=1e-12)
        assert float(value(["pow", "x", "1/3"], x=x)) == pytest.approx(float(x) ** (1 / 3), rel=1e-12)


def test_fifty_digits() -> None:
    """Irrational values carry 50 digits: what cancels in floats does not cancel here."""
    tiny = Fraction(1, 10**9)
    half = value(["div", ["sub", 1, ["cos", "x"]], ["pow", "x", 2]], x=tiny)
    assert abs(exactly(half) - Fraction(1, 2)) < Fraction(1, 10**17)
    root = value(["sqrt", 2])
    assert isinstance(root, Decimal)
    assert abs(exactly(root) ** 2 - 2) < Fraction(1, 10**48)
    assert abs(exactly(value(["sin", "pi"]))) < Fraction(1, 10**45)


@pytest.mark.parametrize(
    "formula",
    [["ln", 0], ["ln", -1], ["sqrt", "-1/4"], ["div", 1, 0], ["pow", 0, -1], ["pow", -2, "1/2"], ["exp", ["exp", 99]],
     ["pow", 10, 10**9], ["sin", ["pow", 10, 30]], ["exp", 10**12]],
    ids=str,
)  # fmt: skip
def test_undefined(formula: Any) -> None:
    """What is undefined or out of range is an ArithmeticError, at once."""
    with pytest.raises(ArithmeticError):
        value(formula)


@pytest.mark.parametrize(
    "formula",
    ["y", ["eval", "x"], ["add", 1], ["div", 1, 2, 3], ["sin"], [], None, True, float("nan"), "1e9999", {"add": [1, 2]},
     ["add", *[1] * 400], [["add"], 1, 2], "x y"],
    ids=lambda formula: str(formula)[:20],
)  # fmt: skip
def test_malformed(formula: Any) -> None:
    """Unknown names and operations, wrong numbers of parts and more than 300 nodes are refused."""
    with pytest.raises(ValueError, match=r"formula|number"):
        read_formula(formula, ["x"], "the formula")


@pytest.mark.parametrize(
    ("text", "scale", "powers"),
    [
        ("m/s^2", 1, {"meter": 1, "second": -2}),
        ("m s-2", 1, {"meter": 1, "second": -2}),
        ("m·s⁻²", 1, {"meter": 1, "second": -2}),
        ("kg*m**2/s**2", 1000, {"gram": 1, "meter": 2, "second": -2}),
        ("J/(mol*K)", 1, {"joule": 1, "kelvin": -1, "mole": -1}),
        ("J/(mol K)", 1, {"joule": 1, "kelvin": -1, "mole": -1}),
        ("J/mol/K", 1, {"joule": 1, "kelvin": -1, "mole": -1}),
        ("cm^3", Fraction(1, 10**6), {"meter": 3}),
        ("µm", Fraction(1, 10**6), {"meter": 1}),
        ("1/s", 1, {"second": -1}),
        ("m/m", 1, {}),
        ("kilometers", 1000, {"meter": 1}),
        ("min", 1, {"minute": 1}),
        ("°C", 1, {"degree_Celsius": 1}),
    ],
)
def test_units(text: str, scale: Any, powers: dict[str, int]) -> None:
    """The usual ways to write a unit."""
    assert read_unit(text) == UnitProduct(Fraction(scale), tuple(sorted(powers.items())))


@pytest.mark.parametrize(
    "text",
    ["m//s", "m/", "*m", "m^10", "m^", "(m", "m)", "((m))", "m^-", "9 m", "x", "°C/s", "°C^2", "m+s", "m,s", "dB"],
)
def test_no_units(text: str) -> None:
    """Anything else is none, scales with an offset in products among them."""
    assert read_unit(text) is None


def test_pure_numbers() -> None:
    """Nothing, a one and what cancels are pure numbers."""
    assert read_unit("") == read_unit("1") == read_unit("dimensionless") == read_unit("s/s") == PURE_NUMBER


@given(st.text(alphabet="mskgJ()*/^-0123456789 ·²⁻°C%", max_size=80))
def test_any_text(text: str) -> None:
    """Any text is a unit with small exponents, or none."""
    unit = read_unit(text)
    assert unit is None or all(abs(power) <= 72 for _, power in unit.powers)
