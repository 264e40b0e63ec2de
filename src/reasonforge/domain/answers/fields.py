"""The fields of an answer object, each with the type it must have; a ValueError that names what is wrong."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import read_decimal, read_fraction

# What a task file holds is a value, whatever its type: so TRY004's TypeError is not what these raise.


def as_text(value: Any, name: str) -> str:
    """A text."""
    if not isinstance(value, str):
        message = f"{name} must be a text, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def as_flag(value: Any, name: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        message = f"{name} must be true or false, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def as_count(value: Any, name: str) -> int:
    """A whole number."""
    if type(value) is not int:
        message = f"{name} must be a whole number, not {quoted(str(value))}"
        raise ValueError(message)
    return value


def as_texts(value: Any, name: str) -> tuple[str, ...]:
    """An array of texts."""
    return tuple(as_text(item, f"an element of {name}") for item in as_array(value, name, "texts"))


def as_array(value: Any, name: str, of: str) -> list[Any]:
    """An array."""
    if not isinstance(value, list):
        message = f"{name} must be an array of {of}, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def as_object(value: Any, name: str) -> Mapping[str, Any]:
    """An object with texts as names."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        message = f"{name} must be an object, not {quoted(str(value))}"
        raise ValueError(message)
    return value


def as_number(value: Any, name: str, decimals: bool = False) -> Fraction:
    """An exact number: a JSON integer, a fraction in a text, and where `decimals`, a JSON number or decimal text."""
    if type(value) is int:
        return Fraction(value)
    text = repr(value) if type(value) is float and decimals else value
    number = None
    if isinstance(text, str):
        number = read_fraction(text)
        if number is None and decimals:
            number = read_decimal(text)
    if number is None:
        message = f"a {name} answer's value must be a number, not {quoted(str(value))}"
        raise ValueError(message)
    return number
