"""Reading what a task's author wrote for a check; what is malformed is a ValueError with a sentence that names it."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import read_decimal, read_fraction

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)
"""A variable, parameter, column or quantity."""


def refuse(message: str) -> ValueError:
    """The error for a message made where it is raised."""
    return ValueError(message)


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    """A JSON object with texts as keys."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise refuse(f"{name} must be an object")
    return value


def items(value: Any, name: str, least: int = 0, most: int = 1_000) -> list[Any]:
    """A JSON array of so many items."""
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise refuse(f"{name} must be an array of {least} to {most} items")
    return list(value)


def text(value: Any, name: str, most: int = 1_000) -> str:
    """A text of 1 to `most` characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise refuse(f"{name} must be a text of 1 to {most} characters")
    return value


def identifier(value: Any, name: str) -> str:
    """A name of letters, digits and underscores."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise refuse(f"{name} must be a name of 1 to 40 letters, digits and underscores, not {quoted(str(value)[:99])}")
    return value


def identifiers(value: Any, name: str, least: int = 0, most: int = 40) -> tuple[str, ...]:
    """Different names."""
    found = tuple(identifier(item, f"an item of {name}") for item in items(value, name, least, most))
    if len(set(found)) < len(found):
        raise refuse(f"{name} must not name anything twice")
    return found


def one_of(value: Any, choices: Iterable[str], name: str) -> str:
    """One of a closed list of texts."""
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        raise refuse(f"{name} must be one of {', '.join(known)}, not {quoted(str(value)[:99])}")
    return value


def flag(value: Any, name: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise refuse(f"{name} must be true or false")
    return value


def whole(value: Any, name: str, least: int, most: int) -> int:
    """A whole number in a range."""
    if type(value) is not int or not least <= value <= most:
        raise refuse(f"{name} must be a whole number from {least} to {most}")
    return value


def number(value: Any, name: str) -> Fraction:
    """A JSON number, a fraction `"p/q"` or a decimal as text; exact, a float as it is written."""
    if type(value) is int and value.bit_length() <= 2_000:
        return Fraction(value)
    written = repr(value) if type(value) is float else value
    found = (read_fraction(written) or read_decimal(written)) if isinstance(written, str) else None
    if found is None:
        raise refuse(f"{name} must be a number or a fraction as text, and is {type(value).__name__}")
    return found


def tolerance(value: Any, name: str) -> float:
    """A tolerance in [0, 1]."""
    found = number(value, name)
    if not 0 <= found <= 1:
        raise refuse(f"{name} must lie in [0, 1]")
    return float(found)


def known_members(value: Mapping[str, Any], members: Iterable[str], name: str) -> None:
    """Refuse a member that nobody reads: it would be a slip of the author's."""
    strange = sorted(set(value) - set(members))
    if strange:
        raise refuse(f"{name} has no member {quoted(strange[0])}")
