"""A miner behind a real Axon that tells what it was asked and told.

It keeps its Axon, and comes to another chain whenever it is told so.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing

from attrs import define, evolve, field, frozen

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.solver import SolverReasoner
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.application.ports.transport import Refusal, ScoreNotice
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.submission import ReasoningStep, WireFields
from reasonforge.domain.task import Question
from reasonforge.entrypoints.container import MemoryMinerAdapters, Miner
from tests.crash.still import StillClock
from tests.crash.talk import Fields, keypair_of, serve

QUIET_TURNS = 4


@frozen
class Opinionated:
    """A solver that also answers what users ask, which no family states."""

    solver: Reasoner
    voice: str

    @property
    def name(self) -> str:
        return self.solver.name

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        if question.answer_format.get("format") != "open":
            return await self.solver.reason(question, budget_seconds)
        step = ReasoningStep(1, f"As {self.voice} I looked into it, and what is asked for is mercury.", confidence=0.9)
        return Solution((step,), "mercury")


@define
class WitnessedMiner:
    """The miner's real use cases on one chain after another."""

    name: str
    skill: float
    transport: BittensorMinerTransport
    asked: list[str] = field(factory=list)
    told: list[int] = field(factory=list)
    working: int = 0
    around: AsyncExitStack = field(factory=AsyncExitStack)

    async def act(self, wanted: Fields) -> Fields:
        if wanted["do"] == "come":
            await self._come(wanted["chain"])
        await self._quiet()
        return {"asked": self.asked, "told": self.told}

    async def _come(self, url: str) -> None:
        await self.around.aclose()
        chain = self.around.enter_context(closing(RemoteMemoryChain(url, self.transport.hotkey)))
        neuron = (await chain.metagraph()).of(self.transport.hotkey)
        assert neuron is not None
        clock = StillClock()
        container = Miner(
            adapters=MemoryMinerAdapters(chain=chain, clock=clock),
            reasoner=Opinionated(SolverReasoner(self.skill, self.name, clock), self.name),
        )
        container.check_dependencies()
        handlers = container.handlers()
        asked, told = self.asked, self.told = [], []

        async def solve(caller: Hotkey, question: Question) -> WireFields | Refusal:
            asked.append(question.query_id)
            self.working += 1
            try:
                return await handlers.solve(caller, question)
            finally:
                self.working -= 1

        async def learn(caller: Hotkey, notice: ScoreNotice) -> None:
            told.append(notice.epoch)
            await handlers.learn(caller, notice)

        await self.transport.serve(neuron.uid, evolve(handlers, solve=solve, learn=learn))
        await chain.serve(self.transport.endpoint)

    async def _quiet(self) -> None:
        """Until nothing is left of callers that are gone: what they sent lies in our sockets already."""
        turns = 0
        while turns < QUIET_TURNS:
            await asyncio.sleep(0.001)
            turns = 0 if self.working or self._connections() else turns + 1

    def _connections(self) -> Sequence[object]:
        server = self.transport._server
        assert server is not None or not self.asked
        return [] if server is None else tuple(server.server_state.connections)


async def mine(name: str, skill: float) -> None:
    transport = BittensorMinerTransport(keypair_of(name), SystemClock(), host="127.0.0.1", port=0)
    miner = WitnessedMiner(name, skill, transport)
    try:
        await serve(miner.act)
    finally:
        await transport.close()
        await miner.around.aclose()
