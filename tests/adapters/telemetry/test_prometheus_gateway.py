"""The gateway's figures, over a small ASGI application."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen
from prometheus_client import CollectorRegistry

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.telemetry.prometheus_gateway import MOST_ROUTES, Backlog, GatewayMetrics, Message
from tests.adapters.telemetry.scraped import labelled, of, scraped

G = "reasonforge_gateway_"


@frozen
class Route:
    path: str


async def receive() -> Message:
    return {"type": "http.request"}


async def send(_message: Message) -> None:
    """Where answers go."""


def answering(status: int, route: str | None, clock: MemoryClock, seconds: float = 0.0) -> Any:
    async def application(scope: Message, _receive: Any, send: Any) -> None:
        if route is not None:
            scope["route"] = Route(route)
        clock.advance(seconds)
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    return application


def called(metrics: GatewayMetrics, application: Any, scope: dict[str, Any]) -> None:
    async def call() -> None:
        await metrics.measured(application)(scope, receive, send)

    asyncio.run(call())


def request(metrics: GatewayMetrics, application: Any, method: str = "GET", **scope: Any) -> None:
    called(metrics, application, {"type": "http", "method": method, **scope})


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry, clock: MemoryClock) -> GatewayMetrics:
    return GatewayMetrics(registry, lambda: Backlog(queued=2, running=3, webhooks=4, keys=5), clock)


def test_requests_are_counted_by_route_template(
    metrics: GatewayMetrics, registry: CollectorRegistry, clock: MemoryClock
) -> None:
    """The router's template, not the path; and the time to the answer's end."""
    request(metrics, answering(200, "/v1/tasks/{task_id}", clock, 0.25), path="/v1/tasks/7f3a")
    found = scraped(registry)
    assert of(found, f"{G}requests_total", method="GET", route="/v1/tasks/{task_id}", status="2xx") == 1
    assert of(found, f"{G}request_seconds_sum", method="GET", route="/v1/tasks/{task_id}") == 0.25
    assert of(found, f"{G}requests_in_hand") == 0


def test_a_path_that_no_route_has_is_other(
    metrics: GatewayMetrics, registry: CollectorRegistry, clock: MemoryClock
) -> None:
    """However many paths and methods a scanner tries, they are one series."""
    for number in range(50):
        request(metrics, answering(404, None, clock), f"METHOD{number}", path=f"/wp-admin/{number}")
    assert labelled(scraped(registry), f"{G}requests_total") == {
        (("method", "other"), ("route", "other"), ("status", "4xx")): 50
    }


def test_templates_are_bounded_too(metrics: GatewayMetrics, registry: CollectorRegistry, clock: MemoryClock) -> None:
    """An application that made a route a request would not fill the registry."""
    for number in range(MOST_ROUTES + 50):
        request(metrics, answering(200, f"/{number}", clock))
    assert len(labelled(scraped(registry), f"{G}requests_total")) == MOST_ROUTES + 1


@pytest.mark.parametrize(("status", "reason"), [(401, "no_key"), (429, "too_often"), (413, "too_large")])
def test_refused_callers_are_counted(
    metrics: GatewayMetrics, registry: CollectorRegistry, clock: MemoryClock, status: int, reason: str
) -> None:
    """By why they were refused."""
    request(metrics, answering(status, "/v1/tasks", clock))
    assert of(scraped(registry), f"{G}callers_refused_total", reason=reason) == 1


def test_an_application_that_breaks_is_a_500_and_still_breaks(
    metrics: GatewayMetrics, registry: CollectorRegistry
) -> None:
    """The error goes on to whoever handles it; the request is counted."""

    async def broken(_scope: Message, _receive: Any, _send: Any) -> None:
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        request(metrics, broken)
    assert of(scraped(registry), f"{G}requests_total", method="GET", route="other", status="5xx") == 1


def test_sockets_webhooks_and_what_waits(metrics: GatewayMetrics, registry: CollectorRegistry) -> None:
    """WebSockets while they are open, deliveries by outcome, the backlog at every scrape."""
    open_at_once: list[float] = []

    async def application(_scope: Mapping[str, Any], _receive: Any, _send: Any) -> None:
        open_at_once.append(of(scraped(registry), f"{G}websockets"))

    called(metrics, application, {"type": "websocket"})
    for outcome in ("delivered", "failed", "failed", "a stranger's word"):
        metrics.count_webhook(outcome)
    found = scraped(registry)
    assert (open_at_once, of(found, f"{G}websockets")) == ([1.0], 0.0)
    assert {dict(labels)["outcome"]: n for labels, n in labelled(found, f"{G}webhooks_total").items()} == {
        "delivered": 1,
        "failed": 2,
        "other": 1,
    }
    waiting = {name: of(found, f"{G}{name}") for name in ("tasks_queued", "tasks_running", "webhooks_waiting")}
    assert waiting == {"tasks_queued": 2, "tasks_running": 3, "webhooks_waiting": 4}
    assert of(found, f"{G}api_keys") == 5
