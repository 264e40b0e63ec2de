import asyncio
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.memory.chain import ChainFaults, MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.weights import WeightRow, WeightsRefused, WeightsSet, WeightsUnreachable
from tests.contracts.chain import ChainContract, ChainWorld

VALIDATOR = Hotkey("validator")
ROW = WeightRow((Uid(1),), (65_535,))


def subnet(rules: Hyperparameters) -> MemoryLedger:
    ledger = MemoryLedger(rules)
    ledger.add_founder(VALIDATOR, Coldkey("bank"), Rao(1000 * RAO_PER_TAO))
    for number in range(4):
        ledger.add_founder(Hotkey(f"miner-{number}"), Coldkey("mine"))
    return ledger


class TestMemoryChain(ChainContract):
    def world(self, rules: Hyperparameters) -> ChainWorld:
        ledger = subnet(rules)

        async def advance(blocks: int) -> None:
            ledger.advance(blocks)

        return ChainWorld(
            validator=MemoryChain(ledger, VALIDATOR),
            miner=MemoryChain(ledger, Hotkey("miner-0")),
            stranger=MemoryChain(ledger, Hotkey("stranger")),
            miners=(Uid(1), Uid(2), Uid(3), Uid(4)),
            advance=advance,
        )


def test_a_call_lost_on_the_way_has_no_effect() -> None:
    """Lost before it took effect: the outcome is unreachable, and nothing was set."""
    ledger = subnet(Hyperparameters())
    chain = MemoryChain(ledger, VALIDATOR, ChainFaults(lost_before=1.0), Random(1))
    assert isinstance(asyncio.run(chain.set_weights(ROW, 0)), WeightsUnreachable)
    assert ledger.metagraph(with_weights=True).weights == {}


def test_an_answer_lost_on_the_way_back_leaves_the_effect() -> None:
    """Lost after it took effect: the outcome is unreachable, the weights are set, and the rate limit counts them."""
    ledger = subnet(Hyperparameters())
    ledger.advance(5)
    chain = MemoryChain(ledger, VALIDATOR, ChainFaults(lost_after=1.0), Random(1))
    assert isinstance(asyncio.run(chain.set_weights(ROW, 0)), WeightsUnreachable)
    assert ledger.metagraph(with_weights=True).weights == {Uid(0): {Uid(1): 1.0}}
    assert isinstance(asyncio.run(MemoryChain(ledger, VALIDATOR).set_weights(ROW, 0)), WeightsRefused)


def test_reads_and_serving_raise_when_they_get_lost() -> None:
    """A lost read or publication is ChainUnreachable; the publication that was only unanswered still shows."""
    ledger = subnet(Hyperparameters())
    chain = MemoryChain(ledger, VALIDATOR, ChainFaults(lost_after=1.0), Random(1))
    for call in (chain.current_block, chain.metagraph, chain.hyperparameters):
        with pytest.raises(ChainUnreachable):
            asyncio.run(call())
    with pytest.raises(ChainUnreachable):
        asyncio.run(chain.serve(Endpoint("203.0.113.9", 1)))
    assert ledger.neurons[0].endpoint == Endpoint("203.0.113.9", 1)


@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1))
def test_the_same_seed_loses_the_same_calls(seed: int, before: float, after: float) -> None:
    """Faults are drawn from the given source alone."""

    async def losses() -> list[bool]:
        chain = MemoryChain(subnet(Hyperparameters()), VALIDATOR, ChainFaults(before, after), Random(seed))
        lost = []
        for _ in range(20):
            try:
                lost.append(await chain.current_block() != 0)
            except ChainUnreachable:
                lost.append(True)
        return lost

    assert asyncio.run(losses()) == asyncio.run(losses())


def test_half_the_calls_lost() -> None:
    """At a probability of one half, about half of the calls get lost and the others are as without faults."""
    chain = MemoryChain(subnet(Hyperparameters()), VALIDATOR, ChainFaults(lost_before=0.5), Random(7))
    outcomes = asyncio.run(_outcomes(chain, 400))
    assert 150 < outcomes.count(WeightsUnreachable) < 250
    assert outcomes.count(WeightsSet) == 1
    assert outcomes.count(WeightsRefused) == 399 - outcomes.count(WeightsUnreachable)


async def _outcomes(chain: MemoryChain, times: int) -> list[type]:
    return [type(await chain.set_weights(ROW, 0)) for _ in range(times)]


def test_the_two_losses_are_independent() -> None:
    """A call that gets through may still lose its answer: at one half each, a quarter comes through."""
    chain = MemoryChain(subnet(Hyperparameters()), VALIDATOR, ChainFaults(lost_before=0.5, lost_after=0.5), Random(7))
    answered = 400 - asyncio.run(_outcomes(chain, 400)).count(WeightsUnreachable)
    assert 60 < answered < 140


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_lies_between_0_and_1(probability: float) -> None:
    """Other numbers are refused when the faults are made."""
    with pytest.raises(ValueError, match="must"):
        ChainFaults(lost_before=probability)


def test_faults_need_a_source() -> None:
    """Faults without a random.Random are refused, as nothing may be drawn from global randomness."""
    with pytest.raises(ValueError, match=r"random\.Random"):
        MemoryChain(subnet(Hyperparameters()), VALIDATOR, ChainFaults(lost_after=0.1))
