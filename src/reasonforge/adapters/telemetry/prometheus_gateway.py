"""The gateway's figures, and the ASGI layer that measures its requests."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any

from attrs import frozen
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reasonforge.adapters.telemetry.labels import OTHER, REQUEST_BUCKETS, known
from reasonforge.application.ports.clock import Clock

PREFIX = "reasonforge_gateway"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WEBHOOKS = ("delivered", "failed", "given_up")
MOST_ROUTES = 100

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


@frozen
class Backlog:
    """How much is waiting, and for whom.

    Attributes:
        queued: users' tasks that no epoch has taken up yet.
        running: those that one has.
        webhooks: deliveries that are due or being tried again.
        keys: API keys that are valid.
    """

    queued: int = 0
    running: int = 0
    webhooks: int = 0
    keys: int = 0


class GatewayMetrics:
    """What the gateway tells. Routes are templates (`/v1/tasks/{task_id}`): a path with a stranger's words is `other`.

    Args:
        registry: the process's one registry.
        backlog: read at every scrape; it must answer at once and never raise.
        clock: times requests.
    """

    def __init__(self, registry: CollectorRegistry, backlog: Callable[[], Backlog], clock: Clock) -> None:
        self._clock = clock
        registry.register(_Backlog(backlog))

        def counter(name: str, says: str, labels: Iterable[str] = ()) -> Counter:
            return Counter(f"{PREFIX}_{name}", says, tuple(labels), registry=registry)

        self._routes: set[str] = set()
        self._requests = counter("requests_total", "HTTP requests answered.", ["method", "route", "status"])
        self._latency = Histogram(
            f"{PREFIX}_request_seconds",
            "From a request's first byte to the answer's last.",
            ("method", "route"),
            registry=registry,
            buckets=REQUEST_BUCKETS,
        )
        self._open = Gauge(f"{PREFIX}_requests_in_hand", "Requests being answered.", registry=registry)
        self._sockets = Gauge(f"{PREFIX}_websockets", "Open WebSocket connections.", registry=registry)
        self._webhooks = counter("webhooks_total", "Webhook deliveries, each try counted.", ["outcome"])
        self._refused = counter("callers_refused_total", "Requests refused before any work.", ["reason"])

    def count_webhook(self, outcome: str) -> None:
        """One try: `delivered`, `failed` (it is tried again) or `given_up`."""
        self._webhooks.labels(known(outcome, WEBHOOKS)).inc()

    def measured(self, application: Application) -> Application:
        """The same ASGI application, with its requests counted and timed."""

        async def app(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                with self._sockets.track_inprogress():
                    await application(scope, receive, send)
            elif scope["type"] == "http":
                await self._measure(application, scope, receive, send)
            else:
                await application(scope, receive, send)

        return app

    async def _measure(self, application: Application, scope: Message, receive: Receive, send: Send) -> None:
        status = 500

        async def heard(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = self._clock.monotonic()
        try:
            with self._open.track_inprogress():
                await application(scope, receive, heard)
        finally:
            self._count(scope, status, self._clock.monotonic() - began)

    def _count(self, scope: Message, status: int, seconds: float) -> None:
        method = known(scope.get("method", ""), METHODS)
        route = self._route(scope)
        self._requests.labels(method, route, f"{status // 100}xx").inc()
        self._latency.labels(method, route).observe(seconds)
        reason = {401: "no_key", 403: "forbidden", 413: "too_large", 429: "too_often"}.get(status)
        if reason is not None:
            self._refused.labels(reason).inc()

    def _route(self, scope: Message) -> str:
        """The template that the router put into the scope; never more of them than a program has."""
        template = getattr(scope.get("route"), "path", None)
        if not isinstance(template, str):
            return OTHER
        if template not in self._routes:
            if len(self._routes) >= MOST_ROUTES:
                return OTHER
            self._routes.add(template)
        return template


class _Backlog(Collector):
    """Looks when it is asked."""

    def __init__(self, backlog: Callable[[], Backlog]) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._backlog()
        for name, says, figure in (
            ("tasks_queued", "Users' tasks that no epoch has taken up.", found.queued),
            ("tasks_running", "Users' tasks in an epoch.", found.running),
            ("webhooks_waiting", "Webhook deliveries that are due or tried again.", found.webhooks),
            ("api_keys", "Valid API keys.", found.keys),
        ):
            yield GaugeMetricFamily(f"{PREFIX}_{name}", says, figure)
