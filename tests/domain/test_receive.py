"""The sanitiser: total, bounded, and exact about what an honest miner handed in."""

import json
import math
from typing import Any

import pytest
from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.canonical import Uncanonical, submission_hash
from reasonforge.domain.identity import QueryId
from reasonforge.domain.legible import encoded, legible
from reasonforge.domain.receive import (
    ASSUMPTIONS_A_CLAIM,
    CLAIM_CHARACTERS,
    CLAIMS_A_STEP,
    STATUS_CHARACTERS,
    no_answer_fields,
    receive,
    wire_fields,
)
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS, Claim, ReasoningStep, Submission, SubmissionLimits

EXAMPLES = settings(max_examples=200, deadline=None)
QUERY = QueryId("q-7f3a")
SMALL = SubmissionLimits(
    message_bytes=5_000, steps=3, step_characters=8, answer_characters=5, proof_bytes=10, code_bytes=10, json_depth=8
)

texts = st.text(max_size=30).map(legible)
claims = st.builds(Claim, texts, st.sampled_from(["=", "≤", "!="]), texts, st.lists(texts, max_size=3).map(tuple))
steps = st.lists(
    st.builds(
        ReasoningStep,
        step_id=st.just(0),
        reasoning=texts,
        evidence=texts,
        confidence=st.floats(0.0, 1.0),
        formal_proof_fragment=texts,
        claims=st.lists(claims, max_size=3).map(tuple),
    ),
    max_size=5,
).map(lambda many: tuple(evolve(step, step_id=number) for number, step in enumerate(many, start=1)))
plain_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)
some_bytes = st.none() | st.binary(min_size=1, max_size=60)
submissions = st.builds(
    Submission,
    query_id=st.just(QUERY),
    steps=steps,
    final_answer=texts.filter(lambda text: bool(text.strip())),
    artifact=plain_json,
    proof_artifact=some_bytes,
    code_artifact=some_bytes,
    claimed_ms=st.none() | st.floats(0.0, 1e9),
    proof_status=texts,
)
hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters() | st.sampled_from("\x00\ud800\r="), max_size=20)
    | st.sampled_from(["YQ==", "eJwDAAAAAAE=", "x" * 500]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["reasoning", "evidence", "confidence", "claims", "lhs", "rel", "rhs", "assumptions"])
            | st.text(max_size=2),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)
FILLED = [
    "reasoning_steps", "final_answer", "artifact", "proof_artifact", "code_artifact", "time_taken_ms", "proof_status",
]  # fmt: skip


def signed(**fields: Any) -> dict[str, Any]:
    """The fields as a miner would send them that hashes whatever it sends."""
    filled = {"task_id": QUERY, **fields}
    return {**filled, "submission_hash": submission_hash(filled)}


def received(limits: SubmissionLimits = DEFAULT_LIMITS, **fields: Any) -> Submission:
    """What is made of signed fields beside a final answer."""
    submission = receive(signed(**{"final_answer": "42", **fields}), QUERY, limits)
    assert isinstance(submission, Submission)
    return submission


def sent(submission: Submission) -> dict[str, Any]:
    return wire_fields(
        QUERY,
        steps=submission.steps,
        final_answer=submission.final_answer,
        artifact=submission.artifact,
        proof_artifact=submission.proof_artifact,
        code_artifact=submission.code_artifact,
        claimed_ms=submission.claimed_ms,
        proof_status=submission.proof_status,
    )


@EXAMPLES
@given(submission=submissions)
def test_what_a_miner_sends_is_what_the_validator_reads(submission: Submission) -> None:
    """A submission goes over the wire and comes back the same, in memory and through JSON of either spelling."""
    fields = sent(submission)
    for text in (json.dumps(fields), json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1)):
        assert receive(json.loads(text), QUERY) == submission
    assert receive(fields, QUERY) == submission


@EXAMPLES
@given(submission=submissions, noise=st.text(st.characters() | st.sampled_from("\r\x07\ud83d"), max_size=10))
def test_an_illegible_character_costs_an_honest_miner_nothing(submission: Submission, noise: str) -> None:
    """What a model's text holds of surrogates and control characters is mended before it is hashed."""
    noisy = evolve(submission, final_answer=submission.final_answer + noise, artifact={noise: [noise]})
    expected = evolve(
        submission,
        final_answer=legible(submission.final_answer + noise),
        artifact={legible(noise): [legible(noise)]},
    )
    assert receive(json.loads(json.dumps(sent(noisy))), QUERY) == expected


@settings(max_examples=400, deadline=None)
@given(values=st.fixed_dictionaries({}, optional=dict.fromkeys(FILLED, hostile)), correct=st.booleans())
def test_hostile_fields_give_a_bounded_submission_or_a_silence(values: dict[str, Any], correct: bool) -> None:
    """Nothing in a reply raises, and what is let through is within every limit and legible."""
    fields = signed(**values) if correct else {"task_id": QUERY, "submission_hash": values, **values}
    outcome = receive(fields, QUERY, SMALL)
    if isinstance(outcome, Silence):
        assert len(outcome.detail) <= STATUS_CHARACTERS
        return
    assert correct
    assert len(outcome.steps) <= SMALL.steps
    assert [step.step_id for step in outcome.steps] == list(range(1, len(outcome.steps) + 1))
    assert len(outcome.final_answer) <= SMALL.answer_characters
    assert len(outcome.proof_status) <= STATUS_CHARACTERS
    assert len(outcome.proof_artifact or b"") <= SMALL.proof_bytes
    assert len(outcome.code_artifact or b"") <= SMALL.code_bytes
    assert outcome.claimed_ms is None or 0 <= outcome.claimed_ms < math.inf
    assert len(outcome.notes) < 30
    for step in outcome.steps:
        assert 0.0 <= step.confidence <= 1.0
        assert max(map(len, (step.reasoning, step.evidence, step.formal_proof_fragment))) <= SMALL.step_characters
        assert len(step.claims) <= CLAIMS_A_STEP
    whole = json.dumps({**asdict(outcome), "proof_artifact": None, "code_artifact": None}, ensure_ascii=False)
    assert whole.encode().decode() == whole


@pytest.mark.parametrize("name", [*FILLED[:5], "task_id"])
def test_a_field_changed_on_the_way_is_a_mismatch(name: str) -> None:
    """Whatever hashed field is touched after signing, the reply is a HASH_MISMATCH."""
    fields = signed(final_answer="42", reasoning_steps=[{"reasoning": "six times seven"}])
    for changed in ({**fields, name: "forged"}, {**fields, name: ["forged"]}):
        outcome = receive(changed, QUERY)
        assert isinstance(outcome, Silence)
        assert outcome.reason is SilenceReason.HASH_MISMATCH


@pytest.mark.parametrize("claimed", [None, "", "0" * 64, 0, [], {"a": 1}, True])
def test_a_missing_or_wrong_hash_is_a_mismatch(claimed: Any) -> None:
    """A submission_hash that is absent, of another type, or simply wrong is a HASH_MISMATCH."""
    outcome = receive({**signed(final_answer="42"), "submission_hash": claimed}, QUERY)
    expected = "submission_hash is not the hash of what was received"
    assert outcome == Silence(SilenceReason.HASH_MISMATCH, expected)


@pytest.mark.parametrize("task_id", ["another", None, 7, ["q-7f3a"]])
def test_a_reply_to_another_task_is_a_mismatch(task_id: Any) -> None:
    """A correct hash over a task_id that is not ours is a HASH_MISMATCH: a reply cannot be moved between tasks."""
    outcome = receive(signed(task_id=task_id, final_answer="42"), QUERY)
    assert outcome == Silence(SilenceReason.HASH_MISMATCH, "the reply is to another task")


def test_the_hash_is_checked_before_anything_is_cut() -> None:
    """Too many steps under a correct hash are cut; under the hash of what the cut leaves they are a mismatch."""
    many = [{"reasoning": str(number)} for number in range(51)]
    cut = received(reasoning_steps=many)
    assert [step.reasoning for step in cut.steps] == [str(number) for number in range(50)]
    assert cut.notes == ("steps after 50 cut",)
    premature = {**signed(reasoning_steps=many[:50], final_answer="42"), "reasoning_steps": many}
    assert isinstance(receive(premature, QUERY), Silence)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"artifact": [[[[[[[[]]]]]]]]}, SilenceReason.MALFORMED),
        ({"final_answer": "x" * 5_001}, SilenceReason.TOO_LARGE),
        ({"artifact": [0] * 101}, SilenceReason.TOO_LARGE),
        ({"artifact": 2**53}, SilenceReason.HASH_MISMATCH),
        ({"artifact": math.nan}, SilenceReason.HASH_MISMATCH),
        ({"final_answer": "\ud800"}, SilenceReason.HASH_MISMATCH),
    ],
)
def test_what_cannot_be_hashed_is_a_silence_with_its_reason(fields: dict[str, Any], reason: SilenceReason) -> None:
    """Too deep is malformed, too much is too large, and what canonical JSON cannot say matches no hash."""
    assert isinstance(submission_hash(fields, SMALL), Uncanonical)
    outcome = receive({"task_id": QUERY, **fields, "submission_hash": "f" * 64}, QUERY, SMALL)
    assert isinstance(outcome, Silence)
    assert outcome.reason is reason


def test_texts_are_cut_at_their_limits() -> None:
    """Ten thousand characters a step's text and fifty thousand an answer are kept, and the cut is noted."""
    step = {"reasoning": "r" * 10_001, "evidence": "e" * 10_000, "formal_proof_fragment": "f" * 10_002}
    outcome = received(reasoning_steps=[step, step], final_answer="a" * 50_001, proof_status="s" * 201)
    kept = ReasoningStep(1, "r" * 10_000, "e" * 10_000, 0.0, "f" * 10_000)
    assert outcome == Submission(
        query_id=QUERY,
        steps=(kept, evolve(kept, step_id=2)),
        final_answer="a" * 50_000,
        proof_status="s" * 200,
        notes=(
            "proof status cut after 200 characters",
            "reasoning cut after 10000 characters (×2)",
            "formal fragment cut after 10000 characters (×2)",
            "final answer cut after 50000 characters",
        ),
    )


def test_control_characters_are_replaced_wherever_they_stand() -> None:
    """No text that is read later holds a control character, an artefact's keys included."""
    outcome = received(
        reasoning_steps=[{"reasoning": "a\x00b\tc\n", "claims": [{"lhs": "\x07x", "rel": "=", "rhs": "1"}]}],
        final_answer="42\r\n",
        artifact={"k\x1b": ["v\x7f", 1]},
        proof_status="\ud800",
    )
    assert outcome == Submission(
        query_id=QUERY,
        steps=(ReasoningStep(1, "a\ufffdb\tc\n", claims=(Claim("\ufffdx", "=", "1"),)),),
        final_answer="42\n",
        artifact={"k\ufffd": ["v\ufffd", 1]},
        proof_status="\ufffd",
        notes=(
            "proof status: control characters or surrogates replaced",
            "reasoning: control characters or surrogates replaced",
            "final answer: control characters or surrogates replaced",
            "artifact: control characters or surrogates replaced (×2)",
        ),
    )


@pytest.mark.parametrize("wrong", [1, 1.5, True, ["42"], {"a": "b"}])
def test_what_has_the_wrong_type_counts_as_absent(wrong: Any) -> None:
    """A number, a list or an object where a text is expected is noted and otherwise not there."""
    outcome = received(
        reasoning_steps=[{"reasoning": wrong, "evidence": wrong, "formal_proof_fragment": wrong}, wrong],
        final_answer=wrong,
        artifact=0,
        proof_artifact=wrong,
        code_artifact=wrong,
        proof_status=wrong,
    )
    objects = 2 if isinstance(wrong, dict) else 1
    assert outcome.steps == tuple(ReasoningStep(number, "") for number in range(1, objects + 1))
    assert (outcome.final_answer, outcome.artifact, outcome.proof_status) == ("", 0, "")
    assert (outcome.proof_artifact, outcome.code_artifact) == (None, None)
    assert {"final answer is no text", "proof is no text and dropped", "code is no text and dropped"} <= {
        *outcome.notes
    }


@pytest.mark.parametrize("wrong", [1, "steps", True, {"0": {"reasoning": "a"}}])
def test_steps_that_are_no_list_are_no_steps(wrong: Any) -> None:
    """Reasoning steps come as a list or not at all."""
    outcome = received(reasoning_steps=wrong)
    assert (outcome.steps, outcome.notes) == ((), ("reasoning steps are no list",))


def test_steps_are_numbered_in_the_order_they_came() -> None:
    """A miner's own step_ids are not believed, and what is no object leaves no gap."""
    sent_steps = [{"step_id": 9, "reasoning": "a"}, "b", {"step_id": -1, "reasoning": "c"}, {"reasoning": "d"}]
    outcome = received(reasoning_steps=sent_steps)
    assert outcome.steps == (ReasoningStep(1, "a"), ReasoningStep(2, "c"), ReasoningStep(3, "d"))
    assert outcome.notes == ("a step that is no object dropped",)


@pytest.mark.parametrize(
    ("stated", "counted"),
    [
        (0, 0.0), (1, 1.0), (0.85, 0.85), (5e-324, 5e-324),
        (True, 0.0), (-0.1, 0.0), (1.0000001, 0.0), (100, 0.0), ("0.9", 0.0), ([0.9], 0.0), (None, 0.0),
    ],
)  # fmt: skip
def test_a_confidence_that_is_no_number_from_zero_to_one_counts_as_zero(stated: Any, counted: float) -> None:
    """Booleans, texts, percentages and numbers outside [0, 1] are no confidence."""
    assert received(reasoning_steps=[{"confidence": stated}]).steps == (ReasoningStep(1, "", confidence=counted),)


@pytest.mark.parametrize("stated", [math.nan, math.inf, 10**400])
def test_a_confidence_that_is_not_even_json_is_a_mismatch(stated: Any) -> None:
    """What no canonical form exists for cannot have been hashed by an honest miner."""
    fields = {"task_id": QUERY, "reasoning_steps": [{"confidence": stated}], "submission_hash": "0" * 64}
    outcome = receive(fields, QUERY)
    assert isinstance(outcome, Silence)
    assert outcome.reason is SilenceReason.HASH_MISMATCH


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        (0, 0.0), (1_500.5, 1_500.5), (None, None), (True, None), (-1, None), ("12", None),
        (math.nan, None), (math.inf, None), (10**400, None),
    ],
)  # fmt: skip
def test_a_self_reported_time_is_read_or_absent(stated: Any, read: float | None) -> None:
    """Only a finite number of milliseconds from 0 up is one; it is not hashed, so anything may stand there."""
    assert received(time_taken_ms=stated).claimed_ms == read


GOOD = {"lhs": "x", "rel": "=", "rhs": "1", "assumptions": ["x > 0"]}


@pytest.mark.parametrize(
    "bad",
    [
        "x = 1", None, 3, [], {}, {"lhs": "x", "rel": "="}, {**GOOD, "lhs": 1}, {**GOOD, "rel": None},
        {**GOOD, "rhs": "9" * (CLAIM_CHARACTERS + 1)}, {**GOOD, "assumptions": "x > 0"}, {**GOOD, "assumptions": [1]},
        {**GOOD, "assumptions": ["x > 0"] * (ASSUMPTIONS_A_CLAIM + 1)},
        {**GOOD, "assumptions": ["y" * (CLAIM_CHARACTERS + 1)]},
    ],
)  # fmt: skip
def test_a_malformed_or_too_long_claim_is_dropped_whole(bad: Any) -> None:
    """A claim is never cut or completed: that would put another claim in the miner's mouth."""
    outcome = received(reasoning_steps=[{"claims": [bad, GOOD]}])
    assert outcome.steps[0].claims == (Claim("x", "=", "1", ("x > 0",)),)
    assert outcome.notes == ("a malformed or too long claim dropped",)


def test_claims_are_bounded() -> None:
    """Twenty claims a step, each text of at most 400 characters; claims that are no list are none."""
    longest = {"lhs": "1" * CLAIM_CHARACTERS, "rel": "=", "rhs": "1"}
    outcome = received(reasoning_steps=[{"claims": [longest] * 21}, {"claims": "none"}])
    assert outcome.steps[0].claims == (Claim("1" * 400, "=", "1"),) * 20
    assert outcome.steps[1].claims == ()
    assert outcome.notes == ("claims after 20 of a step cut", "claims are no list")


@pytest.mark.parametrize(
    ("name", "value", "note"),
    [
        ("proof_artifact", "not base64!", "proof is no base64 or above 10 bytes, and dropped"),
        ("proof_artifact", encoded(b"x" * 11), "proof is no base64 or above 10 bytes, and dropped"),
        ("proof_artifact", encoded(bytes(11), deflate=True), "proof is no base64 or above 10 bytes, and dropped"),
        ("code_artifact", encoded(b"x" * 11), "code is no base64 or above 10 bytes, and dropped"),
        ("code_artifact", "YQ", "code is no base64 or above 10 bytes, and dropped"),
    ],
)
def test_an_oversized_or_undecodable_artefact_is_dropped(name: str, value: str, note: str) -> None:
    """It is not cut, since a cut proof or program is another one; the rest of the submission stands."""
    assert received(SMALL, **{name: value}) == Submission(QUERY, (), "42", notes=(note,))


def test_a_proof_may_be_compressed_and_code_may_not() -> None:
    """A proof is inflated when it is a zlib stream, and taken as it is when it is not; code is never inflated."""
    packed = encoded(b"theorem", deflate=True)
    assert received(proof_artifact=packed).proof_artifact == b"theorem"
    assert received(proof_artifact=encoded(b"theorem")).proof_artifact == b"theorem"
    assert received(code_artifact=encoded(b"print()")).code_artifact == b"print()"
    assert received(code_artifact=packed).code_artifact != b"theorem"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"final_answer": "", "reasoning_steps": [], "proof_artifact": "", "code_artifact": ""},
        {"final_answer": " \n", "reasoning_steps": [{"reasoning": "I have thought hard.", "confidence": 1.0}]},
        {"final_answer": 42},
    ],
)
def test_nothing_handed_in_is_no_answer(fields: dict[str, Any]) -> None:
    """Without a final answer or an artefact there is nothing to check, however much was said on the way."""
    assert receive(signed(**fields), QUERY) == Silence(SilenceReason.NO_ANSWER)


@pytest.mark.parametrize("fields", [{"artifact": {}}, {"proof_artifact": "YQ=="}, {"code_artifact": "YQ=="}])
def test_an_artefact_alone_is_an_answer(fields: dict[str, Any]) -> None:
    """Some tasks are answered by a proof, a program or a structure, and the final answer is empty."""
    assert isinstance(receive(signed(**fields), QUERY), Submission)


def test_an_honest_no_answer_travels_with_its_reason() -> None:
    """'I do not know' arrives as NO_ANSWER, with the reason made legible and bounded."""
    fields = json.loads(json.dumps(no_answer_fields(QUERY, "the budget is spent\x07" + "!" * 500)))
    assert receive(fields, QUERY) == Silence(
        SilenceReason.NO_ANSWER, ("no_answer: the budget is spent\ufffd" + "!" * 500)[:200]
    )


@pytest.mark.parametrize("artifact", [2**53, math.nan, {1: 2}, b"bytes", [[]]])
def test_a_miner_learns_at_once_that_its_artefact_cannot_be_sent(artifact: Any) -> None:
    """What a validator would refuse is a ValueError on the miner's side."""
    if artifact == [[]]:
        for _ in range(10_000):
            artifact = [artifact]
    with pytest.raises(ValueError, match="cannot be sent"):
        wire_fields(QUERY, steps=(), final_answer="42", artifact=artifact)
