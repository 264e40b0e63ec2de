"""JSON as miners write it, read within bounds, and compared with its types."""

import json
import math
from typing import Any

MAX_JSON_CHARACTERS = 50_000
MAX_JSON_DEPTH = 32
MAX_JSON_VALUES = 10_000
_MAX_DIGITS = 1_000


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """The text is no JSON as we read it; the message is the end of a sentence about it."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _Refused("names a member of an object twice")
    return read


def _constant(name: str) -> Any:
    message = f"holds {name}, which is no number"
    raise _Refused(message)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise _Refused("holds a number with too many digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if len(digits) > _MAX_DIGITS or not math.isfinite(value):
        raise _Refused("holds a number that is out of range")
    return value


def read_json(text: str) -> tuple[Any, str]:
    """The value, and an empty text; or None, and the end of a sentence that says why there is none.

    Duplicate names in an object, NaN, infinities, numbers beyond a double or 1,000 digits, nesting below 32, and more
    than 10,000 values are refused.

    >>> read_json('{"a": [1, 2.5]}')
    ({'a': [1, 2.5]}, '')
    >>> read_json('{"a": 1, "a": 2}')
    (None, 'names a member of an object twice')
    """
    if len(text) > MAX_JSON_CHARACTERS:
        return None, f"is longer than {MAX_JSON_CHARACTERS} characters"
    if _depth(text) > MAX_JSON_DEPTH:
        return None, f"is nested more than {MAX_JSON_DEPTH} deep"
    if text.count(",") + text.count(":") > MAX_JSON_VALUES:
        return None, f"holds more than {MAX_JSON_VALUES} values"
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_constant=_constant, parse_int=_integer, parse_float=_float
        ), ""
    except _Refused as refused:
        return None, str(refused)
    except ValueError:
        return None, "is not JSON"


def _depth(text: str) -> int:
    """How deep brackets open, outside of strings."""
    depth = deepest = 0
    inside = escaped = False
    for character in text:
        if inside:
            inside = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def same_json(first: Any, second: Any) -> bool:
    """Equality with types: `1` is neither `1.0` nor `true`; the order of an object's members doesn't matter."""
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same_json, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same_json(first[name], second[name]) for name in first)
    return type(first) is type(second) and bool(first == second)


def depth_of(value: Any) -> int:
    """How deep plain JSON nests, by levels; at most one more than `MAX_JSON_DEPTH` is looked into."""
    level, depth = [value], 0
    while level and depth <= MAX_JSON_DEPTH:
        level = [
            inner
            for item in level
            if isinstance(item, list | dict)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        depth += 1
    return depth
