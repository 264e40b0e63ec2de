"""The answer to a user's question: whatever answers it best. No truth of it is known, and none is taken from users."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

OPEN = "open"


@frozen
class OpenAnswer:
    """A text in the miner's own words, as short as answers the question: a number, a formula, a name, a sentence.

    It is compared with the other miners' answers (`domain.agreement`), so the shorter, the more surely two that mean
    the same are seen to. Nothing but its format travels: `{"format": "open"}`.
    """

    format: str = field(default=OPEN, init=False)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format}

    def specification(self) -> Mapping[str, Any]:
        return self.wire_format()

    def truth(self) -> str:
        """Nobody knows it."""
        return ""
