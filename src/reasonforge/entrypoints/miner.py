"""`reasonforge-miner`: answers validators' questions over a real Axon."""

import os
import sys
from contextlib import AsyncExitStack
from random import SystemRandom

from attrs import define

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.wallet import Identity
from reasonforge.adapters.llm.accounting import Usage
from reasonforge.adapters.llm.agent import AgentReasoner
from reasonforge.adapters.llm.backends import reasoner_from
from reasonforge.adapters.llm.local import LocalReasoner
from reasonforge.adapters.llm.sandbox_tools import ProverProofs, SandboxPython
from reasonforge.adapters.llm.service_reasoner import ServiceReasoner
from reasonforge.adapters.llm.tools import Tools, UnavailableCode
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.score_book import SqlAlchemyScoreBook
from reasonforge.adapters.system.clock import HastyClock, SystemClock
from reasonforge.adapters.system.gate import AsyncioGate
from reasonforge.adapters.tasks.solver import SolverReasoner
from reasonforge.adapters.telemetry.exposition import CollectorRegistry
from reasonforge.adapters.telemetry.prometheus_miner import MinerMetrics
from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.score_book import BookOwner, ScoreBook
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import MinerHandlers
from reasonforge.domain.errors import ChainError, OperatorError
from reasonforge.domain.events import SubnetSeen
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Endpoint
from reasonforge.entrypoints.container import Miner, MinerAdapters
from reasonforge.entrypoints.journal import Journal
from reasonforge.entrypoints.neuron import chain_of, identity_of, own_neuron
from reasonforge.entrypoints.noticeboard import Neuron
from reasonforge.entrypoints.observation import beating, observed, pulse_of
from reasonforge.entrypoints.process import journal_of, run_process
from reasonforge.entrypoints.settings import Backend, MinerSettings, read_settings
from reasonforge.entrypoints.verification import EVERY_SYSTEM, sandbox_of, tested_provers

PROGRAM = "reasonforge-miner"
LOOPBACK = "127.0.0.1"
LOOK_SECONDS = 60.0
WAITING_A_PLACE = 16
"""Questions that may wait for each place."""


def main(arguments: list[str] | None = None) -> int:
    """Run a miner until it is stopped; the exit code."""
    return run_process(PROGRAM, lambda: _mine(read_settings(MinerSettings, PROGRAM, arguments)))


def run() -> None:
    """The console script."""
    sys.exit(main())


async def _mine(settings: MinerSettings) -> None:
    identity = identity_of(settings)
    journal = journal_of(settings, Neuron.MINER)
    clock = SystemClock()
    registry, used = CollectorRegistry(), Expenses()
    figures = MinerMetrics(registry, used.usage)
    async with AsyncExitStack() as stack:
        seen = await stack.enter_async_context(
            observed(
                *(settings, journal, clock),
                kind=Neuron.MINER,
                hotkey=identity.hotkey,
                registry=registry,
                figures=figures,
            )
        )
        chain = await stack.enter_async_context(chain_of(settings, identity))
        neuron = await own_neuron(chain, settings)
        database = stack.enter_context(open_database(settings.state_db, claimant="miner"))
        book = SqlAlchemyScoreBook(database)
        await book.own(BookOwner(chain.hotkey, chain.netuid))
        reasoner = await reasoner_of(settings, chain.hotkey, clock, stack, journal)
        used.reasoner = reasoner
        transport = transport_of(settings, identity, clock)
        stack.push_async_callback(transport.close)
        handlers = handlers_of(settings, chain, reasoner, clock, book, journal, seen.telemetry)
        await transport.serve(neuron.uid, handlers)
        journal.note(
            "mining", uid=neuron.uid, hotkey=chain.hotkey, netuid=chain.netuid, endpoint=str(transport.endpoint)
        )
        seen.works(neuron.uid, f"mining as uid {neuron.uid} on subnet {chain.netuid}, at {transport.endpoint}")
        async with beating(pulse_of(settings, chain, database, seen, clock, None)):
            while True:
                await _be_found(chain, transport.endpoint, journal, seen.telemetry)
                await clock.sleep(LOOK_SECONDS)


@define
class Expenses:
    """What the miner's model has cost so far, once there is one, where its service counts that."""

    reasoner: Reasoner | None = None

    def usage(self) -> Usage | None:
        """Of the service's model; None where nothing is counted."""
        thinking = self.reasoner.chat if isinstance(self.reasoner, AgentReasoner) else self.reasoner
        return thinking.usage if isinstance(thinking, ServiceReasoner) else None


def transport_of(settings: MinerSettings, identity: Identity, clock: Clock) -> BittensorMinerTransport:
    """The Axon. Places are the gate's affair, so that they are the same over every transport."""
    if settings.is_local_chain:
        return BittensorMinerTransport(identity.keypair, clock, host=LOOPBACK, port=settings.port)
    if not settings.external_ip:
        raise OperatorError("--miner.external_ip (MINER_EXTERNAL_IP) is required: the address validators reach us at")
    return BittensorMinerTransport(identity.keypair, clock, port=settings.port, external_ip=settings.external_ip)


def handlers_of(
    settings: MinerSettings,
    chain: Chain,
    reasoner: Reasoner,
    clock: Clock,
    book: ScoreBook,
    notifier: Notifier,
    telemetry: Telemetry,
) -> MinerHandlers:
    """The miner's use cases, wired for one reasoner."""
    places = settings.max_concurrent
    container = Miner(
        adapters=MinerAdapters(
            chain=chain,
            clock=clock,
            gate=AsyncioGate(places=places, room=places * WAITING_A_PLACE),
            book=book,
            notifier=notifier,
            telemetry=telemetry,
        ),
        reasoner=reasoner,
        disciplines=settings.disciplines,
        least_stake=settings.min_stake,
    )
    container.check_dependencies()
    return container.handlers()


async def reasoner_of(
    settings: MinerSettings, hotkey: Hotkey, clock: Clock, stack: AsyncExitStack, notifier: Notifier
) -> Reasoner:
    """What the miner thinks with; closed with `stack`.

    Raises:
        OperatorError: the backend cannot be had: no key, no package, no model.
    """
    if settings.backend is Backend.SOLVER:
        return SolverReasoner(settings.skill, hotkey, HastyClock(clock, settings.pace))
    if settings.backend is Backend.LOCAL:
        if not settings.model:
            raise OperatorError(
                "--miner.model (MINER_MODEL) is required with the local backend: a GGUF file or a model"
            )
        local = LocalReasoner(settings.model, clock)
        stack.push_async_callback(local.close)
        return local
    remote = reasoner_from(
        settings.service.value,
        api_key=os.environ.get(settings.key_variable, ""),
        clock=clock,
        rng=SystemRandom(),
        model=settings.model,
        base_url=settings.base_url or None,
    )
    stack.push_async_callback(remote.close)
    if settings.backend is Backend.AGENT:
        return AgentReasoner(remote, clock, await agent_tools(settings.sandbox, notifier))
    return remote


async def agent_tools(sandbox_named: str, notifier: Notifier) -> Tools:
    """What the agent checks its own work with; told to the operator when something that was asked for is missing.

    Raises:
        OperatorError: `sandbox_named` names no sandbox that is there.
    """
    sandbox = sandbox_of(sandbox_named)
    if sandbox is None:
        return Tools()
    provers, of_provers = await tested_provers(sandbox, EVERY_SYSTEM)
    told = (*await sandbox.self_test(), *of_provers)
    for test in told:
        if not test.passed:
            await notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"the agent does without {test.tool}: {test.detail}",
                    "mend it and start the miner again; `reasonforge doctor miner` tells more",
                )
            )
    runs_python = "python" in await sandbox.toolchains()
    return Tools(code=SandboxPython(sandbox) if runs_python else UnavailableCode(), proofs=ProverProofs(provers))


async def _be_found(chain: Chain, endpoint: Endpoint, journal: Journal, telemetry: Telemetry) -> None:
    """Publish where we serve when the chain does not say so already; told when it cannot be done, tried again later."""
    try:
        metagraph = await chain.metagraph()
        telemetry.emit(SubnetSeen(chain.hotkey, metagraph, await chain.hyperparameters()))
        neuron = metagraph.of(chain.hotkey)
        if neuron is None:
            raise OperatorError(f"the hotkey {chain.hotkey} is no longer registered on subnet {chain.netuid}")
        if neuron.endpoint != endpoint:
            await chain.serve(endpoint)
            journal.note("served", endpoint=str(endpoint))
    except ChainError as error:
        journal.note(f"the chain does not say where we serve: {error}")


if __name__ == "__main__":
    run()
