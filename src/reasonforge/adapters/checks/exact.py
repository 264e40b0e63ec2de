"""What a stranger's JSON states exactly: numbers by names, bounded before anything is computed with them."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import read_decimal, read_fraction

MOST_BITS = 512
"""Of a numerator or a denominator: 154 digits."""
MOST_BITS_TOGETHER = 20_000
"""Of all numbers of one artefact, so that no common denominator of theirs is long."""
_MOST_CHARACTERS = 320


def exact_number(value: Any) -> Fraction | None:
    """The number that a JSON value writes; None for anything else.

    An integer, a float as it is written (0.1 is 1/10), a text `p/q` or a decimal. Booleans, NaN, infinities, zero
    denominators and anything with more than 512 bits above or below the line are none.
    """
    found: Fraction | None = None
    if type(value) is int:
        found = Fraction(value) if value.bit_length() <= MOST_BITS else None
    elif type(value) is float:
        found = read_decimal(repr(value))
    elif isinstance(value, str) and len(value) <= _MOST_CHARACTERS:
        written = value.strip()
        found = read_fraction(written)
        found = read_decimal(written) if found is None else found
    return found if found is not None and _bits(found) <= MOST_BITS else None


def assignment(given: Any, names: Sequence[str], what: str) -> dict[str, Fraction]:
    """A number for each name: an object with just these names, or an array in their order.

    Raises:
        ValueError: it is something else; a sentence about the miner's artefact.
    """
    x: dict[str, Fraction] = {}
    for name, value in by_name(given, names, what).items():
        number = exact_number(value)
        if number is None:
            message = f"{what} has no exact number of at most {MOST_BITS} bits for {name}"
            raise ValueError(message)
        x[name] = number
    bounded(x.values(), what)
    return x


def by_name(given: Any, names: Sequence[str], what: str) -> Mapping[str, Any]:
    """An object with just these names, in this order, from such an object or an array in that order.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(given, list):
        if len(given) != len(names):
            message = f"{what} has {len(given)} values, and {len(names)} are asked for"
            raise ValueError(message)
        return dict(zip(names, given, strict=True))
    if not isinstance(given, Mapping):
        message = f"{what} is missing, or neither an object nor an array"
        raise ValueError(message)  # noqa: TRY004 - a miner's value, whatever its type
    missing = next((name for name in names if name not in given), None)
    if missing is not None:
        message = f"{what} has nothing for {missing}"
        raise ValueError(message)
    if len(given) > len(names):
        strange = next(name for name in given if name not in names)
        message = f"{what} has {quoted(str(strange)[:80])}, which is not asked for"
        raise ValueError(message)
    return {name: given[name] for name in names}


def bounded(numbers: Collection[Fraction], what: str) -> None:
    """Raises ValueError when the numbers are too long together."""
    if sum(_bits(number) for number in numbers) > MOST_BITS_TOGETHER:
        message = f"the numbers of {what} have more than {MOST_BITS_TOGETHER} bits together"
        raise ValueError(message)


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())
