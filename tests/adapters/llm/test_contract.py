"""The reasoners behind services keep the port's promises."""

import json
from collections.abc import Sequence
from random import Random

import httpx2

from reasonforge.adapters.llm.anthropic import AnthropicReasoner
from reasonforge.adapters.llm.openai import OpenAiReasoner
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.domain.task import Question
from tests.adapters.llm.service import GOOD_REPLY, QUESTION, Service, refusal
from tests.contracts.reasoner import ReasonerContract

BUSY = refusal(429, retry_after="0.5")


class TestOpenAiReasoner(ReasonerContract):
    def reasoner(self, clock: Clock) -> Reasoner:
        choice = {"message": {"content": json.dumps(dict(GOOD_REPLY))}, "finish_reason": "stop"}
        service = Service(BUSY, BUSY, httpx2.Response(200, json={"choices": [choice]}))
        return OpenAiReasoner(
            "m", "key", clock=clock, rng=Random(7), base_url="http://server.test/v1", http_client=service.client()
        )

    def questions(self) -> Sequence[Question]:
        return (QUESTION,)


class TestAnthropicReasoner(ReasonerContract):
    def reasoner(self, clock: Clock) -> Reasoner:
        block = {"type": "tool_use", "name": "hand_in", "input": dict(GOOD_REPLY)}
        service = Service(
            BUSY, refusal(529), httpx2.Response(200, json={"content": [block], "stop_reason": "tool_use"})
        )
        return AnthropicReasoner(
            "m", "key", clock=clock, rng=Random(7), base_url="http://server.test", http_client=service.client()
        )

    def questions(self) -> Sequence[Question]:
        return (QUESTION,)
