"""docs/protocol.md says what the code does."""

import hashlib
import json
import re
from importlib import import_module
from typing import Any

import pytest

from reasonforge.adapters.bittensor.sdk import Synapse
from reasonforge.adapters.bittensor.synapses import FROZEN_FIELDS, MINER_FIELDS, HealthCheck, ReasoningTask, TaskResult
from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.adapters.symbolic.work import judge_answer
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.reading import FORMATS, read_answer
from reasonforge.domain.canonical import submission_hash
from reasonforge.domain.receive import ASSUMPTIONS_A_CLAIM, CLAIM_CHARACTERS, CLAIMS_A_STEP, STATUS_CHARACTERS
from reasonforge.domain.reply import SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS
from reasonforge.domain.task import Question
from tests.architecture.protocol_examples import ANSWERS, DOCUMENT, REPLY, SPECIFICATIONS, filled, right_artefact

TEXT = DOCUMENT.read_text()
STEPS = REPLY["reasoning_steps"]
SYNAPSE = Synapse.model_fields.keys()


def fields_under(heading: str) -> set[str]:
    """The names in the first column of the tables of a section."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {name for line in section.splitlines() for name in re.findall(r"^\| `(\w+)`", line)}


def test_the_examples_are_the_code_s() -> None:
    """Formats, schemas and the digest are what the code makes (`python -m tests.architecture.protocol_examples`)."""
    assert filled(TEXT) == TEXT


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("ReasoningTask", FROZEN_FIELDS | MINER_FIELDS),
        ("HealthCheck", HealthCheck.model_fields.keys() - SYNAPSE),
        ("TaskResult", TaskResult.model_fields.keys() - SYNAPSE),
        ("Silences", {reason.value for reason in SilenceReason}),
    ],
)
def test_every_field_is_described(heading: str, fields: Any) -> None:
    """Each table names exactly the fields (or reasons) that there are."""
    assert fields_under(heading) == set(fields)


def test_limits_are_the_code_s() -> None:
    """Every number of the limits stands in the document's table."""
    section = TEXT.split("\n## Limits\n")[1].split("\n## ")[0].replace(",", "")
    numbers = {int(number) for number in re.findall(r"\b[0-9]+\b", section)}
    assert numbers >= {
        DEFAULT_LIMITS.message_bytes,
        DEFAULT_LIMITS.steps,
        DEFAULT_LIMITS.step_characters,
        DEFAULT_LIMITS.answer_characters,
        DEFAULT_LIMITS.proof_bytes,
        DEFAULT_LIMITS.code_bytes,
        DEFAULT_LIMITS.json_depth,
        CLAIMS_A_STEP,
        CLAIM_CHARACTERS,
        ASSUMPTIONS_A_CLAIM,
        STATUS_CHARACTERS,
    }


def test_the_hash_fields_are_the_code_s() -> None:
    """What an Axon's body hash covers is named in the document."""
    assert f"Body hash over: {', '.join(f'`{name}`' for name in ReasoningTask.required_hash_fields)}." in TEXT


def test_the_worked_digest() -> None:
    """The document's digest is SHA-256 over sorted, compact JSON of the six hashed members, as anybody computes it."""
    hashed = {**{name: value for name, value in REPLY.items() if name != "reasoning_steps"}, "steps": STEPS}
    by_hand = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(by_hand).hexdigest() == submission_hash(REPLY)
    assert f"`{submission_hash(REPLY)}`" in TEXT


def test_every_format_has_an_example() -> None:
    """The formats of the examples are those that answers are read from."""
    assert {answer["format"] for answer, _ in ANSWERS} == set(FORMATS)


@pytest.mark.parametrize(("answer", "final"), ANSWERS, ids=[answer["format"] for answer, _ in ANSWERS])
def test_the_example_answers_are_right(answer: Any, final: str) -> None:
    """Each example answer is accepted, and what travels of it does not give its value away."""
    specification = read_answer(answer)
    assert not {"value", "tests", "reference", "any_of"} & set(specification.wire_format())
    if isinstance(specification, ExactAnswer):
        assert specification.check(final).grade == 1.0
    elif answer["format"] not in {"code", "proof"}:
        assert judge_answer({"answer": specification.specification(), "final_answer": final})["grade"] == 1.0


def test_every_check_on_artefacts_has_an_example() -> None:
    """The document has a schema for each check that reads an artefact."""
    assert set(SPECIFICATIONS) == set(CHECKS)


@pytest.mark.parametrize("check", SPECIFICATIONS)
def test_the_example_artefacts_are_right(check: str) -> None:
    """An example artefact fits its schema as far as our own schemas go, and passes the check as the task asks it."""
    specification = SPECIFICATIONS[check]()
    assert specification.check == check
    found = import_module(CHECKS[check]).check(specification.against, right_artefact(check), "")
    assert found.grade == 1.0, found.reason


def test_questions_travel_whole() -> None:
    """A question's every field has a name on the wire that the document knows."""
    question = {attribute.name for attribute in Question.__attrs_attrs__}
    renamed = {"query_id": "task_id", "discipline": "domain"}
    assert {renamed.get(name, name) for name in question} == set(FROZEN_FIELDS)
