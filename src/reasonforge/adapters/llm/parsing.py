"""From what a language model wrote to a `Solution`, a `NoAnswer`, or what to ask it to repair.

Total on any text, and bounded. Nothing is guessed: a final answer is only stripped of what 7-tasks §7.3 forgives around
it, and what a checker cannot read or find (claims that are no arithmetic, quotations that are not in the problem) is
left out.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reasonforge.adapters.llm.json_search import NotFound, find_object, load_json
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.answers.final_text import bare
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.legible import legible
from reasonforge.domain.receive import CLAIM_CHARACTERS, CLAIMS_A_STEP
from reasonforge.domain.step_review import resolve_evidence
from reasonforge.domain.submission import DEFAULT_LIMITS, Claim, ReasoningStep
from reasonforge.domain.task import Question

REASON_CHARACTERS = 160
_FIELDS = frozenset({"steps", "final_answer", "no_answer_reason"})
_GREATEST_INTEGER = 2**53 - 1
_SEARCHED_CHARACTERS = 50_000
_ARTIFACT_DEPTH = 24
_ARTIFACT_VALUES = 20_000
_ARTIFACT_CHARACTERS = 200_000
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%")
_RELATION = re.compile(r"<=|>=|==|!=|[=≠<>≤≥]")
_FENCE = re.compile(r"```[A-Za-z0-9_+-]*[ \t]*\n(.*?)\n?```", re.DOTALL)

_WORDS_FOR_NONE = frozenset(
    {"unknown", "none", "n/a", "na", "null", "no answer", "i don't know", "i do not know", "cannot be determined"}
)
_FORMATS_WITHOUT_WORDS = frozenset(
    {"integer", "fraction", "decimal", "quantity", "expression", "equation", "set", "multiset", "list", "tuple"}
    | {"interval", "matrix", "code", "proof"}
)
"""Formats in which none of the words for none can be the answer."""
_ARTEFACT_OF_FORMAT = {"code": "code", "proof": "proof"}


@frozen
class Repair:
    """The reply could not be used; `fault` completes 'your reply could not be used: …' and is shown to the model."""

    fault: str


def read_reply(text: str, question: Question) -> Solution | NoAnswer | Repair:
    """What a model's reply to `question` amounts to. Never raises, whatever the text; bounded time."""
    found = find_object(text, _FIELDS)
    if isinstance(found, NotFound):
        return Repair(found.fault)
    answer = _final_answer(found.get("final_answer"), question)
    if isinstance(answer, Repair):
        return answer
    code = _source(found.get("code"), DEFAULT_LIMITS.code_bytes)
    proof = _source(found.get("proof"), DEFAULT_LIMITS.proof_bytes)
    missing = _missing(question, answer, code, proof)
    if missing is not None:
        reason = _line(found.get("no_answer_reason"))
        return NoAnswer(reason) if reason and not answer else Repair(missing)
    artifact = _artifact(found.get("artifact"))
    if isinstance(artifact, Repair):
        return artifact
    return Solution(
        steps=_steps(found.get("steps"), question),
        final_answer=answer,
        artifact=artifact,
        proof_artifact=proof,
        code_artifact=code,
    )


def unusable(repair: Repair) -> NoAnswer:
    """What is left when a reply could not be used and there is no further round."""
    return NoAnswer(f"the model's reply could not be used: {repair.fault}"[:REASON_CHARACTERS])


def _missing(question: Question, answer: str, code: bytes | None, proof: bytes | None) -> str | None:
    """What the answer's format asks for and the reply does not have; None when nothing is missing."""
    handed_in = {"code": code, "proof": proof}
    field = _ARTEFACT_OF_FORMAT.get(_format_name(question))
    if field is not None:
        return None if handed_in[field] is not None else f"the field `{field}` must hold the whole source and is empty"
    return None if answer else "both `final_answer` and `no_answer_reason` are empty"


def _format_name(question: Question) -> str:
    name = question.answer_format.get("format")
    return name if isinstance(name, str) else ""


def _final_answer(given: object, question: Question) -> str | Repair:
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int | float | list | dict):
        return Repair("`final_answer` must be a text")
    if isinstance(given, str):
        text = given
    else:
        try:
            text = json.dumps(given, ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError):
            return Repair("`final_answer` must be a text")
    text = bare(legible(text))
    if len(text) > DEFAULT_LIMITS.answer_characters:
        return Repair(f"`final_answer` is longer than {DEFAULT_LIMITS.answer_characters} characters")
    if _format_name(question) in _FORMATS_WITHOUT_WORDS and text.casefold().rstrip(".") in _WORDS_FOR_NONE:
        return ""
    return text


def _steps(given: object, question: Question) -> tuple[ReasoningStep, ...]:
    """Up to 50 steps; one that is a bare text is its reasoning, one without reasoning is left out."""
    items = given if isinstance(given, list) else [given]
    steps: list[ReasoningStep] = []
    source = f"{question.problem}\n{question.context}"
    for item in items[: DEFAULT_LIMITS.steps]:
        fields = {"reasoning": item} if isinstance(item, str) else item
        if not isinstance(fields, Mapping):
            continue
        reasoning = _text(fields.get("reasoning"))
        if reasoning:
            steps.append(
                ReasoningStep(
                    step_id=len(steps) + 1,
                    reasoning=reasoning,
                    evidence=_evidence(fields.get("evidence"), source),
                    confidence=_confidence(fields.get("confidence")),
                    formal_proof_fragment=_text(fields.get("formal_proof_fragment")),
                    claims=_claims(fields.get("claims")),
                )
            )
    return tuple(steps)


def _text(given: object) -> str:
    return legible(given[: DEFAULT_LIMITS.step_characters]).strip() if isinstance(given, str) else ""


def _line(given: object) -> str:
    return " ".join(_text(given).split())[:REASON_CHARACTERS]


def _evidence(given: object, source: str) -> str:
    """The quotation, when the problem or its context holds it; of several the first that does.

    In a very long problem nothing is looked for, since each search reads all of it: the first is taken at its word.
    """
    for quote in given[:5] if isinstance(given, list) else [given]:
        text = _text(quote)
        if text and (len(source) > _SEARCHED_CHARACTERS or resolve_evidence([text], source) == (1, 0)):
            return text
    return ""


def _confidence(given: object) -> float:
    """In [0, 1]; `"0.9"` and `"90 %"` are read, and what states no probability is 0."""
    if isinstance(given, str):
        percent = _PERCENT.fullmatch(given.strip()[:40])
        try:
            given = float(percent[1]) / 100 if percent else float(given.strip()[:40])
        except ValueError:
            return 0.0
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    return 0.0


def _claims(given: object) -> tuple[Claim, ...]:
    """What arithmetic can read of the first 20; a claim that turns out false stays: it is what the model says."""
    items = given[:CLAIMS_A_STEP] if isinstance(given, list) else []
    claims = (claim for item in items if (claim := _claim(item)) is not None)
    return tuple(claim for claim in claims if check_claim(claim) is not ClaimFinding.UNREADABLE)


def _claim(given: object) -> Claim | None:
    if isinstance(given, str) and len(given) <= 2 * CLAIM_CHARACTERS:
        relation = _RELATION.search(given)
        if relation is None:
            return None
        sides: tuple[object, object, object] = (given[: relation.start()], relation[0], given[relation.end() :])
    elif isinstance(given, Mapping):
        sides = (given.get("lhs"), given.get("rel"), given.get("rhs"))
    else:
        return None
    lhs, rel, rhs = (_side(side) for side in sides)
    if max(len(lhs), len(rel), len(rhs)) > CLAIM_CHARACTERS:
        return None
    return Claim(lhs, rel, rhs)


def _side(given: object) -> str:
    if isinstance(given, str):
        return legible(given[: CLAIM_CHARACTERS + 1]).strip()
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        return ""
    return repr(given)


def _source(given: object, most_bytes: int) -> bytes | None:
    """A program's or proof's bytes, out of its code fence where it stands in one; None when there is none."""
    if not isinstance(given, str) or not given.strip():
        return None
    fenced = _FENCE.fullmatch(given.strip())
    source = legible(fenced[1] if fenced else given).encode()
    return source if source.strip() and len(source) <= most_bytes else None


def _artifact(given: object) -> Any:
    """Plain JSON that can be sent, or None; a text stands for the JSON written in it."""
    if isinstance(given, str):
        text = given.strip()
        fenced = _FENCE.fullmatch(text)
        text = fenced[1].strip() if fenced else text
        given = load_json(text)
        if given is None and text.startswith(("{", "[")):
            return Repair("the text in `artifact` is no valid JSON")
    if not isinstance(given, dict | list) or not given:
        return None
    try:
        return _Plain().value(given, _ARTIFACT_DEPTH)
    except ValueError as error:
        return Repair(f"`artifact` {error}")


class _Plain:
    """JSON as it can be hashed and sent: greater integers as text, no infinities, bounded in depth and size."""

    def __init__(self) -> None:
        self._values = 0
        self._characters = 0

    def value(self, given: Any, depth: int) -> Any:
        """`given`, made plain.

        Raises:
            ValueError: it is too deep or too large, or holds a number that JSON cannot.
        """
        self._values += 1
        if isinstance(given, str):
            self._characters += len(given)
            return legible(given)
        if depth == 0 or self._values > _ARTIFACT_VALUES or self._characters > _ARTIFACT_CHARACTERS:
            raise ValueError("is too large or nests too deep")
        if isinstance(given, list):
            return [self.value(item, depth - 1) for item in given]
        if isinstance(given, dict):
            return {str(self.value(key, depth - 1)): self.value(item, depth - 1) for key, item in given.items()}
        if isinstance(given, float) and not math.isfinite(given):
            raise ValueError("holds a number that is not finite")
        if isinstance(given, int) and not isinstance(given, bool) and abs(given) > _GREATEST_INTEGER:
            return str(given)
        return given
