"""Finds the JSON object in what a language model wrote. Bounded work, total on any text."""

import json
import re
from typing import Any

from attrs import frozen

MAX_CHARACTERS = 400_000
"""No reply longer than this is read: above what any answer's limits can use."""

_DEEPEST = 30
_WORK = 4
"""How often the text may be gone over in search of an object."""
_MOST_CANDIDATES = 1_000

# A string without its end runs to the end of the text, so that every match moves on and the search stays linear.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}\[\],]', re.DOTALL)
_OPENING = re.compile(r'\{\s*"')  # no LaTeX group and no set of numbers begins so
_BEFORE_CLOSING = re.compile(r"\s*[}\]]")
_THOUGHT = "</think>"


@frozen
class NotFound:
    """No object, and why: one clause that completes 'your reply could not be used: …'."""

    fault: str


@frozen
class _Span:
    """A candidate: where it ends, and its text without trailing commas; None when it never closes or nests too deep."""

    end: int
    text: str | None
    is_open: bool = False


def find_object(text: str, wanted: frozenset[str]) -> dict[str, Any] | NotFound:
    """The JSON object in `text` that has most of the `wanted` keys, and at least one; of equals the last.

    Prose and code fences around it, reasoning before `</think>`, trailing commas and raw line ends inside strings are
    forgiven; single quotes, comments and missing commas are not, because mending those means guessing.
    """
    if len(text) > MAX_CHARACTERS:
        return NotFound(f"it is longer than {MAX_CHARACTERS} characters")
    text = text.rpartition(_THOUGHT)[2]
    found: dict[str, Any] = {}
    fault, longest = "it holds no JSON object", 0
    work = _WORK * len(text)
    opening = _OPENING.search(text)
    for _ in range(_MOST_CANDIDATES):
        if opening is None or work < 0:
            break
        at = opening.start()
        span = _span(text, at)
        work -= span.end - at
        value = _loaded(span.text) if span.text is not None else None
        if isinstance(value, dict) and (named := wanted & value.keys()):
            found = value if len(named) >= len(wanted & found.keys()) else found
        elif span.end - at > longest:
            fault, longest = _fault(span, value, text[at : at + 200]), span.end - at
        opening = _OPENING.search(text, span.end if isinstance(value, dict) else at + 1)
    return found or NotFound(fault)


def _span(text: str, start: int) -> _Span:
    pieces: list[str] = []
    closers: list[str] = []
    copied = start
    end = start + 1
    for token in _TOKEN.finditer(text, start):
        mark, end = token[0], token.end()
        if mark in "{[":
            closers.append("}" if mark == "{" else "]")
            if len(closers) > _DEEPEST:
                return _Span(end, None)
        elif mark == ",":
            if _BEFORE_CLOSING.match(text, end):
                pieces.append(text[copied : token.start()])
                copied = end
        elif mark in "}]":
            if mark != closers.pop():
                return _Span(end, None)
            if not closers:
                return _Span(end, "".join(pieces) + text[copied:end])
    return _Span(len(text), None, is_open=True)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def load_json(text: str) -> Any:
    """A JSON object or array that makes up a whole text; None when it is none. Trailing commas are forgiven."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS or not text.startswith(("{", "[")):
        return None
    span = _span(text, 0)
    return _loaded(span.text) if span.text is not None and span.end == len(text) else None


def _fault(span: _Span, value: object, beginning: str) -> str:
    if isinstance(value, dict):
        return "its JSON object has none of the fields that were asked for"
    if span.is_open:
        return "its JSON object is cut off before its end"
    if span.text is None:
        return "its JSON brackets do not match, or nest too deep"
    return f"its JSON cannot be parsed ({_syntax(span.text)}), near {beginning[:40]!r}"


def _syntax(text: str) -> str:
    try:
        json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        return f"{error.msg} at character {error.pos}"
    except (ValueError, RecursionError):
        return "a number or a nesting in it is too large"
    return "it is no object"
