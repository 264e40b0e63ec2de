"""A number with a unit, compared in the unit that the task names.

Temperatures in degC or degF are points on their scale (`26.85 degC` is `300 K`); differences are asked for in K.
"""

import re
from fractions import Fraction
from functools import cache

import pint
from attrs import frozen

from reasonforge.adapters.symbolic.tree import Unreadable
from reasonforge.adapters.symbolic.units import Unit, in_kelvin, on_scale, read_unit
from reasonforge.domain.answers.formula import QuantityAnswer
from reasonforge.domain.answers.numeric import read_decimal, read_fraction, within

_QUANTITY = re.compile(
    r"(?P<number>[+\-−]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|[+\-−]?[0-9]+/[0-9]+)"
    r"(?: ?[×*·⋅] ?10(?:\^(?:\{(?P<braced>[-+−]?[0-9]{1,3})\}|\(?(?P<ten>[-+−]?[0-9]{1,3})\)?)"
    r"|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))?"
    r"(?: ?(?P<unit>[^0-9+\-−.,eE/ ].*|[eE](?![0-9]).*|1/.*))?"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_MAX_CHARACTERS = 200


@frozen
class Quantity:
    """A number and its unit."""

    value: Fraction
    unit: Unit


def read_quantity(text: str) -> Quantity:
    """What a text writes: a number `12.5`, `6.02e23`, `3×10^8` or `1/2`, then a unit.

    Raises:
        Unreadable: it writes something else.
    """
    match = _QUANTITY.fullmatch(text) if len(text) <= _MAX_CHARACTERS else None
    if match is None:
        raise Unreadable("is not one number with its unit")
    number = read_fraction(match["number"]) if "/" in match["number"] else read_decimal(match["number"])
    if number is None:
        raise Unreadable("is not one number with its unit")
    power = match["braced"] or match["ten"] or (match["raised"] or "0").translate(_RAISED)
    return Quantity(number * Fraction(10) ** int(power.replace("−", "-")), read_unit((match["unit"] or "").strip()))


@cache
def _registry() -> "pint.UnitRegistry[Fraction]":
    """Takes half a second to make."""
    return pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)


def _factor(unit: Unit) -> tuple[Fraction, str]:
    """What one of the unit is in pint's root units, and their dimension as a text. No offset units."""
    registry = _registry()
    product = registry.Unit("")
    for name, power in unit.names:
        product = product * registry.Unit(name) ** power
    root = registry.Quantity(Fraction(1), product).to_root_units()
    return Fraction(root.magnitude) * Fraction(10) ** unit.ten, str(sorted(root.dimensionality.items()))


def judge_quantity(answer: QuantityAnswer, given: Quantity) -> tuple[bool, str]:
    """Whether it is the right quantity; and the end of a sentence."""
    wanted = read_unit(answer.unit)
    if bool(wanted.names) != bool(given.unit.names):
        return False, "has a unit, where none belongs" if given.unit.names else "has no unit"
    if ("percent" in dict(wanted.names)) != ("percent" in dict(given.unit.names)):
        return False, "mixes up a number and a percentage"
    value = _converted(given, wanted)
    if value is None:
        return False, "has a unit of another dimension"
    if within(value, answer.value, answer.abs_tol, answer.rel_tol):
        return True, "is right within the tolerance"
    return False, "is not within the tolerance"


def _converted(given: Quantity, wanted: Unit) -> Fraction | None:
    """The quantity's value in the unit wanted; None where the dimensions differ."""
    if given.unit == wanted:
        return given.value
    value, unit = given.value, given.unit
    kelvin = Unit((("kelvin", 1),), 0)
    if unit.is_offset:
        value, unit = in_kelvin(value, unit.names[0][0]), kelvin
    target = kelvin if wanted.is_offset else wanted
    (factor, dimension), (wanted_factor, wanted_dimension) = _factor(unit), _factor(target)
    if dimension != wanted_dimension:
        return None
    value = value * factor / wanted_factor
    return on_scale(value, wanted.names[0][0]) if wanted.is_offset else value
