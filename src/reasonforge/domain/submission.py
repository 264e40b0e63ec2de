"""A submission as it is scored: bounded, typed, and never more than text and bytes."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reasonforge.domain.identity import QueryId


@frozen
class Claim:
    """One thing a step says is true: `lhs rel rhs` under `assumptions`; `rel` is = ≠ < ≤ > ≥ (or == != <= >=)."""

    lhs: str
    rel: str
    rhs: str
    assumptions: tuple[str, ...] = ()


@frozen
class ReasoningStep:
    """One step of the chain. `confidence` in [0, 1]; texts within the limits of `SubmissionLimits`."""

    step_id: int
    reasoning: str
    evidence: str = ""
    confidence: float = 0.0
    formal_proof_fragment: str = ""
    claims: tuple[Claim, ...] = ()


@frozen
class Submission:
    """What a miner handed in, after the sanitiser.

    Attributes:
        artifact: structured, plain JSON, bounded in depth; None when there is none.
        proof_artifact, code_artifact: decoded bytes; None when there is none or it was dropped.
        claimed_ms: the miner's own figure, never trusted; None when it gave none.
        notes: what the sanitiser changed, one short phrase each.
    """

    query_id: QueryId
    steps: tuple[ReasoningStep, ...]
    final_answer: str
    artifact: Any = None
    proof_artifact: bytes | None = None
    code_artifact: bytes | None = None
    claimed_ms: float | None = None
    proof_status: str = ""
    notes: tuple[str, ...] = ()

    def reasoning_texts(self) -> tuple[str, ...]:
        """Each step's reasoning, in order."""
        return tuple(step.reasoning for step in self.steps)


@frozen
class SubmissionLimits:
    """What one reply may hold (3-protocol §3.1). Characters, bytes and counts."""

    message_bytes: int = 1_000_000
    steps: int = 50
    step_characters: int = 10_000
    answer_characters: int = 50_000
    proof_bytes: int = 1_000_000
    code_bytes: int = 500_000
    json_depth: int = 32


DEFAULT_LIMITS = SubmissionLimits()
WireFields = Mapping[str, Any]
"""The fields of a ReasoningTask that the miner fills, as JSON."""
