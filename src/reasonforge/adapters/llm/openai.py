"""A model behind OpenAI's API, or behind a server that speaks it (vLLM, DeepSeek, llama.cpp)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from random import Random
from typing import Any

import httpx2
import openai
from attrs import evolve, frozen

from reasonforge.adapters.llm.accounting import PRICES, Price
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.http_answers import GARBAGE, TIMED_OUT, UNREACHABLE, Answered, answered
from reasonforge.adapters.llm.prompts import grammar_schema, reply_schema
from reasonforge.adapters.llm.retrying import Patience, Setback
from reasonforge.adapters.llm.service_reasoner import ServiceReasoner
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer

OPENAI_URL = "https://api.openai.com/v1"
_MOST_TOKENS = 16_000
_TEMPERATURE = 0.2
_WITHOUT_TEMPERATURE = ("o1", "o3", "o4", "gpt-5")
_SCHEMA_NAME = "reasoned_reply"


class Form(IntEnum):
    """How the reply's form is asked for, from the strictest to words alone."""

    SCHEMA = 3
    OBJECT = 2
    PLAIN = 1


@frozen
class Dialect:
    """Which of the API's parameters a server takes. It starts with what it should take, and learns by refusals.

    Attributes:
        limit: the name of the parameter that bounds what is written; "" when none is sent.
    """

    form: Form = Form.SCHEMA
    temperature: bool = True
    limit: str = "max_tokens"

    def after(self, words: str) -> "Dialect | None":
        """The dialect to try after a refusal in these words; None when they name nothing that could be left out."""
        if "temperature" in words and self.temperature:
            return evolve(self, temperature=False)
        if self.limit and ("max_tokens" in words or "max_completion_tokens" in words):
            return evolve(self, limit="max_completion_tokens" if self.limit == "max_tokens" else "")
        names_form = any(name in words for name in ("response_format", "json", "schema", "grammar", "text.format"))
        if names_form and self.form is not Form.PLAIN:
            return evolve(self, form=Form(self.form - 1))
        return None


class OpenAiReasoner(ServiceReasoner[Dialect]):
    """Asks through the Responses API where the address is OpenAI's own, and through Chat Completions elsewhere.

    The reply's form is asked for by JSON schema; a server that refuses it is asked for a JSON object, then by words
    alone, and what it refuses is remembered. Nothing is kept at the service (`store` is off).
    One instance belongs to one event loop; close it with `close`.

    Args:
        model: as the service calls it.
        api_key: never shown, logged or repeated; may be empty for a server of one's own.
        rng: spreads the retries.
        base_url: up to and with `/v1`; OpenAI's own when None.
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
        url = base_url or OPENAI_URL
        self._most_tokens = most_tokens
        self._is_openai = httpx2.URL(url).host == httpx2.URL(OPENAI_URL).host
        dialect = Dialect(temperature=not (self._is_openai and model.startswith(_WITHOUT_TEMPERATURE)))
        super().__init__("openai", model, dialect, clock=clock, rng=rng, patience=patience, prices=prices)
        self._schema = dict(schema or (reply_schema() if self._is_openai else grammar_schema()))
        # The SDK's own retries know no deadline, and it wants some key even where the server wants none.
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none", base_url=url, max_retries=0, http_client=http_client
        )

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, messages: Sequence[Message], dialect: Dialect, seconds: float) -> Answered:
        path, body = self._request(messages, dialect)
        try:
            response = await self._client.post(path, cast_to=httpx2.Response, body=body, options={"timeout": seconds})
        except openai.APIStatusError as error:
            return answered(error.response)
        except openai.APITimeoutError:
            return TIMED_OUT
        except openai.APIConnectionError:
            return UNREACHABLE
        return answered(response)

    def _request(self, messages: Sequence[Message], dialect: Dialect) -> tuple[str, dict[str, Any]]:
        turns = [{"role": message.role, "content": message.text} for message in messages]
        body: dict[str, Any] = {"model": self._model}
        if dialect.temperature:
            body["temperature"] = _TEMPERATURE
        if self._is_openai:
            body |= {"input": turns, "store": False}
            if dialect.limit:
                body["max_output_tokens"] = self._most_tokens
            if dialect.form is Form.SCHEMA:
                schema = {"type": "json_schema", "name": _SCHEMA_NAME, "strict": True, "schema": self._schema}
                body["text"] = {"format": schema}
            elif dialect.form is Form.OBJECT:
                body["text"] = {"format": {"type": "json_object"}}
            return "/responses", body
        body["messages"] = turns
        if dialect.limit:
            body[dialect.limit] = self._most_tokens
        if dialect.form is Form.SCHEMA:
            schema = {"name": _SCHEMA_NAME, "strict": True, "schema": self._schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif dialect.form is Form.OBJECT:
            body["response_format"] = {"type": "json_object"}
        return "/chat/completions", body

    def _read(self, body: Mapping[str, Any]) -> Said | NoAnswer | Setback:
        return self._read_response(body) if self._is_openai else self._read_completion(body)

    def _read_response(self, body: Mapping[str, Any]) -> Said | NoAnswer | Setback:
        usage = _mapping(body.get("usage"))
        if usage:
            self._meter.add(usage.get("input_tokens"), usage.get("output_tokens"))
        if body.get("status") == "failed":
            return Setback("the service failed while the model was writing", may_pass=True)
        parts = [
            _mapping(part)
            for item in _list(body.get("output"))
            if _mapping(item).get("type") == "message"
            for part in _list(_mapping(item).get("content"))
        ]
        if any(part.get("type") == "refusal" for part in parts):
            return NoAnswer("the model refused to reply")
        cut = _mapping(body.get("incomplete_details")).get("reason")
        if cut == "content_filter":
            return NoAnswer("the service's content filter withheld the reply")
        text = "".join(_text(part.get("text")) for part in parts if part.get("type") == "output_text")
        return Said(text, is_whole=body.get("status") != "incomplete") if "output" in body else GARBAGE

    def _read_completion(self, body: Mapping[str, Any]) -> Said | NoAnswer | Setback:
        usage = _mapping(body.get("usage"))
        if usage:
            self._meter.add(usage.get("prompt_tokens"), usage.get("completion_tokens"))
        choices = _list(body.get("choices"))
        if not choices:
            return GARBAGE
        choice = _mapping(choices[0])
        message = _mapping(choice.get("message"))
        if message.get("refusal"):
            return NoAnswer("the model refused to reply")
        if choice.get("finish_reason") == "content_filter":
            return NoAnswer("the service's content filter withheld the reply")
        return Said(_text(message.get("content")), is_whole=choice.get("finish_reason") != "length")


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _text(given: object) -> str:
    """A text, or the texts of a list of parts, as some servers give it."""
    if isinstance(given, list):
        return "".join(_text(_mapping(part).get("text")) for part in given)
    return given if isinstance(given, str) else ""
