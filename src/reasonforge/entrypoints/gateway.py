"""`reasonforge-gateway`: the subnet as a service, over the store that it shares with a validator."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from attrs import define, field

from reasonforge import __version__
from reasonforge.adapters.http.app import gateway_app
from reasonforge.adapters.http.bounds import RateRules
from reasonforge.adapters.http.dashboard import dashboard_router
from reasonforge.adapters.http.server import serving
from reasonforge.adapters.http.webhook_sender import HttpxWebhookSender
from reasonforge.adapters.sqlalchemy.backlog import SqlAlchemyBacklog
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.adapters.telemetry.exposition import PATH, CollectorRegistry, metrics_page
from reasonforge.adapters.telemetry.page_server import PageServer
from reasonforge.adapters.telemetry.prometheus_gateway import Backlog, GatewayMetrics
from reasonforge.adapters.telemetry.prometheus_process import ProcessMetrics
from reasonforge.application.gateway.deliver_webhooks import DeliverWebhooks
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Severity
from reasonforge.domain.errors import StoreFault
from reasonforge.entrypoints.gateway_container import Gateway, GatewayAdapters
from reasonforge.entrypoints.gateway_secret import pepper_of
from reasonforge.entrypoints.journal import Journal
from reasonforge.entrypoints.process import journal_of, run_process
from reasonforge.entrypoints.settings import GatewaySettings, read_settings

PROGRAM = "reasonforge-gateway"
WEBHOOK_SECONDS = 1.0
COUNT_SECONDS = 5.0
WATCHDOG_SECONDS = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run the gateway until it is stopped; the exit code."""
    return run_process(PROGRAM, lambda: _serve(read_settings(GatewaySettings, PROGRAM, arguments)))


def run() -> None:
    """The console script."""
    sys.exit(main())


def words(listed: str) -> frozenset[str]:
    """The members of a comma-separated list."""
    return frozenset(one.strip() for one in listed.split(",") if one.strip())


@define
class _Counted:
    """The backlog as it was last counted, for the scraper, who does not wait."""

    backlog: Backlog = field(factory=Backlog)


async def _serve(settings: GatewaySettings) -> None:
    pepper = pepper_of(settings.api_key_secret.get_secret_value())
    journal = journal_of(settings, "gateway")
    clock, registry, counted = SystemClock(), CollectorRegistry(), _Counted()
    metrics = GatewayMetrics(registry, lambda: counted.backlog, clock)
    ProcessMetrics(registry, "reasonforge_gateway", __version__)
    async with AsyncExitStack() as stack:
        database = stack.enter_context(open_database(settings.state_db, claim=False))
        container = Gateway(
            adapters=GatewayAdapters(
                database=database,
                clock=clock,
                pepper=pepper,
                webhook_sender=await stack.enter_async_context(HttpxWebhookSender()),
            ),
            plain_hosts=words(settings.webhook_hosts),
            most_queued=settings.most_queued,
            draw=secrets.token_bytes,
        )
        container.check_dependencies()
        if settings.metrics_port:
            pages = PageServer({PATH: metrics_page(registry)})
            await stack.enter_async_context(pages.listening(settings.metrics_host, settings.metrics_port))
        rates = RateRules(settings.requests_per_minute, 2 * settings.requests_per_minute)
        services = container.services()
        app = gateway_app(
            services,
            rates=rates,
            cors_origins=sorted(words(settings.cors_origins)),
            pages=[dashboard_router()],
        )
        manager = ServiceManager.of_environment()
        await stack.enter_async_context(
            _in_background(
                _deliver(container.deliver_webhooks(), journal, clock),
                _count(SqlAlchemyBacklog(database), counted, clock),
                _feed(manager, clock),
            )
        )
        port = await stack.enter_async_context(
            serving(metrics.measured(app), settings.host, settings.port, services.broadcast.close_readers)
        )
        stack.callback(manager.stopping)
        journal.note("serving", address=f"http://{settings.host}:{port}", store=database.named)
        manager.ready(f"serving at {settings.host}:{port}")
        await asyncio.Event().wait()


@asynccontextmanager
async def _in_background(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _deliver(deliver: DeliverWebhooks, journal: Journal, clock: Clock) -> None:
    """Rounds over the outbox, without a pause while there is something in it."""
    told = ""
    while True:
        try:
            sent = await deliver()
            told = ""
        except StoreFault as fault:
            sent = 0
            if str(fault) != told:
                told = str(fault)
                journal.note(f"webhooks wait: {fault}", Severity.WARNING)
        if not sent:
            await clock.sleep(WEBHOOK_SECONDS)


async def _count(backlog: SqlAlchemyBacklog, counted: _Counted, clock: Clock) -> None:
    while True:
        try:
            found = await backlog.count()
            counted.backlog = Backlog(found.queued, found.running, found.webhooks, found.keys)
        except StoreFault:
            counted.backlog = Backlog()
        await clock.sleep(COUNT_SECONDS)


async def _feed(manager: ServiceManager, clock: Clock) -> None:
    while True:
        manager.alive()
        await clock.sleep(WATCHDOG_SECONDS)


if __name__ == "__main__":
    run()
