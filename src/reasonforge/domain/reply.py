"""What a validator gets for a question: an answer it measured, or a silence with a reason. Never an exception."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import frozen


class SilenceReason(StrEnum):
    """Why there is nothing to score."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    HASH_MISMATCH = "hash_mismatch"
    NO_ANSWER = "no_answer"


@frozen
class Answer:
    """What came back in time: the fields a miner fills (3-protocol §3.1), parsed from JSON and otherwise as received.

    Attributes:
        fields: hostile. Read it through `reasonforge.domain.receive.receive` only.
        elapsed_seconds: the round trip as the validator measured it, ≥ 0.
    """

    fields: Mapping[str, Any]
    elapsed_seconds: float


@frozen
class Silence:
    """No answer, and why. Scores 0 in every dimension.

    Attributes:
        detail: bounded, escaped text for people; may quote the miner.
        elapsed_seconds: how long the validator waited.
    """

    reason: SilenceReason
    detail: str = ""
    elapsed_seconds: float = 0.0


Reply = Answer | Silence
