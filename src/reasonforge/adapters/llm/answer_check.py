"""Whether a final answer is written as its format asks, before anybody else looks at it."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from reasonforge.application.ports.reasoner import Solution
from reasonforge.domain.answers.final_text import bare
from reasonforge.domain.answers.numeric import read_decimal, read_fraction, read_integer
from reasonforge.domain.answers.sequence import elements_of
from reasonforge.domain.answers.wording import MAX_TEXT

_NUMBERS = {"integer": read_integer, "fraction": read_fraction, "decimal": read_decimal}
_ARTEFACTS = {"code": "code_artifact", "proof": "proof_artifact"}


def format_fault(solution: Solution, wire_format: Mapping[str, Any]) -> str | None:
    """What is wrong with the way the answer is written; None when nothing is, or the format is not known here.

    >>> format_fault(Solution((), "2.0"), {"format": "integer"})
    'the final answer is not written as an integer'
    """
    name = wire_format.get("format")
    if name in _ARTEFACTS:
        missing = getattr(solution, _ARTEFACTS[name]) is None
        return f"the {name} that is asked for is missing" if missing else None
    if not solution.final_answer.strip():
        return "the final answer is empty"
    return _text_fault(bare(solution.final_answer), wire_format)


def _text_fault(text: str, wire_format: Mapping[str, Any]) -> str | None:
    name = wire_format.get("format")
    if name in _NUMBERS:
        article = "an" if name == "integer" else "a"
        return None if _NUMBERS[name](text) is not None else f"the final answer is not written as {article} {name}"
    if name == "choice":
        options = wire_format.get("options")
        letters = ascii_uppercase[: len(options)] if isinstance(options, list | tuple) else ascii_uppercase
        is_letter = len(text) == 1 and text.upper() in letters
        return None if is_letter else f"the final answer is not one letter from A to {letters[-1:]}"
    if name == "text":
        return None if len(text) <= MAX_TEXT else f"the final answer has more than {MAX_TEXT} characters"
    if name == "list":
        return _list_fault(text, wire_format.get("of"))
    return None


def _list_fault(text: str, of: object) -> str | None:
    elements = elements_of(text)
    if elements is None:
        return "the final answer is not written as a list, [a, b, c]"
    if not isinstance(of, Mapping):
        return None
    faults = (_text_fault(element, of) for element in elements)
    return next((f"in the list, an element is wrong: {fault}" for fault in faults if fault), None)
