"""What an operator's attention is drawn to. No flag changes a score by itself (§1.7)."""

from enum import StrEnum

from attrs import frozen

from reasonforge.domain.identity import Hotkey


class FlagKind(StrEnum):
    """What is odd."""

    PLAGIARISM = "plagiarism"
    CONFIDENTLY_WRONG = "confidently_wrong"
    TRAPS_FAILED = "traps_failed"
    TOO_FAST = "too_fast"
    CLAIMED_TIME = "claimed_time"
    TOO_CONSTANT = "too_constant"
    COLLUSION = "collusion"
    SILENT = "silent"
    REJECTED = "rejected"


@frozen
class Flag:
    """One oddity.

    Attributes:
        hotkeys: whose, in rising order; one, or the members of a group.
        detail: one sentence with the figures, for people.
    """

    kind: FlagKind
    hotkeys: tuple[Hotkey, ...]
    detail: str
