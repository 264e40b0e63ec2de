"""What a miner handed in ↔ a document. Its byte artefacts are columns of their own."""

from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import Fields, read_json, read_texts, write_json
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Claim, ReasoningStep, Submission


def write_submission(submission: Submission) -> str:
    """Everything but the byte artefacts."""
    return write_json(
        {
            "query_id": submission.query_id,
            "steps": [step_document(step) for step in submission.steps],
            "final_answer": submission.final_answer,
            "artifact": submission.artifact,
            "claimed_ms": submission.claimed_ms,
            "proof_status": submission.proof_status,
            "notes": submission.notes,
        }
    )


def step_document(step: ReasoningStep) -> dict[str, Any]:
    """One step as plain JSON."""
    return {
        "step_id": step.step_id,
        "reasoning": step.reasoning,
        "evidence": step.evidence,
        "confidence": step.confidence,
        "formal_proof_fragment": step.formal_proof_fragment,
        "claims": [(claim.lhs, claim.rel, claim.rhs, *claim.assumptions) for claim in step.claims],
    }


def read_submission(document: object, proof_artifact: bytes | None, code_artifact: bytes | None) -> Submission:
    """The submission that `write_submission` wrote, with its artefacts."""
    fields = Fields(read_json(document))
    return Submission(
        query_id=QueryId(fields.text("query_id")),
        steps=tuple(read_step(Fields(step)) for step in fields.array("steps")),
        final_answer=fields.text("final_answer"),
        artifact=fields.any("artifact"),
        proof_artifact=proof_artifact,
        code_artifact=code_artifact,
        claimed_ms=fields.number_or_none("claimed_ms"),
        proof_status=fields.text("proof_status"),
        notes=read_texts(fields.any("notes")),
    )


def read_step(fields: Fields) -> ReasoningStep:
    """The step that `step_document` wrote."""
    return ReasoningStep(
        step_id=fields.integer("step_id"),
        reasoning=fields.text("reasoning"),
        evidence=fields.text("evidence"),
        confidence=fields.number("confidence"),
        formal_proof_fragment=fields.text("formal_proof_fragment"),
        claims=tuple(_read_claim(claim) for claim in fields.array("claims")),
    )


def _read_claim(value: object) -> Claim:
    lhs, rel, rhs, *assumptions = read_texts(value)
    return Claim(lhs, rel, rhs, tuple(assumptions))
