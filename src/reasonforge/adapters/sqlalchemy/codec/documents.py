"""JSON documents and their strict readers.

Documents are compact ASCII: NUL and halves of surrogate pairs are escaped, so that any text a miner may send can be
written to any database, and floats are written by `repr`, so that they come back bit for bit. (Two halves that stand
side by side, which no JSON parser produces, come back as the character they denote.) A reader believes nothing: a field
that is missing, of another type, or in a format it does not know is an `UnreadableError`.
"""

import json
from collections.abc import Iterable, Mapping
from json.encoder import JSONEncoder
from typing import Any, TypeVar

_Value = TypeVar("_Value")

FORMAT = 1
"""How documents and blobs are written; each row that holds one, or its task's row, says so."""

_encode = JSONEncoder(separators=(",", ":"), check_circular=False).encode


class UnreadableError(ValueError):
    """What is stored is not what this program writes."""


class UnwritableError(ValueError):
    """What was to be stored is no JSON."""


def write_json(value: Any) -> str:
    """`value` as a document; NaN and infinities are written as Python writes them."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnwritableError(f"a value is no JSON ({error})") from error


def check_format(found: object) -> None:
    """Refuses what another version of this program wrote."""
    if found != FORMAT:
        raise UnreadableError(f"it is in format {found!r}, and this program reads format {FORMAT}")


def read_json(text: object) -> Any:
    """The value a document stands for."""
    if not isinstance(text, str):
        raise UnreadableError(f"a document is {type(text).__name__}, not text")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"a document is no JSON ({error})") from error


def read_list(value: object) -> list[Any]:
    """A JSON array."""
    if type(value) is not list:
        raise UnreadableError(f"a list is missing; there is {type(value).__name__}")
    return value


def read_texts(value: object) -> tuple[str, ...]:
    """A JSON array of texts."""
    return _all(str, value)


def read_integers(value: object) -> tuple[int, ...]:
    """A JSON array of integers."""
    return _all(int, value)


def read_numbers(value: object) -> tuple[float, ...]:
    """A JSON array of numbers; an integer stays one."""
    values = read_list(value)
    if not all(type(item) is float or type(item) is int for item in values):
        raise UnreadableError("a list holds something other than numbers")
    return tuple(values)


def _all(kind: type[_Value], value: object) -> tuple[_Value, ...]:
    values = read_list(value)
    if not all(type(item) is kind for item in values):
        raise UnreadableError(f"a list holds something other than {kind.__name__}")
    return tuple(values)


class Fields:
    """A JSON object, or a row, whose fields are taken one by one and must all be there."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise UnreadableError(f"an object is missing; there is {type(value).__name__}")
        self._fields: Mapping[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def any(self, name: str) -> Any:
        if name not in self._fields:
            raise UnreadableError(f"the field {name} is missing")
        return self._fields[name]

    def text(self, name: str) -> str:
        return self._of(str, name)

    def integer(self, name: str) -> int:
        return self._of(int, name)

    def flag(self, name: str) -> bool:
        return self._of(bool, name)

    def number(self, name: str) -> float:
        value = self.any(name)
        if type(value) is int:
            return value
        return self._of(float, name)

    def number_or_none(self, name: str) -> float | None:
        return None if self.any(name) is None else self.number(name)

    def blob(self, name: str) -> bytes:
        return self._of(bytes, name)

    def blob_or_none(self, name: str) -> bytes | None:
        return None if self.any(name) is None else self._of(bytes, name)

    def fields(self, name: str) -> "Fields":
        return Fields(self.any(name))

    def array(self, name: str) -> list[Any]:
        return read_list(self.any(name))

    def items(self) -> Iterable[tuple[str, Any]]:
        return self._fields.items()

    def _of(self, kind: type[_Value], name: str) -> _Value:
        value = self.any(name)
        if type(value) is not kind:
            raise UnreadableError(f"the field {name} is {type(value).__name__}, not {kind.__name__}")
        return value
