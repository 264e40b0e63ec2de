"""What an operator sees of a running neuron, put together: log, metrics, traces, health pages, and who started it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from attrs import frozen

from reasonforge import __version__
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.adapters.telemetry.exposition import PATH, CollectorRegistry, metrics_page
from reasonforge.adapters.telemetry.fan_out import FanOut
from reasonforge.adapters.telemetry.otlp import exported_spans
from reasonforge.adapters.telemetry.page_server import PageServer, Show
from reasonforge.adapters.telemetry.prometheus_process import ProcessMetrics
from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Severity
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.entrypoints.journal import Journal
from reasonforge.entrypoints.noticeboard import Neuron, Noticeboard
from reasonforge.entrypoints.pulse import Pulse
from reasonforge.entrypoints.settings import NeuronSettings

LOCAL_CHAIN_SECONDS = 1.0


@frozen
class Observation:
    """One process's.

    Attributes:
        telemetry: where events go: spans, the journal, metrics and the noticeboard, none of which can break another.
        registry: the process's one registry.
    """

    journal: Journal
    telemetry: FanOut
    registry: CollectorRegistry
    board: Noticeboard
    manager: ServiceManager

    def works(self, uid: Uid, status: str) -> None:
        """From now on it does its work."""
        self.journal.log.bind(uid=uid)
        self.journal.log.adopt_others()  # what was started meanwhile gave its loggers handlers of their own
        self.board.started = True
        self.manager.ready(status)


@asynccontextmanager
async def observed(
    settings: NeuronSettings,
    journal: Journal,
    clock: Clock,
    *,
    kind: Neuron,
    hotkey: Hotkey,
    registry: CollectorRegistry,
    figures: Telemetry,
    health_port: int = 0,
) -> AsyncIterator[Observation]:
    """Observe a neuron from its start to its end: `figures` are its own metrics, in `registry`, the process's one.

    Health pages are beside the metrics, and at `health_port` too, where that is not 0.

    Raises:
        OperatorError: a port that is taken, or a collector's address that is none.
    """
    manager = ServiceManager.of_environment()
    board = Noticeboard(kind, hotkey, clock)
    sinks: list[Telemetry] = [journal, figures, ProcessMetrics(registry, f"reasonforge_{kind}", __version__), board]
    async with AsyncExitStack() as stack:
        if settings.otel_endpoint:
            spans = stack.enter_context(
                exported_spans(settings.otel_endpoint, f"reasonforge-{kind}", __version__, clock)
            )
            journal.log.follow(spans.ids)
            sinks.insert(0, spans)  # first, so that what the journal tells has its ids
        pages = board.pages()
        await _serve(stack, settings, settings.metrics_port, {PATH: metrics_page(registry), **pages}, "metrics")
        if health_port != settings.metrics_port:
            await _serve(stack, settings, health_port, pages, "health")
        stack.callback(manager.stopping)
        yield Observation(
            journal, FanOut(sinks, lambda said: journal.note(said, Severity.WARNING)), registry, board, manager
        )


async def _serve(
    stack: AsyncExitStack, settings: NeuronSettings, port: int, pages: Mapping[str, Show], what: str
) -> None:
    if port == 0:
        return
    flag = "--metrics.port (PROMETHEUS_PORT)" if what == "metrics" else "--validator.port (VALIDATOR_PORT)"
    try:
        await stack.enter_async_context(PageServer(pages).listening(settings.metrics_host, port))
    except OperatorError as error:
        raise OperatorError(f"{error}; choose another by {flag}, or 0 for none, or see --metrics.host") from error


def pulse_of(
    settings: NeuronSettings, chain: Chain, database: Database, seen: Observation, clock: Clock, sandbox: Sandbox | None
) -> Pulse:
    """What is looked at of this process; a local chain, whose blocks pass faster, more often."""
    pulse = Pulse(
        observer=chain.hotkey,
        chain=chain,
        clock=clock,
        telemetry=seen.telemetry,
        write=lambda: database.write(nothing),
        folder=None if database.path is None else database.path.absolute().parent,
        manager=seen.manager,
        sandbox=sandbox,
    )
    if settings.is_local_chain:
        pulse.chain_seconds = LOCAL_CHAIN_SECONDS
    return pulse


def nothing(_connection: object) -> None:
    """An empty transaction, which takes the lock that a full one would take."""


@asynccontextmanager
async def beating(pulse: Pulse) -> AsyncIterator[None]:
    """With a pulse. Should it ever break off, the watchdog is not fed and the pages turn to 503."""
    heart = asyncio.create_task(pulse.beat())
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.wait({heart})
