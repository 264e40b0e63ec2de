"""What a model wrote becomes a solution, an honest no, or a request to repair."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.llm.parsing import Repair, read_reply, unusable
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId
from reasonforge.domain.receive import receive, wire_fields
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from tests.adapters.llm.service import GOOD_REPLY, GOOD_STEPS, QUESTION

GOOD = Solution(GOOD_STEPS, "84")
GOOD_TEXT = json.dumps(GOOD_REPLY)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
REPLIES = st.fixed_dictionaries(
    {},
    optional={
        "steps": JSON
        | st.lists(
            st.fixed_dictionaries(
                {"reasoning": JSON}, optional={"evidence": JSON, "confidence": JSON, "claims": JSON | st.lists(JSON)}
            ),
            max_size=60,
        ),
        **dict.fromkeys(("final_answer", "no_answer_reason", "proof", "code", "artifact"), JSON),
    },
)
FORMATS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, *({"format": name} for name in ("integer", "text", "code", "proof", "json"))]
)


def reply(**changes: Any) -> str:
    return json.dumps({**GOOD_REPLY, **changes})


@pytest.mark.parametrize(
    "text",
    [
        GOOD_TEXT,
        f"```json\n{GOOD_TEXT}\n```",
        f"Of course, with sets {{1, 2}} in mind:\n{GOOD_TEXT}\nI hope {{this}} helps.",
        f'<think>perhaps {{"final_answer": "83"}}</think>{GOOD_TEXT}',
        rf'As $\frac{{1}}{{2}}$ {{ and {{"x": 1}}: {GOOD_TEXT} In short: {{"final_answer": "83"}}',
        f"{chr(92)}frac{{1}}{{2}} " * 2_000 + GOOD_TEXT,
        f'A draft: {{"final_answer": "83", "steps": []}}. Better: {GOOD_TEXT}',
        GOOD_TEXT.replace("]", ",]").replace("}", ", }"),
        reply(final_answer=r" $\boxed{84}$. "),
        reply(final_answer=84),
        reply(steps=[*GOOD_REPLY["steps"], 7, None, {"reasoning": " "}]),
        reply(artifact="none", code=None, proof="  "),
    ],
)
def test_what_is_forgiven(text: str) -> None:
    """Fences, prose, thoughts, drafts, trailing commas, numbers for texts and a boxed answer do not spoil a reply."""
    assert read_reply(text, QUESTION) == GOOD


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no JSON object"),
        ("I think it is 84.", "no JSON object"),
        (GOOD_TEXT[:-20], "cut off"),
        (GOOD_TEXT.replace('"final_answer": ', '"final_answer" '), "cannot be parsed"),
        ('{"answer": 84}', "none of the fields"),
        ("[" * 100_000, "no JSON object"),
        ('{"steps":' + "[" * 100_000, "nest too deep"),
        (reply(final_answer=True), "`final_answer` must be a text"),
        (reply(final_answer=""), "are empty"),
        (reply(final_answer="I don't know"), "are empty"),
        (reply(artifact='{"x": }'), "`artifact` is no valid JSON"),
        (reply(artifact={"x": float("inf")}), "not finite"),
        ("x" * 400_001, "longer than 400000 characters"),
    ],
)
def test_what_must_be_repaired(text: str, fault: str) -> None:
    """A reply that cannot be used says which of its faults the model should mend."""
    found = read_reply(text, QUESTION)
    assert isinstance(found, Repair)
    assert fault in found.fault


def test_an_honest_no() -> None:
    """A reason without an answer is 'no answer' with that reason, on one line; a word for none is no answer either."""
    assert read_reply(reply(final_answer="", no_answer_reason="a number\nis missing"), QUESTION) == NoAnswer(
        "a number is missing"
    )
    assert read_reply(reply(final_answer="Unknown.", no_answer_reason="it is open"), QUESTION) == NoAnswer("it is open")


def test_a_word_for_none_can_be_an_answer() -> None:
    """Where words are asked for, 'none' is an answer."""
    question = evolve(QUESTION, answer_format={"format": "text"})
    found = read_reply(reply(final_answer="none"), question)
    assert found == evolve(GOOD, final_answer="none")


@pytest.mark.parametrize(
    ("given", "kept"),
    [(0.7, 0.7), ("0.7", 0.7), ("70 %", 0.7), (1, 1.0), (True, 0.0), (7, 0.0), (-1, 0.0), ("sure", 0.0), (None, 0.0)],
)
def test_confidence(given: object, kept: float) -> None:
    """A probability is read as a number, a numeral or a percentage; anything else states none and is 0."""
    found = read_reply(reply(steps=[{"reasoning": "So.", "confidence": given}]), QUESTION)
    assert found == Solution((ReasoningStep(1, "So.", confidence=kept),), "84")


def test_claims_and_evidence_that_no_checker_could_use_are_left_out() -> None:
    """Claims are kept that arithmetic can read, true or false; a quotation only when the problem holds it."""
    claims = ["7*12 = 84", {"lhs": 84, "rel": "=", "rhs": "80+5"}, {"lhs": "n", "rel": "=", "rhs": "84"}, 5, "84"]
    steps = [{"reasoning": "So.", "evidence": ["made up by the model", "a box  HOLDS 12 pens"], "claims": claims}]
    kept = (Claim("7*12", "=", "84"), Claim("84", "=", "80+5"))
    step = ReasoningStep(1, "So.", evidence="a box  HOLDS 12 pens", claims=kept)
    assert read_reply(reply(steps=steps), QUESTION) == Solution((step,), "84")


def test_programs_and_proofs_become_bytes() -> None:
    """A program is handed in as bytes, out of its fence; a task that asks for one is not answered without it."""
    question = evolve(QUESTION, discipline=Discipline.CODE, answer_format={"format": "code", "language": "python"})
    found = read_reply(reply(final_answer="", code="```python\nprint(84)\n```"), question)
    assert found == Solution(GOOD_STEPS, "", code_artifact=b"print(84)")
    assert read_reply(reply(proof="theorem t : True := trivial"), QUESTION) == evolve(
        GOOD, proof_artifact=b"theorem t : True := trivial"
    )
    missing = read_reply(GOOD_TEXT, question)
    assert isinstance(missing, Repair)
    assert "`code`" in missing.fault


def test_an_artefact_can_be_sent() -> None:
    """A structured artefact comes as JSON or as text of JSON; integers that JSON cannot carry become texts."""
    artifact = {"x": [1, 2**60], "name": "p\u0000"}
    plain = {"x": [1, str(2**60)], "name": "p\ufffd"}
    for written in (artifact, json.dumps(artifact), f"```json\n{json.dumps(artifact)}\n```"):
        assert read_reply(reply(artifact=written), QUESTION) == evolve(GOOD, artifact=plain)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400) | st.text('{}[]",:\\ 1ae', max_size=200), FORMATS)
def test_any_text_is_read(text: str, answer_format: dict[str, Any]) -> None:
    """No text makes reading raise, and a short one never passes for an answer by accident."""
    found = read_reply(text, evolve(QUESTION, answer_format=answer_format))
    assert isinstance(found, Repair | NoAnswer | Solution)
    if isinstance(found, Repair):
        assert len(unusable(found).reason) <= 160


@settings(max_examples=300, deadline=None)
@given(REPLIES, FORMATS)
def test_any_object_is_read_and_can_be_sent(fields: dict[str, Any], answer_format: dict[str, Any]) -> None:
    """Whatever types the fields have, a solution that comes of them can be sealed, and is received as it was sent."""
    found = read_reply(json.dumps(fields), evolve(QUESTION, answer_format=answer_format))
    if isinstance(found, Solution):
        sent = wire_fields(
            QueryId("q"),
            steps=found.steps,
            final_answer=found.final_answer,
            artifact=found.artifact,
            proof_artifact=found.proof_artifact,
            code_artifact=found.code_artifact,
        )
        received = receive(sent, QueryId("q"))
        assert isinstance(received, Submission)
        assert (received.steps, received.final_answer, received.notes) == (found.steps, found.final_answer, ())
    else:
        assert isinstance(found, Repair | NoAnswer)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["{", '{"', '{"\\"', '"', "\\", '{"steps":[', '{"final_answer":"', ",", "{}", "</think>{"]
)
def test_hostile_repetition_is_read_in_bounded_time(piece: str) -> None:
    """Four hundred thousand characters of anything are read within seconds."""
    found = read_reply(piece * (400_000 // len(piece)), QUESTION)
    assert isinstance(found, Repair)
