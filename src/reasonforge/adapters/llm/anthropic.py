"""A model behind Anthropic's Messages API, or behind a server that speaks it (llama.cpp)."""

import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from random import Random
from typing import Any

import anthropic
import httpx2
from attrs import evolve, frozen

from reasonforge.adapters.llm.accounting import PRICES, Price
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.http_answers import GARBAGE, TIMED_OUT, UNREACHABLE, Answered, answered
from reasonforge.adapters.llm.prompts import reply_schema
from reasonforge.adapters.llm.retrying import Patience, Setback
from reasonforge.adapters.llm.service_reasoner import ServiceReasoner
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer

ANTHROPIC_URL = "https://api.anthropic.com"
_MOST_TOKENS = 16_000
_TEMPERATURE = 0.2
_TOOL = "hand_in"


class Form(IntEnum):
    """How the reply's form is asked for, from the strictest to words alone."""

    SCHEMA = 3
    TOOL = 2
    PLAIN = 1


@frozen
class Dialect:
    """Which of the API's parameters a model or server takes. It learns by refusals."""

    form: Form = Form.SCHEMA
    temperature: bool = True

    def after(self, words: str) -> "Dialect | None":
        """The dialect to try after a refusal in these words; None when they name nothing that could be left out."""
        if "temperature" in words and self.temperature:
            return evolve(self, temperature=False)
        names = {Form.SCHEMA: ("output_config", "output_format", "schema", "structured"), Form.TOOL: ("tool",)}
        if any(name in words for name in names.get(self.form, ())):
            return evolve(self, form=Form(self.form - 1))
        return None


class AnthropicReasoner(ServiceReasoner[Dialect]):
    """Asks through the Messages API: the reply's form by JSON schema at Anthropic's own address, by a tool that must be
    used elsewhere, and by words alone where those are refused; what is refused is remembered.

    One instance belongs to one event loop; close it with `close`.

    Args:
        model: as the service calls it.
        api_key: never shown, logged or repeated; may be empty for a server of one's own.
        rng: spreads the retries.
        base_url: with or without `/v1`; Anthropic's own when None.
        most_tokens: after so many a reply is cut off, thoughts that are not shown included.
        schema: of the reply, in place of the one that fits the address; a narrower one keeps a small model short.
        patience: how often and how long a service that fails is asked again.
        prices: by model; a model without one is counted in tokens alone.
        http_client: for tests and proxies; the SDK's own when None.
    """

    def __init__(
        self,
        model: str,
        api_key: str,
        *,
        clock: Clock,
        rng: Random,
        base_url: str | None = None,
        most_tokens: int = _MOST_TOKENS,
        schema: Mapping[str, Any] | None = None,
        patience: Patience | None = None,
        prices: Mapping[str, Price] = PRICES,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        url = (base_url or ANTHROPIC_URL).rstrip("/").removesuffix("/v1")
        self._most_tokens = most_tokens
        is_anthropic = httpx2.URL(url).host == httpx2.URL(ANTHROPIC_URL).host
        dialect = Dialect(form=Form.SCHEMA if is_anthropic else Form.TOOL)
        super().__init__("anthropic", model, dialect, clock=clock, rng=rng, patience=patience, prices=prices)
        self._schema = dict(schema or reply_schema())
        # The SDK's own retries know no deadline, and it wants some key even where the server wants none.
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key or "none", base_url=url, max_retries=0, http_client=http_client
        )

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, messages: Sequence[Message], dialect: Dialect, seconds: float) -> Answered:
        try:
            response = await self._client.post(
                "/v1/messages",
                cast_to=httpx2.Response,
                body=self._request(messages, dialect),
                options={"timeout": seconds},
            )
        except anthropic.APIStatusError as error:
            return answered(error.response)
        except anthropic.APITimeoutError:
            return TIMED_OUT
        except anthropic.APIConnectionError:
            return UNREACHABLE
        return answered(response)

    def _request(self, messages: Sequence[Message], dialect: Dialect) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "max_tokens": self._most_tokens,
            "system": "\n\n".join(message.text for message in messages if message.role == "system"),
            "messages": [
                {"role": message.role, "content": message.text} for message in messages if message.role != "system"
            ],
        }
        if dialect.temperature:
            body["temperature"] = _TEMPERATURE
        if dialect.form is Form.SCHEMA:
            body["output_config"] = {"format": {"type": "json_schema", "schema": self._schema}}
        elif dialect.form is Form.TOOL:
            tool = {"name": _TOOL, "description": "Hand in the reply.", "input_schema": self._schema}
            body |= {"tools": [tool], "tool_choice": {"type": "tool", "name": _TOOL}}
        return body

    def _read(self, body: Mapping[str, Any]) -> Said | NoAnswer | Setback:
        usage = body.get("usage")
        if isinstance(usage, Mapping):
            self._meter.add(usage.get("input_tokens"), usage.get("output_tokens"))
        content = body.get("content")
        if not isinstance(content, list):
            return GARBAGE
        reason = body.get("stop_reason")
        if reason == "refusal":
            return NoAnswer("the model refused to reply")
        text = "".join(_text(block) for block in content if isinstance(block, Mapping))
        return Said(text, is_whole=reason not in {"max_tokens", "model_context_window_exceeded"})


def _text(block: Mapping[str, Any]) -> str:
    """What a block of the reply says: its text, or what the tool was handed, as JSON."""
    if block.get("type") == "tool_use":
        return json.dumps(block.get("input"), ensure_ascii=False)
    text = block.get("text")
    return text if block.get("type") == "text" and isinstance(text, str) else ""
