"""What came out of a sandbox, read as the hostile text it is and compared with what the judge keeps.

One value equals another when their JSON types are the same: 1, 1.0 and true are three different things, and a Python
tuple is a list. Floats are equal within 10⁻⁹ of the larger or 10⁻¹² of each other, -0.0 and 0.0 included.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

MAX_DIGITS = 4_300
MAX_DEPTH = 64
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@frozen
class Failed:
    """There is no value, and why: `raised`, `no result`, `time limit` …"""

    why: str


@frozen
class Returned:
    """A value of JSON's types, finite, without duplicate keys, at most 64 levels deep."""

    value: Any


Outcome = Returned | Failed

_KINDS = {b"!raised": "raised an exception", b"!unfit": "returned what is no JSON value"}


def outcome_of(line: bytes) -> Outcome:
    """One line of the harness. Total: a miner may have written it."""
    if line in _KINDS:
        return Failed(_KINDS[line])
    if not line.startswith(b"="):
        return Failed("gave no result")
    try:
        value = json.loads(
            line[1:].decode("ascii"),
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_number,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        return Failed("gave no JSON value")
    return Returned(value) if _shallow(value) else Failed(f"gave a value more than {MAX_DEPTH} levels deep")


def same(given: Any, expected: Any) -> bool:
    """Whether a value is the expected one, by the rules of this module; both as JSON has them."""
    pairs = [(given, expected)]
    while pairs:
        left, right = pairs.pop()
        if type(left) is not type(right):
            return False
        match right:
            case float():
                if not math.isclose(left, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
                    return False
            case list():
                if len(left) != len(right):
                    return False
                pairs.extend(zip(left, right, strict=True))
            case dict():
                if left.keys() != right.keys():
                    return False
                pairs.extend((left[key], right[key]) for key in right)
            case _:
                if left != right:
                    return False
    return True


def same_tokens(printed: bytes, expected: str) -> bool:
    """Whether a program printed the expected words, white space aside."""
    try:
        return printed.decode("utf-8").split() == expected.split()
    except UnicodeDecodeError:
        return False


def normal(value: Any) -> Any:
    """A value of the task's own as JSON brings it back: tuples as lists, mappings as dicts."""
    if isinstance(value, Mapping):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [normal(item) for item in value]
    return value


def _shallow(value: Any) -> bool:
    """Whether lists and dicts nest at most `MAX_DEPTH` deep, so that whoever writes the value again does not fail."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for holder in level
            if isinstance(holder, list | dict)
            for item in (holder.values() if isinstance(holder, dict) else holder)
        ]
        if not level:
            return True
    return False


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _number(text: str) -> float:
    if len(text) > MAX_DIGITS or not math.isfinite(value := float(text)):
        raise ValueError("no finite number")
    return value


def _no_constant(text: str) -> Any:
    message = f"{text} is no JSON value"
    raise ValueError(message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
