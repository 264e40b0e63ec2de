"""The whole subnet in one process: chain, validators, miners and what is between them. A product for tests.

async with InProcessSubnet(validators=3, miners=16, seed=7) as subnet:
    run = await subnet.run_epochs(5)
assert run.leaderboard[0].member.honest
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from attrs import define, evolve

from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.characters import Plagiarist as PlagiaristReasoner
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.adapters.memory.faults import NO_FAULTS, FaultPlan
from reasonforge.adapters.memory.jury import Juror, MemoryJury
from reasonforge.adapters.memory.leak import Careless, Leak
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.memory.task_desk import MemoryTaskDesk
from reasonforge.adapters.memory.temperaments import refuse_unknown, tempered
from reasonforge.adapters.memory.transport import MemoryNetwork
from reasonforge.adapters.memory.verifier import SharedVerifier
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyTaskDesk
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.embedder import Embedder
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import MinerHandlers, Transport
from reasonforge.application.ports.verifier import Verifier
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.events import Event, WeightsPublished
from reasonforge.domain.identity import RAO_PER_TAO, SECONDS_PER_BLOCK, BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.report import Publication
from reasonforge.entrypoints.cast import CastMember, MinerPart, Plagiarist, cast_miners
from reasonforge.entrypoints.container import MemoryAdapters, MemoryMinerAdapters, Miner, Validator
from reasonforge.entrypoints.run_tally import RunTally, SubnetEpoch, SubnetRun
from reasonforge.entrypoints.verification import inline_verifier

NETUID = NetUid(1)
EMISSION_PER_EPOCH = Rao(361 * RAO_PER_TAO // 2)
"""What the chain pays an epoch: half a TAO a block, as one subnet's share might be."""
VALIDATOR_STAKE = 1_000 * RAO_PER_TAO
MINER_PORT = 8091
MOST_VALIDATORS, MOST_NEURONS = 64, 256


class Audience:
    """Telemetry for several onlookers, who may come later."""

    def __init__(self) -> None:
        self._watching: list[Telemetry] = []

    def admit(self, onlooker: Telemetry) -> None:
        """Let one more watch, from now on."""
        self._watching.append(onlooker)

    def emit(self, event: Event) -> None:
        for onlooker in self._watching:
            onlooker.emit(event)


class LastPublications:
    """Telemetry that remembers what the chain last answered to each validator."""

    def __init__(self) -> None:
        self._last: dict[Hotkey, Publication] = {}

    def emit(self, event: Event) -> None:
        if isinstance(event, WeightsPublished):
            self._last[event.validator] = event.publication

    def take(self, validator: Hotkey) -> Publication | None:
        """The last answer since this was asked before."""
        return self._last.pop(validator, None)


class _Closable(Protocol):
    async def close(self) -> None: ...


@define
class _RunningValidator:
    member: CastMember
    container: Validator
    store: Store


class InProcessSubnet:
    """A chain, validators and miners in one process, deterministic to the byte for a seed.

    Args:
        validators: how many, or the temperament of each (honest, lazy, malicious, inverting, constant).
        miners: how many, or the part that each plays; a number casts solvers of falling skill, and among 6 or more
            also a plagiarist, a bluffer, a liar about time, a silent and a malformed one.
        seed: decides tasks, voices, latencies and faults.
        rules: how the validators ask and score.
        faults: what goes wrong between them.
        chain: the subnet's hyperparameters; the tempo is 360 by default.
        embedder: the deterministic one without a model by default.
        verifier: every validator's; by default the exact checks that need no tools.
        tasks: where every validator's tasks come from; by default the families that any validator can judge.
        jury: whether validators judge one another's replies (§1.8); on a chain they cannot, and are audited by the
            weights that they publish.
        database: a file for all validators' stores; in memory when None.
        recorder: the clock that stamps what the database keeps, for a run that people watch as it goes; with it,
            users' tasks come out of the database as well. The subnet's own when None, which repeats to the byte.

    Raises:
        OperatorError: no validators or miners, or more than the subnet has room for; an unknown temperament; a
            database that cannot be opened.
    """

    def __init__(
        self,
        validators: int | Sequence[str] = 3,
        miners: int | Sequence[MinerPart] = 16,
        seed: int = 7,
        *,
        rules: ValidatorRules | None = None,
        faults: FaultPlan = NO_FAULTS,
        chain: Hyperparameters | None = None,
        embedder: Embedder | None = None,
        verifier: Verifier | None = None,
        tasks: TaskSource | None = None,
        database: Path | None = None,
        recorder: Clock | None = None,
        jury: bool = True,
        emission_per_epoch: Rao = EMISSION_PER_EPOCH,
    ) -> None:
        temperaments = ["honest"] * validators if isinstance(validators, int) else list(validators)
        if not 1 <= len(temperaments) <= MOST_VALIDATORS:
            raise OperatorError(f"a subnet here has 1 to {MOST_VALIDATORS} validators, not {len(temperaments)}")
        for temperament in temperaments:
            refuse_unknown(temperament)
        count = miners if isinstance(miners, int) else len(miners)
        if not 1 <= count <= MOST_NEURONS - len(temperaments):
            most = MOST_NEURONS - len(temperaments)
            raise OperatorError(f"beside {len(temperaments)} validators a subnet has 1 to {most} miners, not {count}")
        self.seed = seed
        self.rules = rules or ValidatorRules()
        self.emission_per_epoch = emission_per_epoch
        self.clock = MemoryClock()
        self.ledger = MemoryLedger(
            hyperparameters=chain or Hyperparameters(), netuid=NETUID, emission_per_epoch=emission_per_epoch
        )
        self.network = MemoryNetwork(self.clock, seed, faults)
        self.notifier = MemoryNotifier()
        self.desk = MemoryTaskDesk()
        self.jury = MemoryJury(self.rules.parameters.validators_per_task, self._stake_of) if jury else None
        self.embedder = embedder or HashingEmbedder()
        self.verifier = SharedVerifier(verifier or inline_verifier(self.clock))
        self._tasks = {} if tasks is None else {"tasks": tasks}
        self._audience, self._publications = Audience(), LastPublications()
        self._audience.admit(self._publications)
        self._database_path = database
        self._recorder = recorder
        self._database: Database | None = None
        self._temperaments = temperaments
        self._parts = cast_miners(miners) if isinstance(miners, int) else tuple(miners)
        self._leaks: dict[int, Leak] = {}
        self._validators: list[_RunningValidator] = []
        self._miners: list[CastMember] = []
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            if self._database_path is not None:
                self._database = stack.enter_context(open_database(self._database_path))
            for number, temperament in enumerate(self._temperaments, start=1):
                self._add_validator(number, temperament)
            for number, part in enumerate(self._parts, start=1):
                stack.push_async_callback((await self._add_miner(number, part)).close)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @property
    def validators(self) -> tuple[CastMember, ...]:
        """Who validates, by uid."""
        return tuple(running.member for running in self._validators)

    @property
    def miners(self) -> tuple[CastMember, ...]:
        """Who mines, by uid."""
        return tuple(self._miners)

    @property
    def database_path(self) -> Path | None:
        """The file that the validators' stores share."""
        return self._database_path

    def watch(self, onlooker: Telemetry) -> None:
        """Show every event to one more onlooker, from now on."""
        self._audience.admit(onlooker)

    def name_of(self, hotkey: Hotkey) -> str:
        """Who that is, for people."""
        member = self.member(hotkey)
        return hotkey if member is None else f"{self.called(hotkey)} ({member.what})"

    def called(self, hotkey: Hotkey) -> str:
        """What people call whoever signs with this hotkey: here that is the hotkey."""
        return hotkey

    def member(self, hotkey: Hotkey) -> CastMember | None:
        """Who signs with this hotkey."""
        return next((one for one in (*self.validators, *self.miners) if one.hotkey == hotkey), None)

    def store_of(self, validator: Hotkey) -> Store:
        """A validator's store; `KeyError` when it is none of ours."""
        return self._running(validator).store

    def container_of(self, validator: Hotkey) -> Validator:
        """A validator's use cases; `KeyError` when it is none of ours."""
        return self._running(validator).container

    def _running(self, validator: Hotkey) -> _RunningValidator:
        for running in self._validators:
            if running.member.hotkey == validator:
                return running
        raise KeyError(validator)

    async def epochs(self, count: int) -> AsyncIterator[SubnetEpoch]:
        """Run `count` epochs and give each as it ends; nothing is kept of those that were given."""
        for _ in range(count):
            yield await self._run_epoch()

    def tally(self) -> RunTally:
        """To sum up what `epochs` gives."""
        return RunTally(self.miners, self.emission_per_epoch)

    async def run_epochs(self, count: int) -> SubnetRun:
        """Run `count` epochs and sum them up."""
        tally = self.tally()
        kept = []
        async for epoch in self.epochs(count):
            tally.add(epoch)
            kept.append(epoch)
        return evolve(tally.finish(self.notifier.notices), epochs=tuple(kept))

    async def _run_epoch(self) -> SubnetEpoch:
        """All validators side by side in the middle of the epoch; then the chain goes to its end and pays."""
        epoch = self.ledger.tempo.epoch_at(self.ledger.block)
        self._advance_to(BlockNumber((epoch.first_block + epoch.last_block) // 2))
        reports = await asyncio.gather(*(running.container.run_epoch()(epoch) for running in self._validators))
        self._advance_to(BlockNumber(epoch.last_block + 1))
        return SubnetEpoch(
            epoch=epoch,
            reports=tuple(one for one in reports if one is not None),
            publications=tuple(self._publications.take(one.hotkey) for one in self.validators),
            chain=self.ledger.history[-1],
        )

    def _advance_to(self, block: BlockNumber) -> None:
        self.clock.advance((block - self.ledger.block) * SECONDS_PER_BLOCK)
        self.ledger.advance_to(block)

    def _stake_of(self, hotkey: Hotkey) -> float:
        return self.ledger.stake_of(hotkey) / RAO_PER_TAO

    def _join_chain(self, name: str, stake: int) -> tuple[Hotkey, Uid]:
        hotkey = self._hotkey_of(name)
        return hotkey, self.ledger.add_founder(hotkey, Coldkey(f"{name}-coldkey"), Rao(stake))

    def _hotkey_of(self, name: str) -> Hotkey:
        return Hotkey(name)

    def _transport_of(self, hotkey: Hotkey) -> Transport:
        return self.network.validator(hotkey)

    def _add_validator(self, number: int, temperament: str) -> None:
        name = f"validator-{number:02d}"
        hotkey, uid = self._join_chain(name, VALIDATOR_STAKE)
        policy = tempered(self.rules.policy, temperament, hotkey)
        store: Store = (
            MemoryStore(hotkey)
            if self._database is None
            else SqlAlchemyStore(self._database, hotkey, self._recorder or self.clock)
        )
        desk: TaskDesk = (
            self.desk
            if self._database is None or self._recorder is None
            else SqlAlchemyTaskDesk(self._database, self._recorder)
        )
        container = Validator(
            adapters=MemoryAdapters(
                ledger=self.ledger,
                hotkey=hotkey,
                secret=hashlib.sha256(f"reasonforge/{self.seed}/{name}".encode()).digest(),
                transport=self._transport_of(hotkey),
                store=store,
                embedder=self.embedder,
                verifier=self.verifier,
                jury=self.jury,
                clock=self.clock,
                telemetry=self._audience,
                notifier=self.notifier,
                **self._tasks,
                desk=desk,
            ),
            rules=evolve(self.rules, policy=policy),
        )
        container.check_dependencies()
        if self.jury is not None:
            self.jury.seat(Juror(hotkey, container.judge()))
        does = f"Validates with {VALIDATOR_STAKE // RAO_PER_TAO} TAO behind it, {temperament}."
        self._validators.append(
            _RunningValidator(
                CastMember(hotkey, uid, f"{temperament} validator", does, temperament == "honest"), container, store
            )
        )

    async def _add_miner(self, number: int, part: MinerPart) -> "_Closable":
        hotkey, uid = self._join_chain(_miner_name(number), 0)
        endpoint = Endpoint("127.0.0.1", MINER_PORT + number)
        transport = self.network.miner(hotkey, endpoint)
        reasoner = self._overheard(number, part)
        container = Miner(
            adapters=MemoryMinerAdapters(chain=MemoryChain(self.ledger, hotkey), clock=self.clock), reasoner=reasoner
        )
        container.check_dependencies()
        await container.adapters.chain().serve(endpoint)
        await transport.serve(
            uid,
            MinerHandlers(
                admit=container.admit_caller(),
                solve=part.handler(container.solve_task(), self.clock),
                health=container.report_health(),
                learn=container.remember_scores(),
            ),
        )
        self._introduce(hotkey, uid, part)
        return transport

    def _overheard(self, number: int, part: MinerPart) -> Reasoner:
        """What a miner thinks with; whom a plagiarist copies lets it see what it hands in."""
        reasoner = part.reasoner(number, self._voice_of, self.clock)
        if isinstance(reasoner, PlagiaristReasoner) and isinstance(part, Plagiarist):
            return evolve(reasoner, leak=self._leaks.setdefault(part.victim, Leak()))
        copied = any(isinstance(other, Plagiarist) and other.victim == number for other in self._parts)
        return Careless(reasoner, self._leaks.setdefault(number, Leak()), self.clock) if copied else reasoner

    def _introduce(self, hotkey: Hotkey, uid: Uid, part: MinerPart) -> None:
        self._miners.append(CastMember(hotkey, uid, part.what, part.does, part.honest, part.skill))

    def _voice_of(self, number: int) -> str:
        return f"{self.seed}/{_miner_name(number)}"


def _miner_name(number: int) -> str:
    return f"miner-{number:02d}"
