"""What every PublicRecord promises: what validators recorded, without anything that is a user's."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager

from attrs import evolve

from reasonforge.application.ports.public_record import PublicRecord, Statistics
from reasonforge.application.ports.store import Store
from reasonforge.domain.identity import EpochNumber, Rao, Uid
from reasonforge.domain.report import EpochState, Publication
from tests.contracts.store import ANSWERED, SETTLING, SILENT, STANDING, report_of, scored
from tests.strategies import epoch_of


class PublicRecordContract(ABC):
    @abstractmethod
    def fresh(self) -> AbstractContextManager[tuple[Store, PublicRecord]]:
        """A store of `OWNER` and the record that is read off it."""

    def test_nothing_recorded_is_nothing_shown(self) -> None:
        """Before the first epoch everything is empty, and nothing raises."""

        async def go(_store: Store, record: PublicRecord) -> None:
            board = await record.leaderboard(None, 10)
            assert (board.epoch, board.miners) == (None, ())
            assert await record.miner(Uid(1), 10) is None
            assert await record.epoch(EpochNumber(0)) is None
            assert list(await record.validators()) == []
            empty = await record.statistics()
            nothing = Rao(0)
            assert empty == Statistics(0, 0, 0, 0, 0, 0.0, nothing, nothing, 0.0, None, None)

        self._run(go)

    def test_a_closed_epoch_ranks_its_miners(self) -> None:
        """The newest closed epoch's miners, by rank; each has a page of its own."""

        async def go(store: Store, record: PublicRecord) -> None:
            await _close(store, 0)
            board = await record.leaderboard(None, 10)
            assert board.epoch == EpochNumber(0)
            assert [one.rank for one in board.miners] == sorted(one.rank for one in board.miners)
            first = board.miners[0]
            page = await record.miner(first.uid, 10)
            assert page is not None
            assert (page.hotkey, page.epochs[-1].s_epoch) == (first.hotkey, first.s_epoch)
            assert len((await record.leaderboard(None, 1)).miners) == 1

        self._run(go)

    def test_of_an_open_epoch_nothing_tells_a_trap(self) -> None:
        """Family and trap are told when the epoch is over, and not before."""

        async def go(store: Store, record: PublicRecord) -> None:
            await store.open_epoch(epoch_of(0))
            await store.record(epoch_of(0), scored(0, replies=[ANSWERED, SILENT]), [])
            page = await record.epoch(EpochNumber(0))
            assert page is not None
            assert [(task.is_trap, task.family) for task in page.tasks] == [(None, None)]
            await store.close(report_of(epoch_of(0)), STANDING)
            over = await record.epoch(EpochNumber(0))
            assert over is not None
            assert over.state is EpochState.CLOSED
            assert all(task.is_trap is not None for task in over.tasks)

        self._run(go)

    def test_weights_are_noted_when_the_chain_answered(self) -> None:
        """What became of an epoch's weights is shown with it."""

        async def go(store: Store, record: PublicRecord) -> None:
            await _close(store, 0)
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            figures = await record.statistics()
            assert figures.last_weights is not None
            assert (figures.epochs, figures.last_weights.epoch, figures.last_weights.outcome) == (1, 0, "set")

        self._run(go)

    def test_a_users_task_appears_nowhere(self) -> None:
        """Neither its text nor that it was asked."""

        async def go(store: Store, record: PublicRecord) -> None:
            await store.open_epoch(epoch_of(0))
            own = scored(0, replies=[ANSWERED])
            users = scored(1, replies=[ANSWERED])
            await store.record(epoch_of(0), own, [])
            await store.record(epoch_of(0), evolve(users, task=evolve(users.task, source="api")), [])
            await store.close(report_of(epoch_of(0)), STANDING)
            page = await record.epoch(EpochNumber(0))
            assert page is not None
            assert [task.index for task in page.tasks] == [0]

        self._run(go)

    def _run(self, scenario: Callable[[Store, PublicRecord], Coroutine[object, object, None]]) -> None:
        with self.fresh() as (store, record):
            asyncio.run(scenario(store, record))


async def _close(store: Store, number: int) -> None:
    epoch = epoch_of(number)
    await store.open_epoch(epoch)
    await store.record(epoch, scored(0, replies=[ANSWERED, SILENT]), [])
    await store.close(report_of(epoch), STANDING)
