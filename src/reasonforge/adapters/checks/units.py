"""What units are worth in one another. Pint gets units that we construct, never a text of a stranger's."""

from fractions import Fraction
from functools import cache
from math import isfinite

import pint
from pint.util import UnitsContainer

from reasonforge.domain.artefacts.units import UnitProduct


@cache
def _registry() -> "pint.UnitRegistry[float]":
    return pint.UnitRegistry()


def in_unit(value: Fraction, unit: UnitProduct, wanted: UnitProduct) -> Fraction | None:
    """A value converted; None when the dimensions differ, or the units are too far apart for a float."""
    if unit == wanted:
        return value
    if unit.has_offset or wanted.has_offset:
        zero, one = _converted(0.0, unit, wanted), _converted(1.0, unit, wanted)
    else:
        zero, one = 0.0, _converted(1.0, unit, wanted)
    if zero is None or one is None or not isfinite(one) or one == zero:
        return None
    factor, offset = Fraction(one) - Fraction(zero), Fraction(zero)
    return (value * unit.scale * factor + offset) / wanted.scale


def _converted(value: float, unit: UnitProduct, wanted: UnitProduct) -> float | None:
    registry = _registry()
    start, end = (registry.Unit(UnitsContainer(dict(each.powers))) for each in (unit, wanted))
    try:
        return float(registry.convert(value, start, end))
    except pint.DimensionalityError:
        return None
