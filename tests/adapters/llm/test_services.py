"""Each way in which a service can fail, by name, through both SDKs."""

import asyncio
import json
import logging
from collections.abc import Callable
from random import Random
from typing import Any

import httpx2
import pytest
from attrs import frozen

from reasonforge.adapters.llm.accounting import Usage
from reasonforge.adapters.llm.anthropic import AnthropicReasoner
from reasonforge.adapters.llm.backends import ServiceReasoner
from reasonforge.adapters.llm.chat import Chat
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.openai import OpenAiReasoner
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from tests.adapters.llm.service import GOOD_REPLY, GOOD_STEPS, KEY, QUESTION, Service, refusal

GOOD = Solution(GOOD_STEPS, "84")
GOOD_TEXT = json.dumps(GOOD_REPLY)
Reading = tuple[Solution | NoAnswer, float, Usage]


@frozen
class Api:
    """One service's way to say things.

    Attributes:
        says: an answer with this text, and whether it was cut off.
        declines: the model's own refusal.
        path: where it is asked.
    """

    make: Callable[..., OpenAiReasoner | AnthropicReasoner]
    model: str
    says: Callable[[str, bool], httpx2.Response]
    declines: httpx2.Response
    path: str
    base_url: str | None = None

    def read(self, service: Service, budget: float = 60.0, clock: Clock | None = None, seed: int = 1) -> Reading:
        """What asking the question comes to, in how many seconds of the clock, and for what usage."""
        clock = clock or MemoryClock()

        async def go() -> Reading:
            reasoner = self.make(
                self.model, KEY, clock=clock, rng=Random(seed), base_url=self.base_url, http_client=service.client()
            )
            start = clock.monotonic()
            found = await reasoner.reason(QUESTION, budget)
            seconds = clock.monotonic() - start
            await reasoner.close()
            return found, seconds, reasoner.usage

        return asyncio.run(go())


def _completion(text: str, cut: bool) -> httpx2.Response:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "length" if cut else "stop",
    }
    return httpx2.Response(
        200,
        json={"choices": [choice], "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}},
    )


def _response(text: str, cut: bool) -> httpx2.Response:
    message = {"type": "message", "content": [{"type": "output_text", "text": text}]}
    return httpx2.Response(
        200,
        json={
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": [{"type": "reasoning", "summary": []}, message],
            "usage": {"input_tokens": 1000, "output_tokens": 200},
        },
    )


def _message(text: str, cut: bool) -> httpx2.Response:
    return httpx2.Response(
        200,
        json={
            "type": "message",
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": "max_tokens" if cut else "end_turn",
            "usage": {"input_tokens": 1000, "output_tokens": 200},
        },
    )


RESPONSES = Api(
    OpenAiReasoner,
    "gpt-4o",
    _response,
    httpx2.Response(
        200,
        json={
            "status": "completed",
            "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}],
        },
    ),
    "https://api.openai.com/v1/responses",
)
COMPLETIONS = Api(
    OpenAiReasoner,
    "gpt-4o",
    _completion,
    httpx2.Response(200, json={"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]}),
    "http://server.test/v1/chat/completions",
    "http://server.test/v1",
)
MESSAGES = Api(
    AnthropicReasoner,
    "claude-sonnet-4-5",
    _message,
    httpx2.Response(200, json={"content": [], "stop_reason": "refusal"}),
    "https://api.anthropic.com/v1/messages",
)
APIS = {"responses": RESPONSES, "completions": COMPLETIONS, "messages": MESSAGES}


@pytest.fixture(params=list(APIS.values()), ids=list(APIS))
def api(request: pytest.FixtureRequest) -> Api:
    found = request.param
    assert isinstance(found, Api)
    return found


def test_a_good_reply_is_a_solution(api: Api) -> None:
    """One call to the service's own path, with the key in its header, the rules and the fenced problem."""
    service = Service(api.says(GOOD_TEXT, False))
    found, _, usage = api.read(service)
    assert found == GOOD
    assert (usage.calls, usage.read, usage.written) == (1, 1000, 200)
    request = service.requests[0]
    assert str(request.url) == api.path
    assert KEY in (request.headers.get("authorization", "") + request.headers.get("x-api-key", ""))
    assert QUESTION.problem in request.content.decode()


def test_usage_is_priced(api: Api) -> None:
    """Known models cost by the table."""
    _, _, usage = api.read(Service(api.says(GOOD_TEXT, False)))
    expected = 1000 * 2.5e-6 + 200 * 10e-6 if api.model == "gpt-4o" else 1000 * 3e-6 + 200 * 15e-6
    assert usage.dollars == pytest.approx(expected)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal(401, f"Incorrect API key provided: {KEY}", "invalid_api_key"), "the service refuses the API key (401"),
        (refusal(403, KEY), "the API key may not use this model (403"),
        (
            refusal(404, "The model does not exist", "model_not_found"),
            "the service does not know this model or address",
        ),
        (refusal(413, "too large"), "the question is larger than the service takes (413"),
        (refusal(400, f"something about {KEY}", "invalid_value"), "the service refuses the request (400"),
        (
            refusal(429, "pay first", "insufficient_quota"),
            "the service's rate limit is reached (429 insufficient_quota)",
        ),
        (httpx2.Response(418, text=f"<html>{KEY}</html>"), "the service refuses the request (418)"),
    ],
)
def test_what_will_not_pass_is_said_at_once(api: Api, answer: httpx2.Response, reason: str) -> None:
    """A refusal that trying again cannot change is one call, no wait, and a reason without the key."""
    service = Service(answer)
    found, seconds, usage = api.read(service)
    assert isinstance(found, NoAnswer)
    assert found.reason.startswith(reason)
    assert KEY not in found.reason
    assert (len(service.requests), seconds, usage.calls) == (1, 0.0, 0)


def test_retry_after_is_honoured(api: Api) -> None:
    """After 429 with Retry-After: 7 the next call comes no sooner than 7 seconds later."""
    found, seconds, _ = api.read(Service(refusal(429, retry_after="7"), api.says(GOOD_TEXT, False)))
    assert found == GOOD
    assert 7.0 <= seconds <= 7.1


def test_a_retry_after_past_the_budget_is_not_waited_for(api: Api) -> None:
    """When the service asks for more patience than there is time, the reason comes at once."""
    service = Service(refusal(429, retry_after="3600"))
    found, seconds, _ = api.read(service)
    assert isinstance(found, NoAnswer)
    assert found.reason.endswith("and no time is left to try again")
    assert (len(service.requests), seconds) == (1, 0.0)


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_failures_of_the_service_pass(api: Api, status: int) -> None:
    """A service that fails three times and then works is a solution, after waits."""
    service = Service(*[refusal(status)] * 3, api.says(GOOD_TEXT, False))
    found, seconds, _ = api.read(service)
    assert found == GOOD
    assert len(service.requests) == 4
    assert 0 < seconds < 60


def test_a_service_that_stays_down_is_given_up(api: Api) -> None:
    """Six failures are the end of patience, and said so."""
    service = Service(refusal(500))
    found, seconds, _ = api.read(service, budget=600.0)
    assert found == NoAnswer("the service is failing (500 some_error), 6 times")
    assert len(service.requests) == 6
    assert seconds < 60


def test_waits_are_drawn_by_the_seed(api: Api) -> None:
    """The same seed waits the same, another one differently."""
    waits = [api.read(Service(refusal(500)), 600.0, seed=seed)[1] for seed in (1, 1, 2)]
    assert waits[0] == waits[1] != waits[2]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(httpx2.ConnectError, "the service cannot be reached, 6 times"), (httpx2.ReadTimeout, "in time, 6 times")],
)
def test_a_lost_connection_is_tried_again(api: Api, error: type[httpx2.TransportError], reason: str) -> None:
    """Connections that fail are tried again, and named when they keep failing."""

    async def broken(request: httpx2.Request) -> httpx2.Response:
        message = f"{KEY} on the wire"
        raise error(message, request=request)

    found, _, _ = api.read(Service(broken), 600.0)
    assert isinstance(found, NoAnswer)
    assert found.reason.endswith(reason)
    once, _, _ = api.read(Service(broken, api.says(GOOD_TEXT, False)))
    assert once == GOOD


def test_an_answer_slower_than_the_budget_is_no_answer(api: Api) -> None:
    """A service that never ends its answer is left when the budget has passed, by the wall clock."""

    async def never(_request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    found, seconds, _ = api.read(Service(never), 0.2, SystemClock())
    assert found == NoAnswer("the model did not reply within the time there was")
    assert 0.2 <= seconds < 1.0


def test_no_budget_is_no_call(api: Api) -> None:
    """With no time at all nothing is asked."""
    service = Service(api.says(GOOD_TEXT, False))
    assert api.read(service, 0.0)[0] == NoAnswer("no time was left to ask the model")
    assert service.requests == []


def test_a_truncated_reply_is_repaired(api: Api) -> None:
    """JSON cut off at the token limit is asked for once more, and the model is told that it was too long."""
    service = Service(api.says(GOOD_TEXT[:90], True), api.says(GOOD_TEXT, False))
    found, _, usage = api.read(service)
    assert found == GOOD
    assert usage.calls == 2
    second = service.requests[1].content.decode()
    assert "fewer and shorter steps" in second
    assert "fewer and shorter steps" not in service.requests[0].content.decode()
    assert json.dumps(GOOD_TEXT[:90])[1:-1] in second


@pytest.mark.parametrize("text", ["", "It is 84, I think.", GOOD_TEXT[:-30], '{"final_answer": ""}'])
def test_one_repair_and_no_more(api: Api, text: str) -> None:
    """A model that cannot be brought to a usable reply is asked twice; then that is the reason."""
    service = Service(api.says(text, False))
    found, _, _ = api.read(service)
    assert isinstance(found, NoAnswer)
    assert found.reason.startswith("the model's reply could not be used: ")
    assert len(service.requests) == 2


def test_a_refusal_of_the_model_is_no_answer(api: Api) -> None:
    """A model that declines is not pressed."""
    service = Service(api.declines)
    assert api.read(service)[0] == NoAnswer("the model refused to reply")
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xffgarbage", b"", b"[1, 2]", b'"text"', b"[" * 50_000, b'{"choices": 7, "output": null, "content": {}}',
        b'data: {"delta": 1}\n\ndata: [DONE]\n\n', b"<html>welcome</html>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
def test_a_stream_of_garbage_is_no_answer(api: Api, body: bytes, content_type: str) -> None:
    """Whatever a service sends with status 200, it ends in a reason and never in an exception."""
    garbage = httpx2.Response(200, content=body, headers={"content-type": content_type})
    found, _, _ = api.read(Service(garbage), 600.0)
    assert isinstance(found, NoAnswer)


def test_the_content_filter_is_named() -> None:
    """A reply withheld by the content filter is no answer, at either of OpenAI's interfaces."""
    reason = NoAnswer("the service's content filter withheld the reply")
    choice = {"message": {"content": ""}, "finish_reason": "content_filter"}
    assert COMPLETIONS.read(Service(httpx2.Response(200, json={"choices": [choice]})))[0] == reason
    withheld = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": []}
    assert RESPONSES.read(Service(httpx2.Response(200, json=withheld)))[0] == reason


@pytest.mark.parametrize(
    ("api_name", "message", "field"),
    [
        ("completions", "'response_format' of type json_schema is not supported", "response_format"),
        ("responses", "Invalid parameter: 'text.format' of type 'json_schema' is not supported", "text"),
    ],
)
def test_schema_unsupported_falls_back(api_name: str, message: str, field: str) -> None:
    """A server that refuses a JSON schema is asked for a JSON object, then for plain text, and it is remembered."""
    api = APIS[api_name]

    async def go() -> tuple[list[Any], list[Solution | NoAnswer]]:
        service = Service(refusal(400, message), refusal(400, message), api.says(GOOD_TEXT, False))
        clock = MemoryClock()
        reasoner = OpenAiReasoner(
            api.model, KEY, clock=clock, rng=Random(1), base_url=api.base_url, http_client=service.client()
        )
        found = [await reasoner.reason(QUESTION, 60.0) for _ in range(2)]
        await reasoner.close()
        forms = [body.get(field, {}) for body in service.bodies()]
        return [form.get("format", form).get("type") for form in forms], found

    assert asyncio.run(go()) == (["json_schema", "json_object", None, None], [GOOD, GOOD])


def test_anthropic_falls_back_to_a_tool_and_to_words() -> None:
    """Where an output schema is refused the reply is asked for by a tool, whose input is read; then by words alone."""
    handed_in = {
        "content": [{"type": "tool_use", "name": "hand_in", "input": dict(GOOD_REPLY)}],
        "stop_reason": "tool_use",
    }
    service = Service(
        refusal(400, "output_config: extra inputs are not permitted"), httpx2.Response(200, json=handed_in)
    )
    assert MESSAGES.read(service)[0] == GOOD
    assert [("output_config" in body, "tools" in body) for body in service.bodies()] == [(True, False), (False, True)]
    service = Service(
        refusal(400, "structured outputs unknown"), refusal(400, "tools unknown"), _message(GOOD_TEXT, False)
    )
    assert MESSAGES.read(service)[0] == GOOD
    assert "tools" not in service.bodies()[2]


def test_temperature_refused_is_left_out(api: Api) -> None:
    """A model that takes no temperature is asked without."""
    service = Service(refusal(400, "Unsupported parameter: 'temperature'"), api.says(GOOD_TEXT, False))
    assert api.read(service)[0] == GOOD
    assert ["temperature" in body for body in service.bodies()] == [True, False]


def test_reasoning_models_are_not_asked_for_a_temperature() -> None:
    """OpenAI's reasoning models get none in the first place."""
    service = Service(_response(GOOD_TEXT, False))

    async def go() -> None:
        client = service.client()
        reasoner = OpenAiReasoner("o4-mini", KEY, clock=MemoryClock(), rng=Random(1), http_client=client)
        await reasoner.reason(QUESTION, 60.0)
        await reasoner.close()

    asyncio.run(go())
    assert "temperature" not in service.bodies()[0]


def test_the_limit_of_tokens_is_called_as_the_server_has_it() -> None:
    """`max_tokens` refused becomes `max_completion_tokens`, and nothing where that is refused too."""
    message = "Use 'max_completion_tokens' instead of 'max_tokens'"
    service = Service(refusal(400, message), refusal(400, message), _completion(GOOD_TEXT, False))
    assert COMPLETIONS.read(service)[0] == GOOD
    names = [sorted(name for name in body if name.startswith("max_")) for body in service.bodies()]
    assert names == [["max_tokens"], ["max_completion_tokens"], []]


def test_the_key_is_shown_nowhere(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the reasoner's repr and name nor anything logged at DEBUG holds the API key."""
    caplog.set_level(logging.DEBUG)
    service = Service(refusal(500, KEY), refusal(401, KEY))
    found, _, _ = api.read(service)
    reasoner: ServiceReasoner = api.make(api.model, KEY, clock=MemoryClock(), rng=Random(1), base_url=api.base_url)
    asyncio.run(reasoner.close())
    assert KEY not in f"{reasoner!r} {reasoner.name} {found}"
    assert len(service.requests) == 2
    assert any(record.name.startswith(("openai", "anthropic")) for record in caplog.records)
    assert KEY not in caplog.text


def test_calls_side_by_side_share_what_was_learned() -> None:
    """Eight questions at once all get their solution from a server that knows neither schema nor temperature."""

    async def simple(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        await asyncio.sleep(0)
        if "response_format" in body:
            return refusal(400, "response_format is not supported")
        return refusal(422, "temperature is not supported") if "temperature" in body else _completion(GOOD_TEXT, False)

    async def go() -> list[Solution | NoAnswer]:
        service = Service(simple)
        reasoner = OpenAiReasoner(
            "m", "", clock=MemoryClock(), rng=Random(1), base_url="http://s.test/v1", http_client=service.client()
        )
        found = await asyncio.gather(*(reasoner.reason(QUESTION, 60.0) for _ in range(8)))
        assert reasoner.usage == Usage(8, 8000, 1600, None)
        await reasoner.close()
        return found

    assert asyncio.run(go()) == [GOOD] * 8


def test_a_service_is_a_chat(api: Api) -> None:
    """What is said comes back as it was written, so that other reasoners can talk through the same service."""

    async def go() -> Said | NoAnswer:
        clock = MemoryClock()
        service = Service(api.says("Good day.", True))
        chat: Chat = api.make(
            api.model, KEY, clock=clock, rng=Random(1), base_url=api.base_url, http_client=service.client()
        )
        return await chat.speak([Message("system", "Be polite."), Message("user", "Greet.")], clock.monotonic() + 5.0)

    assert asyncio.run(go()) == Said("Good day.", is_whole=False)


@pytest.mark.parametrize("base_url", ["http://server.test", "http://server.test/v1", "http://server.test/v1/"])
def test_an_anthropic_address_may_end_in_v1(base_url: str) -> None:
    """Operators write the address with and without `/v1`; both are the same."""
    service = Service(_message(GOOD_TEXT, False))
    found = Api(AnthropicReasoner, "m", _message, MESSAGES.declines, "", base_url).read(service)[0]
    assert (found, str(service.requests[0].url)) == (GOOD, "http://server.test/v1/messages")
