import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.bittensor.synapses import (
    FROZEN_FIELDS,
    HEALTH_FIELDS,
    MINER_FIELDS,
    HealthCheck,
    ReasoningTask,
    TaskResult,
)
from reasonforge.application.ports.transport import Health, ScoreNotice, TaskScore
from reasonforge.domain.bounded_json import UnreadableError, read_object
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, QueryId
from reasonforge.domain.metagraph import Endpoint
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Question
from tests.contracts.transport import neuron, question

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SHARES = st.floats(0, 1)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
QUESTIONS = st.builds(
    Question,
    query_id=TEXT.filter(bool).map(QueryId),
    problem=TEXT.filter(bool),
    discipline=st.sampled_from(Discipline),
    difficulty=st.integers(1, 10),
    timeout_seconds=st.floats(0.001, 86_400),
    answer_format=st.dictionaries(TEXT, JSON, max_size=3),
    context=TEXT,
    constraints=TEXT,
)
NOTICES = st.builds(
    ScoreNotice,
    epoch=st.integers(0, 10**9).map(EpochNumber),
    neuron=st.sampled_from(
        [neuron(0), neuron(3), evolve(neuron(1), endpoint=None), evolve(neuron(2), endpoint=Endpoint("::1", 9))]
    ),
    scores=st.lists(
        st.builds(
            TaskScore,
            query_id=TEXT.map(QueryId),
            cms=SHARES,
            rank=st.integers(0, 300),
            dimensions=st.builds(DimensionScores, SHARES, SHARES, SHARES, SHARES),
            checks=st.dictionaries(TEXT, TEXT, max_size=3),
        ),
        max_size=3,
    ).map(tuple),
    s_epoch=st.floats(0, 4),
    rank=st.integers(0, 300),
    total_tao=st.floats(0, 1e9),
)


@given(QUESTIONS)
def test_a_question_survives_its_way(asked: Question) -> None:
    """What a validator asks is what the miner reads, hash and all, after JSON."""
    sent = ReasoningTask.from_domain(asked)
    read = ReasoningTask.model_validate(json.loads(json.dumps(sent.model_dump(include=set(FROZEN_FIELDS)))))
    assert read.to_domain() == asked
    assert read.body_hash == sent.body_hash


@given(NOTICES)
def test_a_notice_survives_its_way(notice: ScoreNotice) -> None:
    """What a validator tells is what the miner learns, hash and all, after JSON."""
    sent = TaskResult.from_domain(notice)
    fields = sent.model_dump(include=set(TaskResult.required_hash_fields))
    read = TaskResult.model_validate(json.loads(json.dumps(fields)))
    assert read.to_domain() == notice
    assert read.body_hash == sent.body_hash


@given(st.sets(st.sampled_from(Discipline)), TEXT.filter(str.isalnum), TEXT.filter(str.isalnum))
def test_health_survives_its_way(known: set[Discipline], status: str, model: str) -> None:
    """What a miner says of itself is what the validator reads."""
    health = Health(status, frozenset(known), model, "1.0")
    fields = HealthCheck.from_domain(health).model_dump(include=set(HEALTH_FIELDS))
    assert HealthCheck.model_validate(json.loads(json.dumps(fields))).to_domain() == health


def test_the_wire_is_the_protocols() -> None:
    """The fields of a ReasoningTask are those of 3-protocol §3.1: the validator's are frozen, the miner's are not."""
    assert {
        "task_id", "problem", "domain", "difficulty", "timeout_seconds", "context", "constraints", "answer_format",
    } == FROZEN_FIELDS  # fmt: skip
    assert {
        "task_id", "reasoning_steps", "final_answer", "artifact", "proof_status", "proof_artifact", "code_artifact",
        "time_taken_ms", "submission_hash",
    } == MINER_FIELDS  # fmt: skip
    assert ReasoningTask.required_hash_fields == ("task_id", "problem", "domain", "difficulty")
    task = ReasoningTask.from_domain(question(1))
    for name in FROZEN_FIELDS:
        with pytest.raises(ValueError, match="frozen"):
            setattr(task, name, getattr(task, name))


@given(st.dictionaries(st.sampled_from(sorted(HEALTH_FIELDS)), JSON))
def test_any_health_is_read_or_refused(fields: dict[str, Any]) -> None:
    """Whatever a miner says of itself is a health of short texts and known disciplines, or a ValueError."""
    try:
        health = HealthCheck.model_validate(fields).to_domain()
    except ValueError:
        return
    assert max(len(health.status), len(health.model), len(health.version)) <= 200
    assert health.supported_disciplines <= set(Discipline)


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_objects_are_read_as_json_reads_them(value: dict[str, Any]) -> None:
    """An object of reasonable depth is read as what it is."""
    assert read_object(json.dumps(value).encode()) == json.loads(json.dumps(value))


@given(st.integers(0, 40), st.sampled_from(['"]]]]"', '"[[[["', '"\\\\"', '"\\"[["', "1"]))
def test_depth_is_counted_outside_of_texts(depth: int, inside: str) -> None:
    """Nesting up to 32 is read and deeper is refused, whatever brackets the texts within hold."""
    body = ('{"a": ' + "[" * depth + inside + "]" * depth + "}").encode()
    if depth < 32:
        assert isinstance(read_object(body), dict)
    else:
        with pytest.raises(UnreadableError, match="deeper"):
            read_object(body)


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\a1 ', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Bytes are an object, or refused with a short sentence."""
    said = ""
    try:
        read_object(body)
    except UnreadableError as error:
        said = str(error)
    assert len(said) <= 200
