"""What a number must be before a formula may read it: NaN and infinities are refused here, never passed on."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import Attribute


def finite(value: float, name: str) -> float:
    """`value` as a float, or a ValueError that names it."""
    try:
        usable = not isinstance(value, bool | str | bytes) and math.isfinite(value)
    except TypeError:  # no number at all
        usable = False
    except OverflowError:  # an integer beyond the greatest float, which may be too long to be written out
        raise ValueError(f"{name} must be a finite number, and is too large for one") from None
    if not usable:
        raise ValueError(f"{name} must be a finite number, not {value!r}")
    return float(value)


def nonnegative(value: float, name: str) -> float:
    """A finite number ≥ 0, or a ValueError that names it."""
    number = finite(value, name)
    if number < 0:
        message = f"{name} must not be negative, and is {value!r}"
        raise ValueError(message)
    return number


def within_unit(value: float, name: str) -> float:
    """A number in [0, 1], or a ValueError that names it."""
    number = finite(value, name)
    if not 0.0 <= number <= 1.0:
        message = f"{name} must lie in [0, 1], and is {value!r}"
        raise ValueError(message)
    return number


def unit(_instance: object, attribute: "Attribute[float]", value: float) -> None:
    """An attrs validator: the field is a number in [0, 1]."""
    within_unit(value, attribute.name)


def mean(values: Iterable[float]) -> float:
    """The mean of at least one number, the same for every order of them; a ValueError when their sum is no float."""
    numbers = list(values)
    try:
        return math.fsum(numbers) / len(numbers)
    except OverflowError:
        raise ValueError("numbers so large have no mean that a float can hold") from None
