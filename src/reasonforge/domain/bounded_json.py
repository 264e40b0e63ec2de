"""A stranger's bytes, read without trust: JSON objects of bounded depth, and short excerpts for people."""

import json
import re
from typing import Any

import numpy as np

from reasonforge.domain.legible import legible
from reasonforge.domain.submission import DEFAULT_LIMITS

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_LEVELS = np.zeros(256, dtype=np.int8)
_LEVELS[list(b"[{")] = 1
_LEVELS[list(b"]}")] = -1
_EXCERPT = 80


class UnreadableError(Exception):
    """Bytes that are no JSON object; the message says why and quotes little."""


def read_object(body: bytes, json_depth: int = DEFAULT_LIMITS.json_depth) -> dict[str, Any]:
    """The JSON object that `body` is.

    Raises:
        UnreadableError: it is no UTF-8, no JSON, no object, or nests deeper than `json_depth`.
    """
    if _deeper(body, json_depth):
        raise UnreadableError(f"it nests deeper than {json_depth}")
    try:
        value = json.loads(body.decode())
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UnreadableError(f"it is no JSON: {excerpt(error)}") from error
    if not isinstance(value, dict):
        raise UnreadableError(f"it is a {type(value).__name__}, not an object")
    return value


def excerpt(value: object) -> str:
    """At most 80 characters of anything, on one line and legible."""
    return legible(" ".join(str(value)[: 4 * _EXCERPT].split()))[:_EXCERPT]


def _deeper(body: bytes, most: int) -> bool:
    """Whether containers nest deeper than `most`, told without a parser that would recurse into them.

    One pass in C, since a megabyte of brackets is a message like any other. What is no JSON may be miscounted after its
    first error, where the parser stops.
    """
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    bare = np.frombuffer(_STRINGS.sub(b"", body), dtype=np.uint8)
    return int(np.cumsum(_LEVELS[bare], dtype=np.int32).max(initial=0)) > most
