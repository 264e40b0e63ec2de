"""From the wire's fields to a `Submission` and back: the InputSanitizer of 3-protocol §3.1.

Everything in the fields is hostile. `receive` is total, and its work is bounded by the limits, not by what was sent.
`wire_fields` is the miner's side of the same agreement.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reasonforge.domain.canonical import Uncanonical, submission_hash
from reasonforge.domain.identity import QueryId
from reasonforge.domain.legible import decoded, encoded, legible
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS, Claim, ReasoningStep, Submission, SubmissionLimits

CLAIMS_A_STEP = 20
ASSUMPTIONS_A_CLAIM = 20
CLAIM_CHARACTERS = 400
STATUS_CHARACTERS = 200
NO_ANSWER = "no_answer"
"""How an honest miner's `proof_status` begins when it has none; what makes it one is that nothing was handed in."""

_LONGEST_CLAIM_MS = 1e12

_SILENCES = {
    Uncanonical.TOO_DEEP: SilenceReason.MALFORMED,
    Uncanonical.TOO_LARGE: SilenceReason.TOO_LARGE,
    Uncanonical.NOT_JSON: SilenceReason.HASH_MISMATCH,
}


def receive(
    fields: Mapping[str, Any], query_id: QueryId, limits: SubmissionLimits = DEFAULT_LIMITS
) -> Submission | Silence:
    """What a miner handed in for `query_id`, within `limits`, or why there is nothing to score.

    The hash is checked on the fields as received; missing or wrong, or over another task's id, it is a
    `HASH_MISMATCH`, as is a value that no hash can be made of. Nested too deep: `MALFORMED`; more characters or values
    than a message may hold: `TOO_LARGE`. After that nothing is refused, only mended, and each kind of mending is noted:
    what has the wrong type counts as absent; steps and texts beyond the limits are cut; a claim that is malformed or
    too long is dropped, because cutting it would change what it says; an artefact that is too large or cannot be
    decoded is dropped; a confidence that is no number in [0, 1] is 0. Steps are numbered from 1 in the order they came.

    No final answer and no artefact of any kind is `NO_ANSWER`, whatever steps and `proof_status` say.
    `Silence.elapsed_seconds` is left at 0: the caller measured it.
    """
    digest = submission_hash(fields, limits)
    if isinstance(digest, Uncanonical):
        return Silence(_SILENCES[digest], f"the reply cannot be hashed: {digest.value}")
    if fields.get("submission_hash") != digest:
        return Silence(SilenceReason.HASH_MISMATCH, "submission_hash is not the hash of what was received")
    if fields.get("task_id") != query_id:
        return Silence(SilenceReason.HASH_MISMATCH, "the reply is to another task")
    notes: Counter[str] = Counter()
    status = _text(fields.get("proof_status"), STATUS_CHARACTERS, "proof status", notes)
    submission = Submission(
        query_id=query_id,
        steps=_steps(fields.get("reasoning_steps"), limits, notes),
        final_answer=_text(fields.get("final_answer"), limits.answer_characters, "final answer", notes),
        artifact=_legible_json(fields.get("artifact"), limits.json_depth, notes),
        proof_artifact=_bytes(fields.get("proof_artifact"), limits.proof_bytes, "proof", notes, inflate=True),
        code_artifact=_bytes(fields.get("code_artifact"), limits.code_bytes, "code", notes),
        claimed_ms=_milliseconds(fields.get("time_taken_ms")),
        proof_status=status,
        notes=tuple(f"{what} (×{times})" if times > 1 else what for what, times in notes.items()),
    )
    if not _hands_something_in(submission):
        return Silence(SilenceReason.NO_ANSWER, status)
    return submission


def wire_fields(
    query_id: QueryId,
    *,
    steps: Sequence[ReasoningStep],
    final_answer: str,
    artifact: Any = None,
    proof_artifact: bytes | None = None,
    code_artifact: bytes | None = None,
    claimed_ms: float | None = None,
    proof_status: str = "",
) -> dict[str, Any]:
    """The fields a miner fills, `submission_hash` included; `receive` makes the same submission of them.

    Texts are made legible, steps numbered from 1, the proof is compressed. Nothing is cut: what is beyond the limits
    the validator cuts. `artifact` is plain JSON with integers within ±(2⁵³ − 1) (write greater ones as text).

    Raises:
        ValueError: the submission cannot be hashed, or is larger or deeper than a validator takes.
    """
    fields: dict[str, Any] = {
        "task_id": query_id,
        "reasoning_steps": [_wire_step(number, step) for number, step in enumerate(steps, start=1)],
        "final_answer": legible(final_answer),
        "artifact": _legible_json(artifact, DEFAULT_LIMITS.json_depth, Counter()),
        "proof_artifact": encoded(proof_artifact, deflate=True) if proof_artifact else None,
        "code_artifact": encoded(code_artifact) if code_artifact else None,
        "proof_status": legible(proof_status),
        "time_taken_ms": _milliseconds(claimed_ms),
    }
    digest = submission_hash(fields)
    if isinstance(digest, Uncanonical):
        message = f"this submission cannot be sent: {digest.value}"
        raise ValueError(message)  # noqa: TRY004 - the value is wrong, not its type
    return {**fields, "submission_hash": digest}


def no_answer_fields(query_id: QueryId, reason: str) -> dict[str, Any]:
    """An honest 'I do not know' on the wire: nothing handed in, and why (200 characters of it) in `proof_status`."""
    return wire_fields(query_id, steps=(), final_answer="", proof_status=f"{NO_ANSWER}: {reason}"[:STATUS_CHARACTERS])


def _hands_something_in(submission: Submission) -> bool:
    artefacts = (submission.artifact, submission.proof_artifact, submission.code_artifact)
    return bool(submission.final_answer.strip()) or any(artefact is not None for artefact in artefacts)


def _steps(given: object, limits: SubmissionLimits, notes: Counter[str]) -> tuple[ReasoningStep, ...]:
    if given is None:
        return ()
    if not isinstance(given, list | tuple):
        notes["reasoning steps are no list"] += 1
        return ()
    if len(given) > limits.steps:
        notes[f"steps after {limits.steps} cut"] += 1
    objects = [step for step in given[: limits.steps] if isinstance(step, dict)]
    if len(objects) < min(len(given), limits.steps):
        notes["a step that is no object dropped"] += min(len(given), limits.steps) - len(objects)
    return tuple(_step(number, step, limits, notes) for number, step in enumerate(objects, start=1))


def _step(number: int, given: dict[str, Any], limits: SubmissionLimits, notes: Counter[str]) -> ReasoningStep:
    longest = limits.step_characters
    return ReasoningStep(
        step_id=number,
        reasoning=_text(given.get("reasoning"), longest, "reasoning", notes),
        evidence=_text(given.get("evidence"), longest, "evidence", notes),
        confidence=_confidence(given.get("confidence"), notes),
        formal_proof_fragment=_text(given.get("formal_proof_fragment"), longest, "formal fragment", notes),
        claims=_claims(given.get("claims"), notes),
    )


def _claims(given: object, notes: Counter[str]) -> tuple[Claim, ...]:
    if given is None:
        return ()
    if not isinstance(given, list | tuple):
        notes["claims are no list"] += 1
        return ()
    if len(given) > CLAIMS_A_STEP:
        notes[f"claims after {CLAIMS_A_STEP} of a step cut"] += 1
    claims = [claim for item in given[:CLAIMS_A_STEP] if (claim := _claim(item)) is not None]
    if len(claims) < min(len(given), CLAIMS_A_STEP):
        notes["a malformed or too long claim dropped"] += min(len(given), CLAIMS_A_STEP) - len(claims)
    return tuple(claims)


def _claim(given: object) -> Claim | None:
    if not isinstance(given, dict):
        return None
    assumptions = given.get("assumptions")
    if assumptions is None:
        assumptions = []
    if not isinstance(assumptions, list | tuple) or len(assumptions) > ASSUMPTIONS_A_CLAIM:
        return None
    texts = (given.get("lhs"), given.get("rel"), given.get("rhs"), *assumptions)
    if not all(isinstance(text, str) and len(text) <= CLAIM_CHARACTERS for text in texts):
        return None
    lhs, rel, rhs, *others = (legible(text) for text in texts)
    return Claim(lhs, rel, rhs, tuple(others))


def _text(given: object, longest: int, name: str, notes: Counter[str]) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        notes[f"{name} is no text"] += 1
        return ""
    if len(given) > longest:
        notes[f"{name} cut after {longest} characters"] += 1
    kept = given[:longest]
    text = legible(kept)
    if text != kept:
        notes[f"{name}: control characters or surrogates replaced"] += 1
    return text


def _legible_json(given: Any, depth: int, notes: Counter[str]) -> Any:
    """Plain JSON with every text and key in it legible, as lists and dicts; what nests deeper than `depth` as it is."""
    if isinstance(given, str):
        text = legible(given)
        if text != given:
            notes["artifact: control characters or surrogates replaced"] += 1
        return text
    if depth > 0 and isinstance(given, list | tuple):
        return [_legible_json(item, depth - 1, notes) for item in given]
    if depth > 0 and isinstance(given, dict):
        return {_legible_json(key, 0, notes): _legible_json(item, depth - 1, notes) for key, item in given.items()}
    return given


def _bytes(given: object, limit: int, name: str, notes: Counter[str], *, inflate: bool = False) -> bytes | None:
    if given is None or given == "":
        return None
    if not isinstance(given, str):
        notes[f"{name} is no text and dropped"] += 1
        return None
    data = decoded(given, limit, inflate=inflate)
    if data is None:
        notes[f"{name} is no base64 or above {limit} bytes, and dropped"] += 1
    return data


def _confidence(given: object, notes: Counter[str]) -> float:
    if given is None:
        return 0.0
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    notes["a confidence that is no number in [0, 1] counts as 0"] += 1
    return 0.0


def _milliseconds(given: object) -> float | None:
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _LONGEST_CLAIM_MS:
        return float(given)
    return None


def _wire_step(number: int, step: ReasoningStep) -> dict[str, Any]:
    return {
        "step_id": number,
        "reasoning": legible(step.reasoning),
        "evidence": legible(step.evidence),
        "confidence": _confidence(step.confidence, Counter()),
        "formal_proof_fragment": legible(step.formal_proof_fragment),
        "claims": [
            {
                "lhs": legible(claim.lhs),
                "rel": legible(claim.rel),
                "rhs": legible(claim.rhs),
                "assumptions": [legible(assumption) for assumption in claim.assumptions],
            }
            for claim in step.claims
        ],
    }
