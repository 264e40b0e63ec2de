"""An in-process subnet that shows itself as a neuron does, in a thread of its own, and can be brought into trouble."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from attrs import define, evolve, field
from dependency_injector import providers

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.chain import ChainFaults, MemoryChain
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.runner.server import RunnerServer
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.adapters.telemetry.exposition import CollectorRegistry, metrics_page
from reasonforge.adapters.telemetry.fan_out import FanOut
from reasonforge.adapters.telemetry.page_server import PageServer
from reasonforge.adapters.telemetry.prometheus_gateway import Backlog, GatewayMetrics, Message
from reasonforge.adapters.telemetry.prometheus_process import ProcessMetrics
from reasonforge.adapters.telemetry.prometheus_validator import ValidatorMetrics
from reasonforge.application.ports.sandbox import Program, Run, RunEnd
from reasonforge.application.ports.task_source import NOTHING_SEEN
from reasonforge.application.ports.verifier import SelfTest, Verifier
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.identity import BlockNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochState
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification
from reasonforge.entrypoints.pulse import Pulse
from reasonforge.entrypoints.verification import inline_verifier

ME = Hotkey("validator-01")
RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=3))
REST_SECONDS = 1.0

Result = TypeVar("Result")


class NothingRuns:
    """A sandbox that answers, and runs nothing."""

    name, isolates = "none", True

    async def run(self, _program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        return [Run(RunEnd.EXITED, 0, b"", b"", 0.0, {}) for _ in inputs]

    async def toolchains(self) -> frozenset[str]:
        return frozenset({"python"})

    async def self_test(self) -> Sequence[SelfTest]:
        return [SelfTest(self.name, passed=True, detail="it runs nothing")]


@define
class Moody:
    """A verifier that breaks down while it is out of order."""

    tools: Verifier
    out_of_order: bool = False

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        if self.out_of_order:
            raise ValidatorFault("the tools are out of order")
        return await self.tools.judge(task, submissions)

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        if self.out_of_order:
            raise ValidatorFault("the tools are out of order")
        return await self.tools.judge_each(tasks, submissions)

    async def self_test(self) -> Sequence[SelfTest]:
        return await self.tools.self_test()


@define
class Unsolved:
    """Generated tasks, as if nobody had ever solved one."""

    tasks: GeneratedTasks = field(factory=GeneratedTasks)

    @property
    def offers(self) -> tuple[str, ...]:
        return self.tasks.offers

    @property
    def timeout_seconds(self) -> float:
        return self.tasks.timeout_seconds

    async def draw(
        self,
        epoch: Epoch,
        count: int,
        traps: int,
        rng: Random,
        seen: AbstractSet[str] = NOTHING_SEEN,
        families: Sequence[str] | None = None,
    ) -> Sequence[Task]:
        drawn = await self.tasks.draw(epoch, count, traps, rng, seen, families)
        return [evolve(task, previously_unsolved=True) for task in drawn]

    async def variants(
        self, task: Task, miners: Sequence[Hotkey], seen: AbstractSet[str] = NOTHING_SEEN
    ) -> Sequence[Task]:
        return await self.tasks.variants(task, miners, seen)


class ObservedDemo:
    """Two validators and sixteen miners of every kind, an epoch a second; the first validator is what is shown."""

    def __init__(self, folder: Path) -> None:
        self.verifier = Moody(inline_verifier(MemoryClock()))
        self.subnet = InProcessSubnet(2, 16, 3, rules=RULES, verifier=self.verifier)
        self.validator_port = self.gateway_port = 0
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._resting = asyncio.Event()
        self._epoch = asyncio.Lock()
        self._fan: FanOut | None = None

    @contextmanager
    def running(self) -> Iterator["ObservedDemo"]:
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)
        thread.start()
        assert self._ready.wait(60)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(30)
            assert not thread.is_alive()
            self._loop.close()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Something in the demo's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _run(self) -> None:
        registry, gateways = CollectorRegistry(), CollectorRegistry()
        self._fan = FanOut(
            [ValidatorMetrics(registry, ME), ProcessMetrics(registry, "reasonforge_validator", "demo")], print
        )
        gateway = GatewayMetrics(gateways, Backlog, SystemClock())
        ProcessMetrics(gateways, "reasonforge_gateway", "demo")
        async with AsyncExitStack() as stack:
            self._sandbox = await stack.enter_async_context(AsyncExitStack())
            socket = self._folder / "sandbox.sock"
            await self._sandbox.enter_async_context(RunnerServer(NothingRuns()).listening(socket))
            self._database = stack.enter_context(open_database(self._folder / "demo.db"))
            pages = [PageServer({"/metrics": metrics_page(one)}) for one in (registry, gateways)]
            self.validator_port = await stack.enter_async_context(pages[0].listening("127.0.0.1", 0))
            self._gateway = await stack.enter_async_context(AsyncExitStack())
            self.gateway_port = await self._gateway.enter_async_context(pages[1].listening("127.0.0.1", 0))
            await stack.enter_async_context(self.subnet)
            self.subnet.container_of(ME).adapters.tasks.override(providers.Object(Unsolved()))
            self.subnet.watch(self._fan)
            pulse = Pulse(
                chain=MemoryChain(self.subnet.ledger, ME),
                clock=SystemClock(),
                telemetry=self._fan,
                write=lambda: self._database.write(lambda _: None),
                folder=self._folder,
                manager=ServiceManager(),
                sandbox=RunnerSandbox(socket),
                signs_seconds=0.5,
                chain_seconds=0.5,
            )
            heart = asyncio.create_task(pulse.beat())
            self._ready.set()
            while not self._stop.is_set():
                if not self._resting.is_set():
                    async with self._epoch:
                        await self._one_epoch(gateway)
                await asyncio.sleep(REST_SECONDS)
            heart.cancel()
            await asyncio.wait({heart})

    async def rest(self) -> None:
        """No more epochs; the one that runs is ended first."""
        self._resting.set()
        async with self._epoch:
            await asyncio.sleep(REST_SECONDS)

    async def _one_epoch(self, gateway: GatewayMetrics) -> None:
        async for _ in self.subnet.epochs(1):
            await gateway.measured(_answer)({"type": "http", "method": "GET"}, _receive, _send)

    async def lose_sandbox(self) -> None:
        await self._sandbox.aclose()

    async def lose_store(self) -> None:
        self._database.close()

    async def lose_gateway(self) -> None:
        await self._gateway.aclose()

    async def pass_blocks(self, count: int) -> None:
        self.subnet.ledger.advance(count)

    async def fail_epoch(self) -> None:
        """Run an epoch whose chain is lost in its midst, as a validator's loop would."""
        container, fan = self.subnet.container_of(ME), self._fan
        assert fan is not None
        chain = MemoryChain(self.subnet.ledger, ME)
        keep_running = KeepRunning(
            chain=chain,
            run_epoch=evolve(container.run_epoch(), chain=self._lost()),
            publish_weights=container.publish_weights(),
            clock=SystemClock(),
            notifier=self.subnet.notifier,
            telemetry=fan,
        )
        async with self._epoch:
            await keep_running.look()

    async def lose_weights(self) -> None:
        """Close an epoch whose weights do not reach the chain."""
        container = self.subnet.container_of(ME)
        publish = evolve(container.publish_weights(), chain=self._lost())
        ledger = self.subnet.ledger
        epoch = ledger.tempo.epoch_at(ledger.block)
        if await self.subnet.store_of(ME).state_of(epoch.number) not in {None, EpochState.OPEN}:
            ledger.advance_to(BlockNumber(epoch.last_block + 1))
            epoch = ledger.tempo.epoch_at(ledger.block)
        await evolve(container.run_epoch(), publish_weights=publish)(epoch)

    def _lost(self) -> MemoryChain:
        return MemoryChain(self.subnet.ledger, ME, ChainFaults(lost_before=1.0), Random(1))


async def _answer(_scope: Message, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})


async def _receive() -> Message:
    return {}


async def _send(_message: Message) -> None:
    """To nobody."""
