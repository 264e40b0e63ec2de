"""Answers that are a list of elements of one format, in order."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from attrs import field, frozen

from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.final_text import MAX_CHARACTERS, bare, quoted
from reasonforge.domain.answers.numeric import FractionAnswer, IntegerAnswer
from reasonforge.domain.finding import Finding

MAX_NESTING = 4
"""Lists within lists, in a specification."""
MAX_ELEMENTS = 1_000

_QUOTES = "\"'"


class Element(ExactAnswer, Protocol):
    """An answer that can stand inside a list."""

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        ...


@frozen
class ListAnswer:
    """A list in square brackets, `[3, 1, 2]`; right only when every element is, in order and number.

    How long it is does not travel. Elements that are texts may stand in straight quotes, and must where they hold a
    comma or a bracket.

    Attributes:
        value: the elements, all of one format, at most 1,000; may be empty.
        of: the wire format of every element.
    """

    value: tuple[Element, ...]
    of: Mapping[str, Any]
    format: str = field(default="list", init=False)

    def __attrs_post_init__(self) -> None:
        if len(self.value) > MAX_ELEMENTS:
            message = f"a list answer holds at most {MAX_ELEMENTS} elements, not {len(self.value)}"
            raise ValueError(message)
        if any(element.wire_format() != self.of for element in self.value):
            raise ValueError("every element of a list answer must have the format that `of` names")
        if _nesting(self.of) >= MAX_NESTING:
            message = f"list answers nest at most {MAX_NESTING} deep"
            raise ValueError(message)
        if self.compare(self.truth()).grade < 1.0:
            raise ValueError("a list answer's texts must not hold both kinds of quotes, or quotes within commas")

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": [_short(element.specification(), self.of) for element in self.value]}

    def truth(self) -> str:
        return f"[{', '.join(_written(element.truth(), self.of) for element in self.value)}]"

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        parts = elements_of(text)
        if parts is None:
            return Finding(0.0, f"{quoted(text)} is not one list in square brackets")
        if len(parts) != len(self.value):
            return Finding(0.0, f"{quoted(text)} has {len(parts)} elements, which is not how many there are")
        for number, (element, part) in enumerate(zip(self.value, parts, strict=True), start=1):
            finding = element.compare(part)
            if finding.grade < 1.0:
                return Finding(0.0, f"element {number}: {finding.reason}")
        return Finding(1.0, f"{quoted(text)} is right")


def elements_of(text: str) -> tuple[str, ...] | None:
    """The elements of one list in square brackets, each stripped; None when the text is no such list. Linear time.

    >>> elements_of('[1, [2, 3], "a, b"]')
    ('1', '[2, 3]', '"a, b"')
    >>> elements_of("[1], [2]") is None, elements_of("[1,]") is None
    (True, True)
    """
    if len(text) > MAX_CHARACTERS or len(text) < 2 or text[0] != "[" or text[-1] != "]":
        return None
    inner = text[1:-1]
    if not inner.strip():
        return ()
    parts: list[str] = []
    start = depth = 0
    quote, begins = "", True
    for at, character in enumerate(inner):
        if quote:
            quote = "" if character == quote else quote
            continue
        if begins and character in _QUOTES:
            quote = character
        depth += (character == "[") - (character == "]")
        if depth < 0:
            return None
        if character == "," and depth == 0:
            parts.append(inner[start:at].strip())
            start = at + 1
        begins = character in "[," or (begins and character.isspace())
    parts.append(inner[start:].strip())
    return None if depth or quote or not all(parts) else tuple(parts)


def integers(values: Sequence[int]) -> ListAnswer:
    """A list of integers."""
    return ListAnswer(tuple(IntegerAnswer(value) for value in values), {"format": "integer"})


def fractions(values: Sequence[Fraction]) -> ListAnswer:
    """A list of fractions."""
    return ListAnswer(tuple(FractionAnswer(value) for value in values), {"format": "fraction"})


def _nesting(of: Mapping[str, Any]) -> int:
    depth = 0
    while of.get("format") == "list" and depth < MAX_NESTING:
        depth, of = depth + 1, of.get("of", {})
    return depth


def _short(specification: Mapping[str, Any], of: Mapping[str, Any]) -> Any:
    """An element's value alone where `of` says the rest."""
    return specification["value"] if specification.keys() - of.keys() == {"value"} else specification


def _written(text: str, of: Mapping[str, Any]) -> str:
    """A text element in quotes that it does not hold; every other as it is."""
    if of.get("format") != "text":
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'
