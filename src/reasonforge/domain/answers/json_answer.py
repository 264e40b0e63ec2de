"""Answers that are one JSON value."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.answers.json_rules import obeys, refuse_odd_rule
from reasonforge.domain.answers.json_schema import misfit, refuse_odd_schema
from reasonforge.domain.answers.json_text import MAX_JSON_CHARACTERS, depth_of, read_json, same_json
from reasonforge.domain.finding import Finding


@frozen
class JsonAnswer:
    """One JSON value that fits a schema and is the right one: equal to `value`, types included, or as `checker` says.

    Attributes:
        schema: of the subset in `json_schema`; travels.
        value: plain JSON that fits the schema; where there is a checker, one right answer of several.
        checker: a rule of `json_rules` with its fields, or None; never travels.
    """

    schema: Mapping[str, Any]
    value: Any
    checker: Mapping[str, Any] | None = None
    format: str = field(default="json", init=False)

    def __attrs_post_init__(self) -> None:
        refuse_odd_schema(self.schema)
        if self.checker is not None:
            refuse_odd_rule(self.checker)
        if depth_of(self.value) > 32 or len(self.truth()) > MAX_JSON_CHARACTERS:
            raise ValueError("a JSON answer's value is too large")
        finding = self.compare(self.truth())
        if finding.grade < 1.0:
            message = f"a JSON answer's own value is refused: {finding.reason}"
            raise ValueError(message)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "schema": self.schema}

    def specification(self) -> Mapping[str, Any]:
        rule = {} if self.checker is None else {"checker": self.checker}
        return {**self.wire_format(), "value": self.value, **rule}

    def truth(self) -> str:
        return json.dumps(self.value, allow_nan=False)

    def check(self, final_answer: str) -> Finding:
        return self.compare(bare(final_answer))

    def compare(self, text: str) -> Finding:
        """As `check`, of a text in which nothing is forgiven any more."""
        given, refused = read_json(text)
        wrong = refused or misfit(given, self.schema)
        if wrong:
            return Finding(0.0, f"{quoted(text)}: {wrong}" if not refused else f"{quoted(text)} {wrong}")
        right = same_json(given, self.value) if self.checker is None else obeys(given, self.checker)
        return Finding(1.0 if right else 0.0, f"{quoted(text)} is {'right' if right else 'wrong'}")
