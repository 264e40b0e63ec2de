"""`reasonforge demo --serve`: the demo's subnet behind a gateway with its dashboard, until it is stopped."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from attrs import frozen
from typer import echo

from reasonforge.adapters.http.app import gateway_app
from reasonforge.adapters.http.dashboard import dashboard_router
from reasonforge.adapters.http.server import serving
from reasonforge.adapters.http.webhook_sender import HttpxWebhookSender
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.application.gateway.issue_key import IssueKey
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.access_key import Tier
from reasonforge.entrypoints.gateway_container import Gateway, GatewayAdapters
from reasonforge.entrypoints.public_events import PublicEvents

HOST = "127.0.0.1"
_PEPPER_BYTES = 32
_EXAMPLE = "congruences"


@frozen
class Offer:
    """What somebody needs to use a served demo."""

    address: str
    key: str

    def told(self) -> str:
        """For people, with a command to paste."""
        family = next(one for one in ANYWHERE if one.name == _EXAMPLE)
        problem = pose(family, "an example", 3).statement.replace("'", "\u2019")
        return (
            f"Dashboard: {self.address}/\n"
            f"API:       {self.address}/docs\n"
            f"Key:       {self.key}\n"
            "Try:       "
            f"REASONFORGE_API_KEY={self.key} reasonforge submit --gateway {self.address} --wait '{problem}'\n"
            "Ctrl-C stops it.\n"
        )


@frozen
class Showing:
    """What the subnet's side has to know of being served."""

    stopped: threading.Event
    pause: float

    async def between_epochs(self) -> bool:
        """Wait for the next epoch's time; whether there is to be one."""
        return not await asyncio.to_thread(self.stopped.wait, self.pause)

    @asynccontextmanager
    async def publishing(self, database: Path) -> AsyncIterator[Telemetry]:
        """Telemetry whose events the gateway's stream shows."""
        clock = SystemClock()
        with open_database(database, claim=False) as opened:
            public = PublicEvents(SqlAlchemyEventLog(opened), clock)
            async with public.writing():
                yield public


async def serve_demo(database: Path, port: int, pause: float, story: Callable[[Showing], Awaitable[None]]) -> None:
    """Serve `database` at `port` (0: any) and tell `story`, in a thread with a loop of its own, until cancelled.

    An epoch computes for a second at a time; beside the gateway on one loop it would keep callers waiting.

    Raises:
        OperatorError: the port is taken.
    """
    showing = Showing(threading.Event(), pause)
    async with _gateway(database, port) as offer:
        echo(offer.told())
        told = asyncio.ensure_future(asyncio.to_thread(asyncio.run, _awaited(story, showing)))
        try:
            await asyncio.shield(told)
            await asyncio.Event().wait()  # the epochs that were asked for are over; the gateway stays
        finally:
            showing.stopped.set()
            await asyncio.wait({told})


async def _awaited(story: Callable[[Showing], Awaitable[None]], showing: Showing) -> None:
    await story(showing)


@asynccontextmanager
async def _gateway(database: Path, port: int) -> AsyncIterator[Offer]:
    clock, pepper = SystemClock(), secrets.token_bytes(_PEPPER_BYTES)
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(open_database(database, claim=False))
        adapters = GatewayAdapters(
            database=opened,
            clock=clock,
            pepper=pepper,
            webhook_sender=await stack.enter_async_context(HttpxWebhookSender()),
        )
        container = Gateway(adapters=adapters, draw=secrets.token_bytes)
        container.check_dependencies()
        issued = await IssueKey(adapters.keys(), clock, pepper, secrets.token_bytes)(Tier.ENTERPRISE, "demo", None)
        services = container.services()
        app = gateway_app(services, pages=[dashboard_router()])
        bound = await stack.enter_async_context(serving(app, HOST, port, services.broadcast.close_readers))
        yield Offer(f"http://{HOST}:{bound}", issued.text)
