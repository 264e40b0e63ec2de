"""Answers that are sets, multisets, tuples and matrices of elements that the domain itself can decide."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.bracketed import members_of
from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.answers.matching import each_finds_one, pairing_exists
from reasonforge.domain.answers.numeric import read_fraction, read_integer
from reasonforge.domain.answers.sequence import Element
from reasonforge.domain.finding import Finding

MAX_MEMBERS = 200
"""Elements of a set, multiset or tuple, and of a matrix altogether."""
MAX_COLLECTION_NESTING = 4

_EXACT = {"integer": read_integer, "fraction": read_fraction}


def _refuse_odd(name: str, elements: Sequence[Element], of: Mapping[str, Any]) -> None:
    if len(elements) > MAX_MEMBERS:
        message = f"a {name} answer holds at most {MAX_MEMBERS} elements, not {len(elements)}"
        raise ValueError(message)
    if any(element.wire_format() != of for element in elements):
        message = f"every element of a {name} answer must have the format that `of` names"
        raise ValueError(message)
    depth, inner = 1, of
    while isinstance(inner.get("of"), Mapping):
        depth, inner = depth + 1, inner["of"]
        if depth > MAX_COLLECTION_NESTING:
            message = f"collections nest at most {MAX_COLLECTION_NESTING} deep"
            raise ValueError(message)


def _refuse_unwritable(answer: "SetAnswer | MultisetAnswer | TupleAnswer | MatrixAnswer") -> None:
    if answer.compare(answer.truth()).grade < 1.0:
        message = f"a {answer.format} answer's texts must not hold both kinds of quotes, or quotes within commas"
        raise ValueError(message)


def _short(specification: Mapping[str, Any], of: Mapping[str, Any]) -> Any:
    return specification["value"] if specification.keys() - of.keys() == {"value"} else specification


def _written(element: Element) -> str:
    text = element.truth()
    if element.format != "text":
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'


def _specification(answer: "SetAnswer | MultisetAnswer | TupleAnswer") -> Mapping[str, Any]:
    return {**answer.wire_format(), "value": [_short(element.specification(), answer.of) for element in answer.value]}


def _keys(texts: Sequence[str], of: Mapping[str, Any]) -> list[Any] | None:
    """What exact numbers the texts write, which are found by looking up; None for every other format."""
    reader = _EXACT.get(str(of.get("format")))
    return None if reader is None else [reader(text) for text in texts]


def _verdict(text: str, right: bool) -> Finding:
    return Finding(1.0 if right else 0.0, f"{quoted(text)} is {'right' if right else 'wrong'}")


@frozen
class SetAnswer:
    """A set in braces, `{1, 2, 3}`, in any order. An element written twice is in it once."""

    value: tuple[Element, ...]
    of: Mapping[str, Any]
    format: str = field(default="set", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd(self.format, self.value, self.of)
        _refuse_unwritable(self)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        return _specification(self)

    def truth(self) -> str:
        return f"{{{', '.join(_written(element) for element in self.value)}}}"

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        parts = members_of(text, "{")
        if parts is None or len(parts) > 2 * MAX_MEMBERS:
            return Finding(0.0, f"{quoted(text)} is not one set in braces")
        given = _keys(parts, self.of)
        if given is not None:
            truths = _keys([element.truth() for element in self.value], self.of) or []
            return _verdict(text, set(given) == set(truths))
        distinct = sorted(set(parts))
        return _verdict(
            text, each_finds_one(self.value, distinct, lambda element, part: element.compare(part).grade == 1.0)
        )


@frozen
class MultisetAnswer:
    """A multiset in braces, `{1, 1, 2}`, in any order; how often each element stands in it matters."""

    value: tuple[Element, ...]
    of: Mapping[str, Any]
    format: str = field(default="multiset", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd(self.format, self.value, self.of)
        _refuse_unwritable(self)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        return _specification(self)

    def truth(self) -> str:
        return f"{{{', '.join(_written(element) for element in self.value)}}}"

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        parts = members_of(text, "{")
        if parts is None:
            return Finding(0.0, f"{quoted(text)} is not one multiset in braces")
        if len(parts) != len(self.value):
            return Finding(0.0, f"{quoted(text)} has {len(parts)} elements, which is not how many there are")
        given = _keys(parts, self.of)
        if given is not None:
            truths = _keys([element.truth() for element in self.value], self.of) or []
            return _verdict(text, Counter(given) == Counter(truths))
        return _verdict(
            text, pairing_exists(self.value, parts, lambda element, part: element.compare(part).grade == 1.0)
        )


@frozen
class TupleAnswer:
    """A tuple in parentheses, `(1, 2)`; right only when every element is, in order and number."""

    value: tuple[Element, ...]
    of: Mapping[str, Any]
    format: str = field(default="tuple", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd(self.format, self.value, self.of)
        _refuse_unwritable(self)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        return _specification(self)

    def truth(self) -> str:
        return f"({', '.join(_written(element) for element in self.value)})"

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        parts = members_of(text, "(")
        if parts is None:
            return Finding(0.0, f"{quoted(text)} is not one tuple in parentheses")
        return _in_order(self.value, parts, text)


@frozen
class MatrixAnswer:
    """A matrix by its rows, `[[1, 2], [3, 4]]`: 1 to 200 elements in rows of one length."""

    value: tuple[tuple[Element, ...], ...]
    of: Mapping[str, Any]
    format: str = field(default="matrix", init=False)

    def __attrs_post_init__(self) -> None:
        if not self.value or not self.value[0] or len({len(row) for row in self.value}) > 1:
            raise ValueError("a matrix has rows of the same length, at least one of at least one element")
        _refuse_odd(self.format, [element for row in self.value for element in row], self.of)
        _refuse_unwritable(self)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        rows = [[_short(element.specification(), self.of) for element in row] for row in self.value]
        return {**self.wire_format(), "value": rows}

    def truth(self) -> str:
        rows = [", ".join(_written(element) for element in row) for row in self.value]
        return f"[{', '.join(f'[{row}]' for row in rows)}]"

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        rows = rows_of(text)
        if rows is None:
            return Finding(0.0, f"{quoted(text)} is not one matrix, rows in brackets within brackets")
        if [len(row) for row in rows] != [len(row) for row in self.value]:
            return Finding(0.0, f"{quoted(text)} has not the right number of rows and columns")
        flat = tuple(element for row in self.value for element in row)
        return _in_order(flat, [part for row in rows for part in row], text)


def rows_of(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The elements of a matrix `[[1, 2], [3, 4]]`, row by row; None when the text is none. Linear time."""
    rows = members_of(text, "[")
    if rows is None or len(rows) > MAX_MEMBERS:
        return None
    read = [members_of(row, "[") for row in rows]
    kept = tuple(row for row in read if row is not None)
    return kept if len(kept) == len(read) else None


def _in_order(elements: Sequence[Element], parts: Sequence[str], text: str) -> Finding:
    if len(parts) != len(elements):
        return Finding(0.0, f"{quoted(text)} has {len(parts)} elements, which is not how many there are")
    for number, (element, part) in enumerate(zip(elements, parts, strict=True), start=1):
        finding = element.compare(part)
        if finding.grade < 1.0:
            return Finding(0.0, f"element {number}: {finding.reason}")
    return Finding(1.0, f"{quoted(text)} is right")
