"""What every adapter of the Chain port keeps (application/ports/chain.py)."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve, frozen

from reasonforge.application.ports.chain import Chain
from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import BlockNumber, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)

RULES = Hyperparameters(tempo=10, weights_rate_limit=4, weights_version=3)
VERSION = 3


@frozen
class ChainWorld:
    """A small subnet through the eyes of three: a validator with permit and stake, a miner without, and a stranger.

    Four miners are registered. `advance` lets blocks pass; the world starts where the validator may set weights.
    """

    validator: Chain
    miner: Chain
    stranger: Chain
    miners: tuple[Uid, Uid, Uid, Uid]
    advance: Callable[[int], Awaitable[object]]

    def row(self, *values: int) -> WeightRow:
        """The values to the first miners."""
        return WeightRow(self.miners[: len(values)], values)

    async def own_weights(self) -> dict[Uid, float]:
        """The validator's row as the newest block shows it."""
        metagraph = await self.validator.metagraph(with_weights=True)
        me = metagraph.of(self.validator.hotkey)
        assert me is not None
        assert metagraph.weights is not None
        return dict(metagraph.weights.get(me.uid, {}))

    async def last_update(self) -> BlockNumber:
        me = (await self.validator.metagraph()).of(self.validator.hotkey)
        assert me is not None
        return me.last_update


class ChainContract:
    """Subclass it and say how to build a world with given hyperparameters."""

    @abstractmethod
    def world(self, rules: Hyperparameters) -> ChainWorld: ...

    def test_identity(self) -> None:
        """A chain knows who it speaks for, and its metagraph is that subnet's."""

        async def scene() -> None:
            world = self.world(RULES)
            metagraph = await world.validator.metagraph()
            assert world.validator.netuid == metagraph.netuid
            assert metagraph.of(world.validator.hotkey) is not None
            assert metagraph.of(world.miner.hotkey) is not None
            assert metagraph.of(world.stranger.hotkey) is None

        asyncio.run(scene())

    def test_neurons_are_in_the_order_of_their_uids(self) -> None:
        """Neurons come in rising order of uid, with stake and permit as the chain has them."""

        async def scene() -> None:
            world = self.world(RULES)
            metagraph = await world.validator.metagraph()
            uids = [neuron.uid for neuron in metagraph.neurons]
            assert uids == sorted(set(uids))
            assert set(world.miners) < set(uids)
            me, other = metagraph.of(world.validator.hotkey), metagraph.of(world.miner.hotkey)
            assert me is not None
            assert other is not None
            assert (me.validator_permit, me.stake > 0) == (True, True)
            assert (other.validator_permit, other.uid) == (False, world.miners[0])

        asyncio.run(scene())

    def test_hyperparameters(self) -> None:
        """The chain says what it asks of the subnet."""
        assert asyncio.run(self.world(RULES).validator.hyperparameters()) == RULES

    def test_two_reads_of_one_block_are_equal(self) -> None:
        """Whatever is done between them, two reads of the metagraph at one block are equal, now and later."""

        async def scene() -> None:
            world = self.world(RULES)
            await world.advance(1)
            first = await world.validator.metagraph(with_weights=True)
            await world.validator.set_weights(world.row(65_535, 7), VERSION)
            await world.miner.serve(Endpoint("203.0.113.9", 8091))
            assert await world.validator.metagraph(first.block, with_weights=True) == first
            await world.advance(3)
            assert await world.miner.metagraph(first.block, with_weights=True) == first
            assert (await world.validator.metagraph()).block > first.block

        asyncio.run(scene())

    def test_blocks_rise(self) -> None:
        """The newest block is where the newest metagraph is, and it moves on."""

        async def scene() -> None:
            world = self.world(RULES)
            before = await world.validator.current_block()
            assert (await world.validator.metagraph()).block == before
            await world.advance(2)
            assert await world.validator.current_block() >= before + 2

        asyncio.run(scene())

    def test_a_forgotten_block_is_refused(self) -> None:
        """Asked for a block it no longer keeps, the chain names the oldest that it does."""

        async def scene() -> None:
            world = self.world(RULES)
            start = await world.validator.current_block()
            await world.advance(5 * (RULES.tempo + 1))
            with pytest.raises(ChainRefused) as refusal:
                await world.validator.metagraph(start)
            oldest = BlockNumber(int(str(refusal.value).split()[-1]))
            assert start < oldest <= await world.validator.current_block()
            assert (await world.validator.metagraph(oldest)).block == oldest

        asyncio.run(scene())

    def test_a_block_to_come_is_refused(self) -> None:
        """There is no metagraph of a block that is not there yet."""

        async def scene() -> None:
            world = self.world(RULES)
            newest = await world.validator.current_block()
            with pytest.raises(ChainRefused):
                await world.validator.metagraph(BlockNumber(newest + 50))

        asyncio.run(scene())

    def test_serving_publishes_an_endpoint(self) -> None:
        """What a neuron serves shows from the next block on, for everybody."""

        async def scene() -> None:
            world = self.world(RULES)
            endpoint = Endpoint("203.0.113.9", 8091)
            await world.miner.serve(endpoint)
            await world.advance(1)
            found = (await world.validator.metagraph()).of(world.miner.hotkey)
            assert found is not None
            assert found.endpoint == endpoint

        asyncio.run(scene())

    def test_serving_the_same_again_changes_nothing(self) -> None:
        """A second publication of the same endpoint leaves the neurons as they were."""

        async def scene() -> None:
            world = self.world(RULES)
            await world.miner.serve(Endpoint("203.0.113.9", 8091))
            await world.advance(1)
            before = await world.validator.metagraph()
            await world.miner.serve(Endpoint("203.0.113.9", 8091))
            await world.advance(1)
            after = await world.validator.metagraph()
            assert after.neurons == before.neurons

        asyncio.run(scene())

    def test_a_stranger_cannot_serve(self) -> None:
        """Who is not registered is refused."""
        with pytest.raises(ChainRefused):
            asyncio.run(self.world(RULES).stranger.serve(Endpoint("203.0.113.9", 8091)))

    def test_weights_are_set(self) -> None:
        """Set weights show as shares of the row from the next block on, and move the last update."""

        async def scene() -> None:
            world = self.world(RULES)
            await world.advance(1)
            row = world.row(65_535, 0, 21_845)
            outcome = await world.validator.set_weights(row, VERSION)
            assert isinstance(outcome, WeightsSet)
            await world.advance(1)
            assert await world.own_weights() == {world.miners[0]: 0.75, world.miners[2]: 0.25}
            assert await world.last_update() == outcome.block

        asyncio.run(scene())

    def test_weights_come_only_when_asked_for(self) -> None:
        """A metagraph read without them has no weights, and is otherwise the same."""

        async def scene() -> tuple[Metagraph, Metagraph]:
            chain = self.world(RULES).validator
            return await chain.metagraph(), await chain.metagraph(with_weights=True)

        bare, full = asyncio.run(scene())
        assert bare.weights is None
        assert bare.neurons == full.neurons
        assert full.weights is not None

    @pytest.mark.parametrize(
        ("uids", "values", "reason"),
        [
            ((), (), RefusalReason.EMPTY),
            ((0,), (0,), RefusalReason.ALL_ZERO),
            ((0, 1), (65_535,), RefusalReason.LENGTHS_DIFFER),
            ((0, 1, 0), (1, 2, 65_535), RefusalReason.DUPLICATE_UIDS),
            ((0, 900), (1, 65_535), RefusalReason.UNKNOWN_UID),
            ((0, -1), (1, 65_535), RefusalReason.UNKNOWN_UID),
            ((0, 1), (65_536, 1), RefusalReason.VALUE_OUT_OF_RANGE),
            ((0, 1), (65_535, -1), RefusalReason.VALUE_OUT_OF_RANGE),
            ((0,), (65_535,), RefusalReason.TOO_FEW_WEIGHTS),
            ((0, 1, 2), (65_535, 0, 0), RefusalReason.TOO_FEW_WEIGHTS),
            ((0, 1), (65_535, 100), RefusalReason.ABOVE_MAX_WEIGHT),
        ],
    )
    def test_a_row_that_cannot_be_set(
        self, uids: tuple[int, ...], values: tuple[int, ...], reason: RefusalReason
    ) -> None:
        """A wrong row is refused with what is wrong, and the previous weights stay."""

        async def scene() -> WeightsOutcome:
            world = self.world(evolve(RULES, min_allowed_weights=2, max_weight_limit=0.6, weights_rate_limit=0))
            assert isinstance(await world.validator.set_weights(world.row(65_535, 65_535), VERSION), WeightsSet)
            places = tuple(world.miners[uid] if 0 <= uid < 4 else Uid(uid) for uid in uids)
            outcome = await world.validator.set_weights(WeightRow(places, values), VERSION)
            await world.advance(1)
            assert await world.own_weights() == {world.miners[0]: 0.5, world.miners[1]: 0.5}
            return outcome

        outcome = asyncio.run(scene())
        assert isinstance(outcome, WeightsRefused)
        assert outcome.reason is reason
        assert outcome.detail

    def test_who_may_not_set_weights(self) -> None:
        """A neuron without permit and a stranger are refused, each for its own reason."""

        async def scene() -> list[WeightsOutcome]:
            world = self.world(RULES)
            return [await chain.set_weights(world.row(65_535), VERSION) for chain in (world.miner, world.stranger)]

        reasons = [outcome.reason for outcome in asyncio.run(scene()) if isinstance(outcome, WeightsRefused)]
        assert reasons == [RefusalReason.NO_PERMIT, RefusalReason.NOT_REGISTERED]

    def test_a_stale_version_key(self) -> None:
        """A version key below the subnet's is refused; the subnet's own and newer ones are not."""

        async def scene() -> list[WeightsOutcome]:
            world = self.world(evolve(RULES, weights_rate_limit=0))
            row = world.row(65_535)
            return [await world.validator.set_weights(row, VERSION + step) for step in (-1, 0, 1)]

        stale, *fresh = asyncio.run(scene())
        assert isinstance(stale, WeightsRefused)
        assert stale.reason is RefusalReason.VERSION_KEY_STALE
        assert all(isinstance(outcome, WeightsSet) for outcome in fresh)

    def test_the_rate_limit(self) -> None:
        """Weights set again too early are refused and leave the first ones; after the limit they are taken."""

        async def scene() -> None:
            world = self.world(RULES)
            assert isinstance(await world.validator.set_weights(world.row(65_535), VERSION), WeightsSet)
            again = world.row(0, 65_535)
            await world.advance(RULES.weights_rate_limit - 1)
            refused = await world.validator.set_weights(again, VERSION)
            assert isinstance(refused, WeightsRefused)
            assert refused.reason is RefusalReason.RATE_LIMITED
            await world.advance(1)
            assert await world.own_weights() == {world.miners[0]: 1.0}
            assert isinstance(await world.validator.set_weights(again, VERSION), WeightsSet)
            await world.advance(1)
            assert await world.own_weights() == {world.miners[1]: 1.0}

        asyncio.run(scene())

    def test_commit_reveal(self) -> None:
        """Committed weights are hidden until their reveal block, show from it on, and move the last update at once."""

        async def scene() -> None:
            world = self.world(evolve(RULES, commit_reveal=True, reveal_period=2))
            await world.advance(1)
            outcome = await world.validator.set_weights(world.row(65_535), VERSION)
            assert isinstance(outcome, WeightsCommitted)
            assert outcome.reveals_at > outcome.block + RULES.tempo
            await world.advance(1)
            assert await world.last_update() == outcome.block
            while (now := await world.validator.current_block()) < outcome.reveals_at:
                assert await world.own_weights() == {}, now
                await world.advance(1)
            assert await world.own_weights() == {world.miners[0]: 1.0}
            hidden = await world.validator.metagraph(BlockNumber(outcome.reveals_at - 1), with_weights=True)
            assert hidden.weights == {}

        asyncio.run(scene())
