"""What `--miner.backend` stands for."""

import asyncio
from random import Random

import pytest

from reasonforge.adapters.llm.backends import BACKENDS, default_key_variable, default_model, reasoner_from
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.domain.errors import OperatorError

SECRET = "sk-secret-55"  # noqa: S105 - what must not be shown, and no key of anybody


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_has_a_model_and_a_key(backend: str) -> None:
    """Each backend is made with its own default model, and named by both."""

    async def go() -> str:
        reasoner = reasoner_from(backend, api_key=SECRET, clock=MemoryClock(), rng=Random(1))
        await reasoner.close()
        return reasoner.name

    assert asyncio.run(go()) == f"{backend}/{default_model(backend)}"
    assert default_key_variable(backend) == f"{backend.upper()}_API_KEY"


def test_the_specified_default() -> None:
    """The default of the default backend is the specification's."""
    assert default_model("openai") == "gpt-4o"


def test_a_server_of_ones_own_needs_no_key() -> None:
    """With an address of its own a backend can be made without a key."""

    async def go() -> str:
        reasoner = reasoner_from(
            "openai", api_key="", model="qwen", base_url="http://127.0.0.1:9/v1", clock=MemoryClock(), rng=Random(1)
        )
        await reasoner.close()
        return reasoner.name

    assert asyncio.run(go()) == "openai/qwen"


@pytest.mark.parametrize(
    ("backend", "key", "base_url", "message"),
    [
        ("gemini", SECRET, None, "--miner.backend 'gemini' is none of openai, anthropic"),
        ("openai", " ", None, "set OPENAI_API_KEY"),
        ("anthropic", "", None, "set ANTHROPIC_API_KEY"),
        ("openai", SECRET, "localhost:8000", "must begin with http:// or https://"),
        ("openai", SECRET, "http://", "is no address"),
        ("anthropic", SECRET, "http://[1", "is no address"),
        ("anthropic", f"{SECRET}\n", None, "a character that no HTTP header may"),
    ],
)
def test_what_the_operator_must_mend(backend: str, key: str, base_url: str | None, message: str) -> None:
    """What cannot work is refused when it is made, with what to set and without the key."""
    with pytest.raises(OperatorError) as raised:
        reasoner_from(backend, api_key=key, base_url=base_url, clock=MemoryClock(), rng=Random(1))
    assert message in str(raised.value)
    assert SECRET not in str(raised.value)
