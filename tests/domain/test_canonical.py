"""Canonical JSON and the hash of a submission: the same on both sides, and total for hostile values."""

import json
import math
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.canonical import Uncanonical, canonical_json, submission_hash
from reasonforge.domain.submission import DEFAULT_LIMITS

EXAMPLES = settings(max_examples=200, deadline=None)
SAFE = 2**53 - 1
HASHED = ["task_id", "reasoning_steps", "final_answer", "artifact", "proof_artifact", "code_artifact"]

RFC_EXAMPLE = r"""{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
}"""
RFC_CANONICAL = (
    r"""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
    r""""string":"€$\u000f\nA'B\"\\\\\"/"}"""
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
anything = st.recursive(
    scalars
    | st.floats()
    | st.integers()
    | st.just(10**4000)
    | st.text(st.characters(), max_size=5)
    | st.binary(max_size=3)
    | st.complex_numbers()
    | st.frozensets(st.integers(), max_size=2),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(st.characters(), max_size=3) | st.integers() | st.none(), inner, max_size=3)
    ),
)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@EXAMPLES
@given(value=documents)
def test_canonical_json_is_what_rfc8785_writes(value: Any) -> None:
    """Every JSON document gets the bytes that the reference package writes for it."""
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (RFC_EXAMPLE, RFC_CANONICAL),
        (
            r'{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}',
            '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
        ),
    ],
)
def test_the_examples_of_the_rfc_are_reproduced(text: str, canonical: str) -> None:
    """RFC 8785 §3.2.2 and §3.2.3: numbers, escapes, and keys in the order of their UTF-16."""
    assert canonical_json(json.loads(text)) == canonical.encode()


@EXAMPLES
@given(value=anything)
def test_hostile_values_never_raise(value: Any) -> None:
    """Whatever a value holds, it has a canonical form or a reason why not."""
    assert isinstance(canonical_json(value), bytes | Uncanonical)
    assert isinstance(submission_hash({"artifact": value, "reasoning_steps": value}), str | Uncanonical)


@pytest.mark.parametrize(
    "value",
    [
        2**53, -(2**53), 10**5000, math.nan, math.inf, -math.inf, "\ud800", {"\udfff": 1}, {"é\udfff": 1, "a": 2},
        {1: 2}, {None: 1}, {b"a": 1}, b"bytes", {1, 2}, object(), 1j,
    ],
    ids=lambda value: ascii(type(value).__name__),
)  # fmt: skip
def test_what_canonical_json_cannot_say_is_said_to_be_so(value: Any) -> None:
    """Integers beyond 2⁵³ − 1, NaN, infinities, lone surrogates, keys that are no text and other types are NOT_JSON."""
    assert canonical_json(value) is Uncanonical.NOT_JSON
    assert canonical_json([{"a": value}]) is Uncanonical.NOT_JSON
    assert submission_hash({"task_id": "q", "artifact": value}) is Uncanonical.NOT_JSON


@pytest.mark.parametrize("depth", [33, 1_000, 10_000, 200_000])
def test_deep_nesting_is_refused_and_never_overflows_the_stack(depth: int) -> None:
    """The limit of 32 containers holds exactly, however much deeper a value goes."""
    assert canonical_json(nested(32)) == b"[" * 32 + b"]" * 32
    assert canonical_json(nested(depth)) is Uncanonical.TOO_DEEP
    assert submission_hash({"artifact": nested(depth)}) is Uncanonical.TOO_DEEP


def test_the_message_itself_is_one_level_deep() -> None:
    """An artefact may nest 31 containers inside the message."""
    assert isinstance(submission_hash({"artifact": nested(31)}), str)
    assert submission_hash({"artifact": nested(32)}) is Uncanonical.TOO_DEEP


def test_a_value_that_contains_itself_is_refused() -> None:
    """A cycle, or sharing that unfolds to 2³² values, ends at the limits."""
    cycle: list[Any] = []
    cycle.append(cycle)
    shared: list[Any] = []
    for _ in range(31):
        shared = [shared, shared]
    assert canonical_json(cycle) is Uncanonical.TOO_DEEP
    assert canonical_json(shared) is Uncanonical.TOO_LARGE


def test_characters_are_bounded() -> None:
    """A message holds at most its limit's bytes in characters, those of its keys included."""
    small = evolve(DEFAULT_LIMITS, message_bytes=100)
    assert canonical_json("x" * 100, small) == b'"' + b"x" * 100 + b'"'
    assert canonical_json("x" * 101, small) is Uncanonical.TOO_LARGE
    assert canonical_json({"k" * 60: "x" * 41}, small) is Uncanonical.TOO_LARGE


def test_values_are_bounded() -> None:
    """A message holds at most one value for every 50 bytes of its limit, wherever they stand."""
    small = evolve(DEFAULT_LIMITS, message_bytes=250)
    assert canonical_json([0] * 5, small) == b"[0,0,0,0,0]"
    assert canonical_json([0] * 6, small) is Uncanonical.TOO_LARGE
    assert canonical_json([[0, 0], [0, 0]], small) is Uncanonical.TOO_LARGE
    assert canonical_json({"a": [0, 0], "b": {"c": [0, 0]}}, small) is Uncanonical.TOO_LARGE


def test_the_hash_is_sha256_over_the_six_fields() -> None:
    """SHA-256 over the canonical bytes written out by hand; the wire's reasoning_steps are hashed as `steps`."""
    fields = {
        "submission_hash": "not looked at",
        "task_id": "q-1",
        "reasoning_steps": [{"step_id": 1, "reasoning": "2 + 2 = 4", "confidence": 1.0}],
        "final_answer": "4",
        "artifact": {"x": ["1/2", 0.5]},
        "code_artifact": "cHJpbnQ=",
        "time_taken_ms": math.nan,
        "proof_status": object(),
    }
    canonical = (
        '{"artifact":{"x":["1/2",0.5]},"code_artifact":"cHJpbnQ=","final_answer":"4","proof_artifact":null,'
        '"steps":[{"confidence":1,"reasoning":"2 + 2 = 4","step_id":1}],"task_id":"q-1"}'
    )
    assert submission_hash(fields) == sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize("name", HASHED)
def test_an_absent_field_counts_as_null(name: str) -> None:
    """Absent and null hash alike."""
    fields = dict.fromkeys(HASHED, "text")
    absent = {field: value for field, value in fields.items() if field != name}
    assert submission_hash(absent) == submission_hash({**fields, name: None})
    assert submission_hash(absent) != submission_hash(fields)


def test_absent_steps_count_as_none_taken() -> None:
    """Absent, null and empty reasoning_steps hash alike."""
    hashes = {submission_hash({"task_id": "q", **steps}) for steps in ({}, {"reasoning_steps": None})}
    assert hashes == {submission_hash({"task_id": "q", "reasoning_steps": []})}


@EXAMPLES
@given(values=st.lists(documents, min_size=6, max_size=6), other=documents, name=st.sampled_from(HASHED))
def test_the_hash_survives_the_wire_and_sees_every_change(values: list[Any], other: Any, name: str) -> None:
    """Order of keys and a JSON round trip change nothing; another value in a hashed field changes the hash."""
    fields = dict(zip(HASHED, values, strict=True))
    digest = submission_hash(fields)
    travelled = json.loads(json.dumps(dict(reversed(fields.items()))))
    changed = {**fields, name: other}
    same = rfc8785.dumps(other) == rfc8785.dumps(fields[name])
    emptied = name == "reasoning_steps" and {rfc8785.dumps(other), rfc8785.dumps(fields[name])} == {b"null", b"[]"}
    assert isinstance(digest, str)
    assert submission_hash(travelled) == digest
    assert (submission_hash(changed) == digest) == (same or emptied)
