"""Answers that are programs, judged by what they compute on inputs they have not seen (4-verification §4.4)."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.final_text import quoted

MAX_TESTS = 1_000
_LANGUAGES = ("python",)


@frozen
class CodeTest:
    """One hidden test: both sides plain JSON. `input` is the list of the entry's arguments, or, where there is no
    entry, the text on standard input; `output` is what it returns, or the text it prints (compared by tokens).
    """

    input: Any
    output: Any


@frozen
class CodeAnswer:
    """A program in `code_artifact`.

    Attributes:
        entry: the function to be called with each test's arguments; empty for a program that reads standard input and
            writes standard output.
        tests: hidden; they never travel.
        reference: the source of a right program.
        seconds, memory_mb: what one test may use; they travel.
    """

    tests: tuple[CodeTest, ...]
    reference: str
    entry: str = ""
    language: str = "python"
    seconds: float = 2.0
    memory_mb: int = 256
    format: str = field(default="code", init=False)

    def __attrs_post_init__(self) -> None:
        if self.language not in _LANGUAGES:
            message = f"a program's language must be {' or '.join(_LANGUAGES)}, not {quoted(self.language)}"
            raise ValueError(message)
        if self.entry and not self.entry.isidentifier():
            message = f"a program's entry must be the name of a function, not {quoted(self.entry)}"
            raise ValueError(message)
        if not 1 <= len(self.tests) <= MAX_TESTS:
            message = f"a program needs 1 to {MAX_TESTS} tests, not {len(self.tests)}"
            raise ValueError(message)
        if not 0 < self.seconds <= 60 or not 16 <= self.memory_mb <= 4_096:
            raise ValueError("a test may take up to 60 seconds and 16 to 4,096 MB")
        for test in self.tests:
            self._refuse_unfit(test)

    def _refuse_unfit(self, test: CodeTest) -> None:
        if self.entry and not isinstance(test.input, list):
            raise ValueError("a test of a function has the list of its arguments as its input")
        if not self.entry and not (isinstance(test.input, str) and isinstance(test.output, str)):
            raise ValueError("a test of a program has texts as its input and output")
        json.dumps([test.input, test.output], allow_nan=False)

    def wire_format(self) -> Mapping[str, Any]:
        return {
            "format": self.format,
            "language": self.language,
            "entry": self.entry,
            "seconds": self.seconds,
            "memory_mb": self.memory_mb,
        }

    def specification(self) -> Mapping[str, Any]:
        return {
            **self.wire_format(),
            "tests": [{"input": test.input, "output": test.output} for test in self.tests],
            "reference": self.reference,
        }

    def truth(self) -> str:
        return self.reference
