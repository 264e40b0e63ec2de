"""What a validator gets from a node that freezes, and what becomes of its weights."""

import asyncio

import pytest

from reasonforge.adapters.bittensor.connection import Connection
from reasonforge.adapters.bittensor.subtensor import SubtensorClient
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.application.validator.publish_weights import PublishWeights
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import Uid
from reasonforge.domain.report import EpochReport
from reasonforge.domain.standing import Standing
from reasonforge.domain.weights import WeightRow, WeightsSet, WeightsUnreachable
from tests.adapters.bittensor_chain.worlds import QUICK, VALIDATOR, Place
from tests.contracts.chain import RULES, VERSION

ROW = WeightRow((Uid(1), Uid(2)), (65_535, 21_845))


async def closed_epoch(place: Place) -> MemoryStore:
    """A store with one closed epoch whose weights wait to be published."""
    store = MemoryStore(VALIDATOR)
    epoch = place.ledger.tempo.epoch_at(place.ledger.block)
    await store.open_epoch(epoch)
    await store.close(EpochReport(epoch, VALIDATOR, (), (), (), (), ROW), Standing())
    return store


def test_a_frozen_node_is_unreachable_soon() -> None:
    """Every call to a node that freezes comes back within its deadline, and works again once the node thaws."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain(deadlines=QUICK)
        before = await chain.metagraph()
        place.weather.frozen = True
        await place.clock.advance(10)
        calls = (chain.current_block, chain.metagraph, chain.hyperparameters, chain.next_epoch_start)
        for call in calls:
            async with asyncio.timeout(QUICK.read + 0.5):
                with pytest.raises(ChainUnreachable, match="did not answer within"):
                    await call()
        async with asyncio.timeout(QUICK.read + QUICK.write + 0.5):
            assert isinstance(await chain.set_weights(ROW, VERSION), WeightsUnreachable)
        place.weather.frozen = False
        assert (await chain.metagraph()).block == before.block + 10
        await chain.close()
        assert place.weather.closed == place.weather.dialled

    asyncio.run(scene())


def test_waiters_share_one_deadline() -> None:
    """Twenty callers of a frozen node wait side by side, not one after the other."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain(deadlines=QUICK)
        place.weather.frozen = True
        async with asyncio.timeout(QUICK.read + 0.5):
            lost = await asyncio.gather(*(chain.metagraph() for _ in range(20)), return_exceptions=True)
        assert {type(error) for error in lost} == {ChainUnreachable}
        await chain.close()

    asyncio.run(scene())


def test_a_hanging_write_does_not_hold_up_reads() -> None:
    """While an extrinsic waits for its block, the same client goes on answering reads."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain(deadlines=QUICK)
        place.weather.frozen_writes = True
        setting = asyncio.create_task(chain.set_weights(ROW, VERSION))
        await asyncio.sleep(QUICK.write / 3)
        assert (await chain.metagraph(with_weights=True)).weights == {}
        assert not setting.done()
        assert isinstance(await setting, WeightsUnreachable)

    asyncio.run(scene())


def test_weights_of_a_frozen_chain_are_published_later() -> None:
    """A chain that freezes before the weights are sent leaves them pending; they are published when it thaws."""

    async def scene() -> None:
        place = Place.of(RULES)
        store = await closed_epoch(place)
        publish = PublishWeights(
            place.chain(deadlines=QUICK),
            store,
            MemoryNotifier(),
            MemoryTelemetry(),
            ValidatorRules(version_key=VERSION),
        )
        place.weather.frozen = True
        lost = await publish()
        assert lost is not None
        assert isinstance(lost.outcome, WeightsUnreachable)
        assert [pending.row for pending in await store.unpublished()] == [ROW]
        place.weather.frozen = False
        await place.clock.advance(1)
        done = await publish()
        assert done is not None
        assert done.outcome == WeightsSet(place.ledger.block)
        assert await store.unpublished() == []
        await place.clock.advance(1)
        assert place.ledger.metagraph(with_weights=True).weights == {Uid(0): ROW.shares()}

    asyncio.run(scene())


def test_weights_whose_answer_was_lost_are_not_sent_twice() -> None:
    """A chain that freezes after it took the weights: they stay pending, and are then found there, not set again."""

    async def scene() -> None:
        place = Place.of(RULES)
        store = await closed_epoch(place)
        publish = PublishWeights(
            place.chain(deadlines=QUICK),
            store,
            MemoryNotifier(),
            MemoryTelemetry(),
            ValidatorRules(version_key=VERSION),
        )
        place.weather.lost_answers = True
        lost = await publish()
        set_in = place.ledger.block
        assert lost is not None
        assert isinstance(lost.outcome, WeightsUnreachable)
        assert len(await store.unpublished()) == 1
        place.weather.lost_answers = False
        place.weather.frozen_writes = True
        await place.clock.advance(1)
        found = await publish()
        assert found is not None
        assert found.outcome == WeightsSet(set_in)

    asyncio.run(scene())


def test_a_slow_write_outlives_the_client_s_replacement() -> None:
    """A read that is lost takes the client out of use, but not from under the write that still works on it."""

    async def scene() -> None:
        place = Place.of(RULES)
        connection = Connection(place.dial(VALIDATOR), QUICK)
        sent, answered = asyncio.Event(), asyncio.Event()

        async def slow(client: SubtensorClient) -> int:
            sent.set()
            await answered.wait()
            return await client.current_block()

        async def hanging(client: SubtensorClient) -> int:
            await asyncio.Event().wait()
            return await client.current_block()

        writing = asyncio.create_task(connection.write("a write", slow))
        await sent.wait()
        with pytest.raises(ChainUnreachable):
            await connection.read("a read", hanging)
        assert await connection.read("a read", lambda client: client.current_block()) == place.ledger.block
        assert (place.weather.dialled, place.weather.closed) == (2, 0)
        answered.set()
        assert await writing == place.ledger.block
        await connection.close()
        assert place.weather.closed == 2

    asyncio.run(scene())


def test_a_write_is_never_done_twice() -> None:
    """A read that a broken client spoils is asked again of a new one; a write is not."""

    async def scene() -> None:
        place = Place.of(RULES)
        connection = Connection(place.dial(VALIDATOR), QUICK)
        tries = {"read": 0, "write": 0}

        async def broken(client: SubtensorClient, what: str) -> int:
            tries[what] += 1
            if tries[what] == 1:
                raise ConnectionResetError
            return await client.current_block()

        assert await connection.read("a read", lambda client: broken(client, "read")) == place.ledger.block
        with pytest.raises(ChainUnreachable, match="ConnectionResetError"):
            await connection.write("a write", lambda client: broken(client, "write"))
        assert tries == {"read": 2, "write": 1}
        await connection.close()

    asyncio.run(scene())


def test_a_caller_that_gives_up_leaves_the_reading_to_the_others() -> None:
    """Cancelling one of two who share a reading does not take it from the other."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        one, other = (asyncio.create_task(chain.metagraph()) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        assert (await other).block == place.ledger.block
        with pytest.raises(asyncio.CancelledError):
            await one

    asyncio.run(scene())
