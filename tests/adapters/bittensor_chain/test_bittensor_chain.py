import asyncio
import os
from pathlib import Path
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.bittensor.chain import METAGRAPH_FRESH_BLOCKS, BittensorChain
from reasonforge.adapters.bittensor.subtensor import dial
from reasonforge.adapters.bittensor.wallet import address_of, open_wallet
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.epoch import Tempo
from reasonforge.domain.errors import ChainRefused, ChainUnreachable
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)
from tests.adapters.bittensor_chain.worlds import FALLBACK_LENGTH, QUICK, START, VALIDATOR, Place, subnet
from tests.contracts.chain import RULES, VERSION, ChainContract, ChainWorld
from tests.requirement import require

ROW = WeightRow((Uid(1), Uid(2)), (65_535, 21_845))


class TestBittensorChain(ChainContract):
    def world(self, rules: Hyperparameters) -> ChainWorld:
        place = Place.of(rules)
        return ChainWorld(
            validator=place.chain(),
            miner=place.chain(Hotkey("miner-0")),
            stranger=place.chain(Hotkey("stranger")),
            miners=(Uid(1), Uid(2), Uid(3), Uid(4)),
            advance=place.clock.advance,
        )


def test_a_real_node() -> None:
    """Against the node of RF_CHAIN_URL (wallet RF_CHAIN_WALLET, registered in subnet RF_CHAIN_NETUID) reads agree.

    Two reads of one block are equal, the neurons are in order, a block to come is refused, and the next epoch is near.
    """
    url = os.environ.get("RF_CHAIN_URL", "")
    require("chain", bool(url), "RF_CHAIN_URL names no node")
    netuid = NetUid(int(os.environ.get("RF_CHAIN_NETUID", "1")))
    name = os.environ.get("RF_CHAIN_WALLET", "default")
    wallet = open_wallet(name, "default", Path(os.environ.get("RF_CHAIN_WALLETS", "~/.bittensor/wallets")))
    chain = BittensorChain(address_of(wallet), netuid, dial(url, wallet), SystemClock(), Random(1))

    async def scene() -> None:
        rules = await chain.hyperparameters()
        first = await chain.metagraph(with_weights=True)
        assert await chain.metagraph(first.block, with_weights=True) == first
        assert [neuron.uid for neuron in first.neurons] == list(range(len(first.neurons)))
        assert len(first.neurons) <= rules.max_uids
        head = await chain.current_block()
        with pytest.raises(ChainRefused):
            await chain.metagraph(BlockNumber(head + 1000))
        assert head < await chain.next_epoch_start() <= head + 2 * (rules.tempo + 1)
        await chain.close()

    asyncio.run(scene())


def test_neurons_as_the_ledger_has_them() -> None:
    """After an epoch that paid, the metagraph is the ledger's, figure by figure, shares to a part in 65,535."""

    async def scene() -> None:
        place = Place.of(RULES)
        place.ledger.serve(Hotkey("miner-1"), Endpoint("198.51.100.7", 8091))
        chain = place.chain()
        assert isinstance(await chain.set_weights(ROW, VERSION), WeightsSet)
        await place.clock.advance(RULES.tempo + 1)
        expected = place.ledger.metagraph(with_weights=True)
        shown = await chain.metagraph(with_weights=True)
        assert (shown.netuid, shown.block, shown.weights) == (expected.netuid, expected.block, expected.weights)
        assert any(neuron.emission for neuron in shown.neurons)
        for neuron, other in zip(shown.neurons, expected.neurons, strict=True):
            shares = ("incentive", "consensus", "dividends", "validator_trust")
            for share in shares:
                assert getattr(neuron, share) == pytest.approx(getattr(other, share), abs=1 / 65_535)
            assert evolve(neuron, **{share: getattr(other, share) for share in shares}) == other

    asyncio.run(scene())


def test_one_reading_serves_everybody() -> None:
    """Callers at the same time and within five blocks share one reading; the next one is read after that."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        together = await asyncio.gather(*(chain.metagraph() for _ in range(20)))
        assert all(metagraph is together[0] for metagraph in together)
        assert place.weather.reads == 3  # the newest block, the metagraph, and the trust that it leaves out
        await place.clock.advance(METAGRAPH_FRESH_BLOCKS - 1)
        assert await chain.metagraph() is together[0]
        await place.clock.advance(1)
        assert (await chain.metagraph()).block == together[0].block + METAGRAPH_FRESH_BLOCKS

    asyncio.run(scene())


def test_the_newest_block_is_cheap() -> None:
    """Within a third of a block the node is asked once for its number."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        first = await chain.current_block()
        for _ in range(10):
            await place.clock.sleep(0.3)
            assert await chain.current_block() == first
        assert place.weather.reads == 1
        await place.clock.advance(1)
        assert await chain.current_block() == first + 1

    asyncio.run(scene())


def test_a_subnet_that_grows_and_shrinks() -> None:
    """Neurons that come and go show, and weights of and on those that left are gone with them."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        assert isinstance(await chain.set_weights(ROW, VERSION), WeightsSet)
        place.ledger.deregister(Hotkey("miner-3"))
        place.ledger.fund(Coldkey("new"), Rao(10**12))
        for number in range(3):
            place.ledger.register(Hotkey(f"late-{number}"), Coldkey("new"))
        await place.clock.advance(METAGRAPH_FRESH_BLOCKS)
        shown = await chain.metagraph(with_weights=True)
        assert [neuron.hotkey for neuron in shown.neurons] == [n.hotkey for n in place.ledger.neurons]
        assert shown.of(Hotkey("miner-3")) is None
        assert shown.weights == place.ledger.metagraph(with_weights=True).weights

    asyncio.run(scene())


def test_serving_the_same_again_changes_nothing() -> None:
    """What is published already is not written again, even where no write gets through."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain(Hotkey("miner-0"), QUICK)
        endpoint = Endpoint("203.0.113.9", 8091)
        await chain.serve(endpoint)
        await place.clock.advance(1)
        place.weather.frozen_writes = True
        await chain.serve(endpoint)
        with pytest.raises(ChainUnreachable):
            await chain.serve(Endpoint("203.0.113.9", 8092))

    asyncio.run(scene())


def test_only_an_address_is_published() -> None:
    """A name is refused: the chain has no place for one."""
    with pytest.raises(ChainRefused, match=r"miner\.example"):
        asyncio.run(Place.of(RULES).chain(Hotkey("miner-0")).serve(Endpoint("miner.example", 8091)))


def test_the_next_epoch_is_the_chain_s() -> None:
    """It is the block in which the ledger runs its next epoch, seen from every block of an epoch."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        for _ in range(RULES.tempo + 1):
            coming = await chain.next_epoch_start()
            assert place.ledger.block < coming <= place.ledger.block + RULES.tempo + 1
            assert place.ledger.tempo.ends_at(coming)
            await place.clock.advance(1)

    asyncio.run(scene())


def test_the_next_epoch_without_the_chain_s_word() -> None:
    """A runtime that cannot say gets the fallback length, by the chain's own arithmetic."""

    async def scene() -> None:
        place = Place.of(RULES)
        place.weather.old_runtime = True
        coming = await place.chain().next_epoch_start()
        assert Tempo(FALLBACK_LENGTH - 1, place.ledger.netuid).ends_at(coming)
        assert START < coming <= START + FALLBACK_LENGTH

    asyncio.run(scene())


def test_three_attempts_and_no_more() -> None:
    """While it stays too soon, the adapter waits one block and two blocks, with jitter, and gives up retryably."""

    async def scene() -> None:
        place = Place.of(evolve(RULES, weights_rate_limit=1000))
        refused = await place.chain().set_weights(ROW, VERSION)  # the chain would take them: they are the first
        assert isinstance(refused, WeightsRefused)
        assert refused.reason is RefusalReason.RATE_LIMITED
        assert 36 < place.clock.monotonic() < 54

    asyncio.run(scene())


def test_too_soon_is_waited_out() -> None:
    """Where the SDK alone holds it too soon, the adapter waits a block or two and sets the weights."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain()
        first = await chain.set_weights(ROW, VERSION)
        await place.clock.advance(RULES.weights_rate_limit)
        again = await chain.set_weights(ROW, VERSION)
        assert isinstance(first, WeightsSet)
        assert isinstance(again, WeightsSet)
        assert again.block == first.block + RULES.weights_rate_limit + 1

    asyncio.run(scene())


def test_a_true_rate_limit_is_not_waited_out() -> None:
    """Blocks before the chain would take them, weights are refused at once, and nothing is written."""

    async def scene() -> None:
        place = Place.of(evolve(RULES, weights_rate_limit=100))
        chain = place.chain()
        place.weather.frozen_writes = True
        place.ledger.set_weights(VALIDATOR, ROW, VERSION)
        await place.clock.advance(20)
        before = place.clock.monotonic()
        refused = await chain.set_weights(ROW, VERSION)
        assert refused == WeightsRefused(
            RefusalReason.RATE_LIMITED, "20 blocks have passed since the last weights, and 100 must"
        )
        assert place.clock.monotonic() == before

    asyncio.run(scene())


def test_a_lost_answer_is_unreachable() -> None:
    """Weights that were taken while the answer was lost are `WeightsUnreachable`, and are there when looked for."""

    async def scene() -> None:
        place = Place.of(RULES)
        chain = place.chain(deadlines=QUICK)
        place.weather.lost_answers = True
        assert isinstance(await chain.set_weights(ROW, VERSION), WeightsUnreachable)
        await place.clock.advance(1)
        metagraph = await chain.metagraph(with_weights=True)
        assert metagraph.weights == {Uid(0): ROW.shares()}

    asyncio.run(scene())


def test_a_subnet_that_is_not_there() -> None:
    """Reading a subnet that the chain does not have is refused, not taken for an empty one."""

    async def scene() -> None:
        place = Place.of(RULES)
        elsewhere = BittensorChain(VALIDATOR, NetUid(77), place.dial(VALIDATOR), place.clock, Random(1))
        for read in (elsewhere.hyperparameters, elsewhere.metagraph):
            with pytest.raises(ChainRefused, match="77"):
                await read()

    asyncio.run(scene())


uids = st.lists(st.integers(0, 6).map(Uid), max_size=5)
values = st.lists(st.sampled_from([0, 1, 300, 40_000, 65_535, 65_536]), max_size=5)
rules = st.builds(
    Hyperparameters,
    tempo=st.just(10),
    weights_rate_limit=st.sampled_from([0, 4, 100]),
    min_allowed_weights=st.integers(0, 3),
    max_weight_limit=st.sampled_from([0.4, 0.6, 1.0]),
    weights_version=st.integers(0, 2),
    commit_reveal=st.booleans(),
    min_validator_stake=st.sampled_from([0.0, 2000.0]),
)


@given(uids, values, rules, st.integers(0, 2), st.sampled_from(["validator", "miner-0", "stranger"]))
def test_preflight_refuses_what_the_ledger_refuses(
    uids: list[Uid], values: list[int], rules: Hyperparameters, version: int, caller: str
) -> None:
    """Whatever the row, the rules and the caller: refused for a reason exactly when the in-memory chain refuses.

    The reasons are the same, except that a stranger's row is not looked at first.
    """
    row = WeightRow(tuple(uids), tuple(values))
    place = Place.of(rules)

    async def scene() -> tuple[type, RefusalReason | None]:
        if rules.weights_rate_limit == 100:
            place.ledger.set_weights(VALIDATOR, ROW, 2)
        outcome = await place.chain(Hotkey(caller)).set_weights(row, version)
        return type(outcome), outcome.reason if isinstance(outcome, WeightsRefused) else None

    twin = subnet(rules)
    if rules.weights_rate_limit == 100:
        twin.set_weights(VALIDATOR, ROW, 2)
    expected = asyncio.run(MemoryChain(twin, Hotkey(caller)).set_weights(row, version))
    reason = expected.reason if isinstance(expected, WeightsRefused) else None
    assert asyncio.run(scene()) == (type(expected), reason)


def test_a_commit_says_when_it_is_revealed() -> None:
    """Committed weights show in the block that the outcome names, and not before."""

    async def scene() -> None:
        place = Place.of(evolve(RULES, commit_reveal=True, reveal_period=3))
        chain = place.chain()
        outcome = await chain.set_weights(ROW, VERSION)
        assert isinstance(outcome, WeightsCommitted)
        place.ledger.advance_to(outcome.reveals_at)
        assert place.ledger.metagraph(BlockNumber(outcome.reveals_at - 1), with_weights=True).weights == {}
        assert place.ledger.metagraph(with_weights=True).weights == {Uid(0): ROW.shares()}

    asyncio.run(scene())
