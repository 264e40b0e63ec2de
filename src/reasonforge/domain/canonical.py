"""Canonical JSON (RFC 8785) and the hash of a submission: one function for the miner and the validator."""

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

import rfc8785

from reasonforge.domain.submission import DEFAULT_LIMITS, SubmissionLimits

_BYTES_A_VALUE = 50
"""Every value of a message costs time, however short it is: no more of them than one in so many bytes of the limit."""

_SAFE_INTEGER = 2**53 - 1

_HASHED = {
    "task_id": "task_id",
    "steps": "reasoning_steps",
    "final_answer": "final_answer",
    "artifact": "artifact",
    "proof_artifact": "proof_artifact",
    "code_artifact": "code_artifact",
}
"""What is hashed (3-protocol §3.1), and the wire's name of it."""


class Uncanonical(Enum):
    """Why a value has no canonical form."""

    TOO_DEEP = "it nests too deep"
    TOO_LARGE = "it holds too much"
    NOT_JSON = "it holds what canonical JSON cannot say"


def canonical_json(value: object, limits: SubmissionLimits = DEFAULT_LIMITS) -> bytes | Uncanonical:
    """`value` as RFC 8785 writes it: keys sorted by UTF-16, no spaces, UTF-8, the shortest form of a number.

    Total and bounded for hostile values: an integer beyond ±(2⁵³ − 1), NaN, an infinity, a lone surrogate, a key that
    is no text, anything but dict, list, tuple, text, number, bool and None is `NOT_JSON`; nesting beyond
    `limits.json_depth` (a container of scalars is one deep) is `TOO_DEEP`; more than `limits.message_bytes` characters,
    or more than one value in 50 of those, is `TOO_LARGE`.

    >>> canonical_json({"b": 1.0, "a": ["x", 1e-7, None]})
    b'{"a":["x",1e-7,null],"b":1}'
    """
    try:
        return _Writer(limits).written(value, limits.json_depth).encode()
    except _RefusedError as refusal:
        return refusal.why
    except ValueError:  # rfc8785's errors and UnicodeEncodeError are ValueErrors
        return Uncanonical.NOT_JSON


def submission_hash(fields: Mapping[str, Any], limits: SubmissionLimits = DEFAULT_LIMITS) -> str | Uncanonical:
    """SHA-256, in lower-case hex, over the canonical JSON of what a submission is made of.

    `fields` are those of the wire, where the steps are called `reasoning_steps`. An absent field counts as null, absent
    or null steps as []. Fields that are not hashed are not looked at. Never raises: see `canonical_json`.

    >>> submission_hash({"task_id": "q", "final_answer": "42"})[:16]
    '4c91b4ebbd2fe1a9'
    """
    hashed = {name: fields.get(wire) for name, wire in _HASHED.items()}
    if hashed["steps"] is None:
        hashed["steps"] = []
    form = canonical_json(hashed, limits)
    return form if isinstance(form, Uncanonical) else sha256(form).hexdigest()


@lru_cache(maxsize=4096)
def _float(value: float) -> str:
    """Remembered, since miners state the same few confidences over and over. For floats alone: True equals 1.0."""
    return rfc8785.dumps(value).decode()


class _RefusedError(Exception):
    def __init__(self, why: Uncanonical) -> None:
        super().__init__(why)
        self.why = why


class _Writer:
    """Writes text and containers itself, in less than half the time of `rfc8785.dumps` and within bounds.

    That package writes the floats, which are the hard part, and the booleans, and refuses what is no JSON.
    """

    def __init__(self, limits: SubmissionLimits) -> None:
        self._characters = limits.message_bytes
        self._values = limits.message_bytes // _BYTES_A_VALUE

    def written(self, value: object, depth: int) -> str:
        """`value`, which may nest `depth` containers deep."""
        if isinstance(value, str):
            self._count_characters(value)
            return encode_basestring(value)
        if value is None:
            return "null"
        if isinstance(value, dict):
            self._count_values(len(value), depth)
            keys = self._sorted_keys(value)
            members = [f"{encode_basestring(key)}:{self.written(value[key], depth - 1)}" for key in keys]
            return f"{{{','.join(members)}}}"
        if isinstance(value, list | tuple):
            self._count_values(len(value), depth)
            return f"[{','.join([self.written(item, depth - 1) for item in value])}]"
        if type(value) is int and -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
            return str(value)
        if type(value) is float:
            return _float(value)
        other: Any = value
        return rfc8785.dumps(other).decode()

    def _sorted_keys(self, value: dict[Any, object]) -> list[str]:
        try:
            joined = "".join(value)
        except TypeError:
            raise _RefusedError(Uncanonical.NOT_JSON) from None
        self._count_characters(joined)
        return sorted(value) if joined.isascii() else sorted(value, key=lambda key: key.encode("utf-16be"))

    def _count_characters(self, text: str) -> None:
        self._characters -= len(text)
        if self._characters < 0:
            raise _RefusedError(Uncanonical.TOO_LARGE)

    def _count_values(self, values: int, depth: int) -> None:
        if depth <= 0:
            raise _RefusedError(Uncanonical.TOO_DEEP)
        self._values -= values
        if self._values < 0:
            raise _RefusedError(Uncanonical.TOO_LARGE)
