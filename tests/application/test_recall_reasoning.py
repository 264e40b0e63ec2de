"""The past from memory is the past that the store would give, on the real file."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.application.ports.store import Store
from reasonforge.application.validator.recall_reasoning import RecallReasoning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.similarity import PastReasoning, SimilarityRules
from tests.contracts.store import OWNER, PAST, STANDING, report_of, scored
from tests.strategies import epoch_of

RULES = SimilarityRules(history_epochs=2, max_history=5)
A_TASK = st.tuples(st.sampled_from("ab"), st.integers(0, 3))
AN_EPOCH = st.tuples(st.integers(0, 2), st.lists(A_TASK, max_size=4), st.sampled_from(["close", "fail", "stop"]))


@define
class CountingStore(MemoryStore):
    """Counts the entries that were read of it."""

    read: int = field(default=0, init=False)
    broken: bool = field(default=False, init=False)

    def __init__(self) -> None:
        super().__init__(OWNER)
        self.read, self.broken = 0, False

    async def history(self, family: str, since: EpochNumber, limit: int) -> Sequence[PastReasoning]:
        if self.broken:
            raise StoreFault("gone")
        found = await super().history(family, since, limit)
        self.read += len(found)
        return found


async def recorded(store: Store, epoch: int, index: int, family: str, entries: int) -> None:
    past = [evolve(PAST[at % 2], epoch=EpochNumber(epoch)) for at in range(entries)]
    await store.record(epoch_of(epoch), scored(index, family), past)


@settings(max_examples=25, deadline=None)
@given(st.lists(AN_EPOCH, min_size=2, max_size=6), st.integers(1, 12))
def test_it_is_what_the_store_would_give(epochs: list[tuple[int, list[tuple[str, int]], str]], most: int) -> None:
    """Before every task of every epoch, with gaps between epochs, epochs given up, epochs begun again in a new process,
    pruning, and too little room in memory: the very same entries in the very same order.
    """

    async def go(store: Store) -> None:
        recall, number = RecallReasoning(store, RULES, most), 0
        for gap, tasks, end in epochs:
            number += gap + 1
            await store.open_epoch(epoch_of(number))
            since = EpochNumber(max(0, number - RULES.history_epochs))
            for index, (family, entries) in enumerate(tasks):
                expected = list(await store.history(family, since, RULES.max_history))
                assert list(await recall(family, EpochNumber(number))) == expected
                await recorded(store, number, index, family, entries)
            if end == "close":
                await store.close(report_of(epoch_of(number)), STANDING)
            elif end == "fail":
                await store.fail(EpochNumber(number), "why")
            else:
                recall = RecallReasoning(store, RULES, most)
            await store.prune(RULES.history_epochs + 1)

    with TemporaryDirectory() as folder, open_database(Path(folder) / "v.db") as database:
        asyncio.run(go(SqlAlchemyStore(database, OWNER, MemoryClock())))


def test_old_epochs_are_read_once() -> None:
    """A family asked for in every epoch: each entry is read in its own epoch and the next, however long it is kept."""

    async def go() -> None:
        store = CountingStore()
        recall = RecallReasoning(store, SimilarityRules())
        for number in range(20):
            await store.open_epoch(epoch_of(number))
            assert len(await recall("a", EpochNumber(number))) == 3 * number
            await recorded(store, number, 0, "a", 3)
        assert store.read == 19 * 3

    asyncio.run(go())


def test_a_store_that_fails_costs_nothing_that_was_known() -> None:
    """After a fault the same question gets the whole answer, without reading the past again."""

    async def go() -> None:
        store = CountingStore()
        recall = RecallReasoning(store, SimilarityRules())
        for number in range(3):
            await store.open_epoch(epoch_of(number))
            await recorded(store, number, 0, "a", 3)
            await recall("a", EpochNumber(number))
        store.broken, store.read = True, 0
        with pytest.raises(StoreFault):
            await recall("a", EpochNumber(3))
        store.broken = False
        assert len(await recall("a", EpochNumber(3))) == 9
        assert store.read == 3

    asyncio.run(go())


def test_what_is_compared_with_is_kept() -> None:
    """A validator cannot be set to delete what it still compares with."""
    with pytest.raises(ValueError, match="keep_epochs must be above the similarity's 30, and is 30"):
        ValidatorRules(keep_epochs=30)
