"""A service on the other end of the SDKs' HTTP, and the questions put to it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Claim, ReasoningStep
from reasonforge.domain.task import Question

KEY = "sk-secret-8c1f"

QUESTION = Question(
    query_id=QueryId("q-1"),
    problem="A box holds 12 pens. How many pens do 7 boxes hold?",
    discipline=Discipline.MATHEMATICS,
    difficulty=1,
    timeout_seconds=60.0,
    answer_format={"format": "integer"},
)

GOOD_REPLY: Mapping[str, Any] = {
    "steps": [
        {
            "reasoning": "Seven boxes of twelve pens.",
            "evidence": "A box holds 12 pens",
            "confidence": 0.9,
            "claims": [{"lhs": "7*12", "rel": "=", "rhs": "84"}],
            "formal_proof_fragment": "",
        }
    ],
    "final_answer": "84",
    "no_answer_reason": "",
    "proof": "",
    "code": "",
    "artifact": "",
}

GOOD_STEPS = (
    ReasoningStep(1, "Seven boxes of twelve pens.", "A box holds 12 pens", 0.9, "", (Claim("7*12", "=", "84"),)),
)

Behaviour = Callable[[httpx2.Request], Awaitable[httpx2.Response]]


class Service:
    """Answers each request by the next of its behaviours, and by the last for ever; keeps what it was asked."""

    def __init__(self, *behaviours: httpx2.Response | Behaviour) -> None:
        self._behaviours = behaviours
        self.requests: list[httpx2.Request] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        behaviour = self._behaviours[min(len(self.requests), len(self._behaviours) - 1)]
        self.requests.append(request)
        if isinstance(behaviour, httpx2.Response):
            return httpx2.Response(behaviour.status_code, headers=behaviour.headers, content=behaviour.content)
        return await behaviour(request)

    def bodies(self) -> list[dict[str, Any]]:
        """What it was asked, as JSON."""
        return [json.loads(request.content) for request in self.requests]

    def client(self) -> httpx2.AsyncClient:
        """An HTTP client that reaches this service wherever it calls."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self))


def refusal(status: int, message: str = "no", code: str | None = None, **headers: str) -> httpx2.Response:
    """An error as both services word it."""
    error = {"message": message, "type": "some_error", "code": code}
    return httpx2.Response(status, json={"error": error}, headers={k.replace("_", "-"): v for k, v in headers.items()})
