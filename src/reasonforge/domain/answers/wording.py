"""Answers that are words: one option out of several, or one word or phrase."""

import re
import unicodedata
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.finding import Finding

MAX_TEXT = 1_000
"""Characters of a text answer; Unicode normalisation can make 18 out of one."""


@frozen
class ChoiceAnswer:
    """One option's letter, in either case: A for the first of 2 to 26 options, and so on."""

    value: str
    options: tuple[str, ...]
    format: str = field(default="choice", init=False)

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.options) <= 26 or len(set(self.options)) != len(self.options):
            raise ValueError("a choice needs 2 to 26 different options")
        if len(self.value) != 1 or self.value not in ascii_uppercase[: len(self.options)]:
            message = f"a choice's value must be the capital letter of one of its options, not {quoted(self.value)}"
            raise ValueError(message)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "options": list(self.options)}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": self.value}

    def truth(self) -> str:
        return self.value

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        letters = ascii_uppercase[: len(self.options)]
        if not re.fullmatch("[A-Za-z]", text) or text.upper() not in letters:
            return Finding(0.0, f"{quoted(text)} is not one letter from A to {letters[-1]}")
        if text.upper() == self.value:
            return Finding(1.0, f"{quoted(text)} is right")
        return Finding(0.0, f"{quoted(text)} is wrong")


@frozen
class TextAnswer:
    """One word or phrase.

    Compared after Unicode normalisation (NFKC), with runs of white space as one space, and without one pair of
    straight quotes around it; capitals matter only where `case` is true.

    Attributes:
        value: the right answer, 1…1,000 characters.
        any_of: other answers that are right too; never told to a miner.
    """

    value: str
    any_of: tuple[str, ...] = ()
    case: bool = False
    format: str = field(default="text", init=False)

    def __attrs_post_init__(self) -> None:
        for accepted in (self.value, *self.any_of):
            if len(accepted) > MAX_TEXT or not self._normal(accepted):
                message = f"a text answer must have 1 to {MAX_TEXT} characters, not be {quoted(accepted)}"
                raise ValueError(message)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "case": self.case}

    def specification(self) -> Mapping[str, Any]:
        others = {"any_of": list(self.any_of)} if self.any_of else {}
        return {**self.wire_format(), "value": self.value, **others}

    def truth(self) -> str:
        return self.value

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        if not text or len(text) > MAX_TEXT:
            return Finding(0.0, f"{quoted(text)} is not a text of 1 to {MAX_TEXT} characters")
        given = self._normal(text)
        if any(given == self._normal(accepted) for accepted in (self.value, *self.any_of)):
            return Finding(1.0, f"{quoted(text)} is right")
        return Finding(0.0, f"{quoted(text)} is wrong")

    def _normal(self, text: str) -> str:
        text = bare(text)
        if len(text) > 2 and text[0] in "'\"" and text[-1] == text[0] and text[0] not in text[1:-1]:
            text = bare(text[1:-1])
        normal = " ".join(unicodedata.normalize("NFKC", text).split())
        return normal if self.case else unicodedata.normalize("NFKC", normal.casefold())
