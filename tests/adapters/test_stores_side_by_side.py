"""The store in memory and the store on disk, asked the same in the same order, give the same answers."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.application.ports.store import Store
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import MinerResult, Publication, ScoredTask
from reasonforge.domain.similarity import PastReasoning
from reasonforge.domain.standing import MinerStanding, Standing
from reasonforge.domain.weights import WeightRow, WeightsOutcome, WeightsRefused, WeightsUnreachable
from tests.contracts.store import (
    ALICE,
    ANSWERED,
    BOB,
    NO_ROW,
    OWNER,
    PAST,
    ROW,
    SEEDS,
    SETTLING,
    SILENT,
    commitment,
    report_of,
    result,
    scored,
)
from tests.strategies import epoch_of

EPOCHS = st.integers(0, 2).map(epoch_of)
NUMBERS = st.integers(0, 3).map(EpochNumber)
LIMITS = st.integers(0, 5)
FAMILIES = st.sampled_from(["", "a", "b"])
TASKS = st.builds(scored, st.integers(0, 2), FAMILIES, st.lists(st.sampled_from([ANSWERED, SILENT]), max_size=2))
PASTS = st.lists(st.sampled_from(PAST), max_size=3)
MINERS = st.sampled_from([ALICE, BOB])
RANKED = st.lists(st.builds(result, MINERS, st.integers(1, 3)), max_size=2, unique_by=lambda one: one.hotkey).map(tuple)
ROWS = st.sampled_from([ROW, NO_ROW])
OUTCOMES = st.sampled_from([*SETTLING, WeightsUnreachable("no answer")])
STANDINGS = st.integers(0, 9).map(lambda streak: Standing({ALICE: MinerStanding(ALICE, streak=streak)}))
STRANGER = Hotkey("5Stranger")


class SideBySide(RuleBasedStateMachine):
    """A second validator works in the same file all the while, and must change nothing.

    Values are small, so that runs are long: that any value comes back equal is the contract suite's property.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "store.db"
        self.database = open_database(self.path)
        self.other = self.other_store()
        self.runner = asyncio.Runner()

    def other_store(self) -> Store:
        """Without an epoch."""
        return MemoryStore(OWNER)

    @property
    def disk(self) -> Store:
        return SqlAlchemyStore(self.database, OWNER, MemoryClock())

    def same(self, ask: Callable[[Store], Awaitable[object]]) -> None:
        """Both give equal answers, or the same fault in the same words."""

        async def answer(store: Store) -> tuple[object, str]:
            try:
                found = await ask(store)
            except StoreFault as fault:
                return None, str(fault)
            return (list(found) if isinstance(found, list | tuple) else found), ""

        assert self.runner.run(answer(self.disk)) == self.runner.run(answer(self.other))

    @rule(epoch=EPOCHS)
    def open(self, epoch: Epoch) -> None:
        self.same(lambda store: store.open_epoch(epoch))

    @rule(epoch=EPOCHS, task=TASKS, past=PASTS)
    def record(self, epoch: Epoch, task: ScoredTask, past: list[PastReasoning]) -> None:
        self.same(lambda store: store.record(epoch, task, past))

    @rule(epoch=EPOCHS, miners=RANKED, row=ROWS, standing=STANDINGS, owner=st.sampled_from([OWNER, OWNER, STRANGER]))
    def close(
        self,
        epoch: Epoch,
        miners: tuple[MinerResult, ...],
        row: WeightRow | WeightsRefused,
        standing: Standing,
        owner: Hotkey,
    ) -> None:
        report = evolve(report_of(epoch, row), miners=miners, validator=owner)
        self.same(lambda store: store.close(report, standing))

    @rule(epoch=EPOCHS, tasks=st.lists(TASKS, max_size=3), past=PASTS, standing=STANDINGS, outcome=OUTCOMES)
    def whole_epoch(
        self,
        epoch: Epoch,
        tasks: list[ScoredTask],
        past: list[PastReasoning],
        standing: Standing,
        outcome: WeightsOutcome,
    ) -> None:
        """The ordinary way, so that runs get past the faults of epochs that nobody opened."""
        self.open(epoch)
        for task in tasks:
            self.record(epoch, task, past)
        self.close(epoch, (result(BOB, 2), result(ALICE, 1)), ROW, standing, OWNER)
        self.publish(epoch, outcome)

    @rule(number=NUMBERS)
    def fail(self, number: EpochNumber) -> None:
        self.same(lambda store: store.fail(number, "why"))

    @rule(epoch=EPOCHS, outcome=OUTCOMES)
    def publish(self, epoch: Epoch, outcome: WeightsOutcome) -> None:
        self.same(lambda store: store.publish(Publication(epoch, outcome)))

    @rule(epoch=EPOCHS, seed=st.integers(0, 3), instances=st.lists(st.sampled_from("abc")))
    def commit(self, epoch: Epoch, seed: int, instances: list[str]) -> None:
        bound = evolve(commitment(epoch.number), commitment=SEEDS[seed].commitment())
        self.same(lambda store: store.commit(bound, instances))

    @rule(number=NUMBERS, seed=st.integers(0, 3))
    def reveal(self, number: EpochNumber, seed: int) -> None:
        self.same(lambda store: store.reveal(number, SEEDS[seed]))

    @rule(since=NUMBERS, before=NUMBERS)
    def asked_instances(self, since: EpochNumber, before: EpochNumber) -> None:
        self.same(lambda store: store.asked_instances(since, before))

    @rule(keep=LIMITS)
    def prune(self, keep: int) -> None:
        self.same(lambda store: store.prune(keep))

    @rule(family=FAMILIES, since=NUMBERS, limit=LIMITS)
    def history(self, family: str, since: EpochNumber, limit: int) -> None:
        self.same(lambda store: store.history(family, since, limit))

    @rule(miner=MINERS, limit=LIMITS)
    def results_of(self, miner: Hotkey, limit: int) -> None:
        self.same(lambda store: store.results_of(miner, limit))

    @rule(number=NUMBERS)
    def everything_of(self, number: EpochNumber) -> None:
        self.same(lambda store: store.state_of(number))
        self.same(lambda store: store.commitment_of(number))
        self.same(lambda store: store.commitments(number))
        self.same(lambda store: store.open_epochs(number))
        self.same(lambda store: store.recorded(number))
        self.same(lambda store: store.miner_results(number))
        self.same(lambda store: store.validator_results(number))
        self.same(lambda store: store.standing_before(number))
        self.same(lambda store: store.unpublished())

    @rule(epoch=EPOCHS, task=TASKS, past=PASTS)
    def someone_else_works(self, epoch: Epoch, task: ScoredTask, past: list[PastReasoning]) -> None:
        other = SqlAlchemyStore(self.database, STRANGER, MemoryClock())

        async def work() -> None:
            await other.open_epoch(epoch)
            await other.record(epoch, task, past)

        self.runner.run(work())

    @rule()
    def reopen(self) -> None:
        self.database.close()
        self.database = open_database(self.path)

    def teardown(self) -> None:
        try:
            for number in range(4):
                self.everything_of(EpochNumber(number))
            for family in ("", "a", "b"):
                self.history(family, EpochNumber(0), 99)
        finally:
            self.runner.close()
            self.database.close()
            self.folder.cleanup()


SideBySide.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestSideBySide = SideBySide.TestCase
