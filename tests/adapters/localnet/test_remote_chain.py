"""The Chain port over the wire: the contract, and the same values as in process."""

import asyncio
import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from attrs import asdict, evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.localnet.control import LedgerControl
from reasonforge.adapters.localnet.server import LedgerServer
from reasonforge.adapters.localnet.values import LedgerBooks, LedgerEpoch
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.emission import ChainEpoch
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.treasury import Books
from reasonforge.domain.errors import ChainRefused, ChainUnreachable, OperatorError
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)
from tests.adapters.localnet.served import VALIDATOR, ServedLedger, subnet
from tests.contracts.chain import RULES, ChainContract, ChainWorld

ROW = WeightRow((Uid(1),), (65_535,))


class TestRemoteMemoryChain(ChainContract):
    @pytest.fixture(autouse=True)
    def _opened(self) -> Iterator[None]:
        with contextlib.ExitStack() as self.opened:
            yield

    def world(self, rules: Hyperparameters) -> ChainWorld:
        url = self.opened.enter_context(ServedLedger(subnet(rules))).url
        control = LedgerControl(url)
        validator, miner, stranger = (
            RemoteMemoryChain(url, Hotkey(name)) for name in (VALIDATOR, "miner-0", "stranger")
        )
        for one in (control, validator, miner, stranger):
            self.opened.callback(one.close)
        return ChainWorld(validator, miner, stranger, (Uid(1), Uid(2), Uid(3), Uid(4)), control.advance)


hotkeys = st.sampled_from([VALIDATOR, *(Hotkey(f"miner-{number}") for number in range(4)), Hotkey("late")])
coldkeys = st.sampled_from([Coldkey("bank"), Coldkey("mine"), Coldkey("new")])
odd_numbers = st.integers(-2, 70_000) | st.sampled_from([0.5, float("nan"), 2**80])
odd_rows = st.builds(
    WeightRow, st.lists(st.integers(-1, 6), max_size=4).map(tuple), st.lists(odd_numbers, max_size=4).map(tuple)
)
good_rows = st.lists(st.integers(1, 65_535), min_size=4, max_size=4).map(
    lambda values: WeightRow((Uid(1), Uid(2), Uid(3), Uid(4)), tuple(values))
)
rao = st.integers(-1, 10**13).map(Rao)
acts = st.one_of(
    st.tuples(st.just("advance"), st.integers(-1, 30)),
    st.tuples(st.just("set_weights"), hotkeys, good_rows | odd_rows, st.integers(0, 4)),
    st.tuples(st.just("serve"), hotkeys, st.builds(Endpoint, st.sampled_from(["203.0.113.9", "x"]), st.integers(0, 9))),
    st.tuples(st.just("fund"), coldkeys, rao),
    st.tuples(st.just("found"), hotkeys, coldkeys, rao),
    st.tuples(st.just("register"), hotkeys, coldkeys),
    st.tuples(st.just("deregister"), hotkeys),
    st.tuples(st.just("add_stake"), hotkeys, rao),
    st.tuples(st.just("metagraph"), st.none() | st.integers(-1, 60), st.booleans()),
)


async def in_process(ledger: MemoryLedger, act: tuple[Any, ...]) -> object:
    match act:
        case "set_weights", hotkey, row, key:
            return await MemoryChain(ledger, hotkey).set_weights(row, key)
        case "serve", hotkey, endpoint:
            await MemoryChain(ledger, hotkey).serve(endpoint)
            return None
        case "metagraph", at, with_weights:
            return ledger.metagraph(at, with_weights=with_weights)
        case "found", *rest:
            return ledger.add_founder(*rest)
        case name, *rest:
            return getattr(ledger, name)(*rest)
    raise AssertionError(act)


async def over_the_wire(url: str, act: tuple[Any, ...]) -> object:
    with contextlib.ExitStack() as opened:
        control = LedgerControl(url)
        opened.callback(control.close)
        chain = RemoteMemoryChain(url, act[1] if act[0] in {"set_weights", "serve"} else VALIDATOR)
        opened.callback(chain.close)
        match act:
            case "set_weights", _, row, key:
                return await chain.set_weights(row, key)
            case "serve", _, endpoint:
                await chain.serve(endpoint)
                return None
            case "metagraph", at, with_weights:
                return await chain.metagraph(at, with_weights=with_weights)
            case name, *rest:
                return await getattr(control, name)(*rest)
    raise AssertionError(act)


async def outcome(awaited: Any) -> object:
    """What came back, or what was raised and what it said."""
    try:
        return await awaited
    except (ChainRefused, ValueError) as error:
        return type(error), str(error)


@settings(max_examples=100)
@given(
    st.lists(acts, min_size=4, max_size=25),
    st.sampled_from(
        [
            Hyperparameters(tempo=4, weights_rate_limit=0),
            Hyperparameters(tempo=3, commit_reveal=True, weights_rate_limit=2, max_weight_limit=0.5),
            Hyperparameters(tempo=9, max_uids=5, immunity_period=3, min_validator_stake=0.1 + 0.2),
        ]
    ),
)
def test_the_wire_changes_nothing(done: list[tuple[Any, ...]], rules: Hyperparameters) -> None:
    """Whatever is done, each answer, refusal and sentence over the wire is the in-process one, floats to the bit."""

    async def scene() -> None:
        near, far = subnet(rules), subnet(rules)
        async with LedgerServer(far, "test").listening() as address:
            url = str(address)
            for act in done:
                assert await outcome(over_the_wire(url, act)) == await outcome(in_process(near, act)), act
            chain, control = RemoteMemoryChain(url, VALIDATOR), LedgerControl(url)
            assert await chain.metagraph(with_weights=True) == near.metagraph(with_weights=True)
            assert await chain.hyperparameters() == near.hyperparameters
            assert await chain.current_block() == await control.block() == near.block
            assert [asdict(one) for one in await control.history()] == [asdict(one) for one in near.history]
            assert await control.history(1) == (await control.history())[-1:]
            assert asdict(await control.books()) == asdict(near.books)
            assert await control.registration_cost() == near.registration_cost
            chain.close()
            control.close()

    asyncio.run(scene())


def test_records_have_the_ledger_s_fields() -> None:
    """An epoch and the books over the wire have the fields that they have in process."""
    for here, there in ((LedgerEpoch, ChainEpoch), (LedgerBooks, Books)):
        assert [(one.name, one.type) for one in fields(here)] == [(one.name, one.type) for one in fields(there)]


def test_a_server_that_comes_back_is_found_again() -> None:
    """While the server is away calls are unreachable; when the same chain is back, the same object goes on."""
    ledger = subnet(RULES)
    with ServedLedger(ledger) as served:
        url = served.url
        chain = RemoteMemoryChain(url, VALIDATOR)
        before = asyncio.run(chain.metagraph())
    for call in (chain.current_block, chain.metagraph, partial(chain.serve, Endpoint("203.0.113.9", 1))):
        with pytest.raises(ChainUnreachable, match="cannot be reached"):
            asyncio.run(call())
    assert isinstance(asyncio.run(chain.set_weights(ROW, 3)), WeightsUnreachable)
    with ServedLedger(ledger, port=int(url.rpartition(":")[2])):
        assert asyncio.run(chain.metagraph()) == before
        assert isinstance(asyncio.run(chain.set_weights(ROW, 3)), WeightsSet)
        chain.close()


def test_weights_reach_a_server_that_came_back() -> None:
    """A connection that ended while nobody called is opened again before anything is sent, so weights are not lost."""
    ledger = subnet(RULES)
    with ServedLedger(ledger) as served:
        chain = RemoteMemoryChain(served.url, VALIDATOR)
        asyncio.run(chain.current_block())
    with ServedLedger(ledger, port=int(served.url.rpartition(":")[2])):
        assert asyncio.run(chain.set_weights(ROW, 3)) == WeightsSet(BlockNumber(0))
        chain.close()


def test_another_chain_at_the_same_address_is_refused() -> None:
    """A chain that was started anew is not taken for the one that a neuron knew."""
    with ServedLedger(subnet(RULES), chain="first") as served:
        chain = RemoteMemoryChain(served.url, VALIDATOR)
        asyncio.run(chain.current_block())
    with ServedLedger(subnet(RULES), chain="second", port=int(served.url.rpartition(":")[2])):
        with pytest.raises(ChainRefused, match="started anew"):
            asyncio.run(chain.current_block())
        refused = asyncio.run(chain.set_weights(ROW, 3))
        assert isinstance(refused, WeightsRefused)
        assert (refused.reason, "started anew" in refused.detail) == (RefusalReason.OTHER, True)
        chain.close()


def test_another_subnet_is_refused() -> None:
    """A neuron that expects another netuid is told which one is served."""
    with ServedLedger(subnet(RULES)) as served:
        chain = RemoteMemoryChain(served.url, VALIDATOR, NetUid(7))
        with pytest.raises(ChainRefused, match="has subnet 1, and not 7"):
            asyncio.run(chain.current_block())
        chain.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:9945",
        "http://127.0.0.1:9945",
        "memory://127.0.0.1",
        "memory://127.0.0.1:0",
        "memory://127.0.0.1:99999",
        "memory://127.0.0.1:x",
        "memory://[::1:9945",
        "memory://127.0.0.1:9945/path",
        "memory://192.0.2.1:9945",
        "memory://0.0.0.0:9945",
        "memory://example.com:9945",
    ],
)
def test_an_address_that_is_none(url: str) -> None:
    """What is no memory://LOOPBACK:PORT is refused when the chain is made."""
    for make in (LedgerControl, partial(RemoteMemoryChain, hotkey=VALIDATOR)):
        with pytest.raises(OperatorError, match=r"loopback|memory://"):
            make(url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("memory://127.0.0.1:9945", LocalAddress("127.0.0.1", 9945)),
        ("memory://127.8.9.10:1/", LocalAddress("127.8.9.10", 1)),
        ("memory://localhost:65535", LocalAddress("127.0.0.1", 65_535)),
        ("memory://[::1]:9945", LocalAddress("::1", 9945)),
    ],
)
def test_an_address_is_written_as_it_is_read(url: str, address: LocalAddress) -> None:
    """Loopback addresses of either kind are taken, and written so that they are taken again."""
    assert LocalAddress.of_url(url) == LocalAddress.of_url(str(address)) == address


def test_calls_side_by_side_take_turns() -> None:
    """A hundred calls at once on one chain each get their own answer."""

    async def scene() -> None:
        async with LedgerServer(subnet(evolve(RULES, weights_rate_limit=0)), "test").listening() as address:
            chain = RemoteMemoryChain(str(address), VALIDATOR)
            answers = await asyncio.gather(
                *(call for _ in range(50) for call in (chain.current_block(), chain.hyperparameters()))
            )
            assert answers == [BlockNumber(0), evolve(RULES, weights_rate_limit=0)] * 50
            chain.close()

    asyncio.run(scene())


def test_a_call_given_up_does_not_answer_the_next() -> None:
    """A call cancelled in the middle leaves nothing behind that the next one could take for its own answer."""

    async def scene() -> None:
        async with LedgerServer(subnet(RULES), "test").listening() as address:
            chain = RemoteMemoryChain(str(address), VALIDATOR)
            for pauses in range(12):
                given_up = asyncio.create_task(chain.metagraph())
                for _ in range(pauses):
                    await asyncio.sleep(0)
                given_up.cancel()
                await asyncio.wait([given_up])
                assert await chain.current_block() == BlockNumber(0)
            chain.close()

    asyncio.run(scene())


def test_a_row_too_long_for_a_line() -> None:
    """A row that no line could carry is refused, and the chain goes on."""
    with ServedLedger(subnet(RULES)) as served:
        chain = RemoteMemoryChain(served.url, VALIDATOR)
        row = WeightRow(tuple(map(Uid, range(60_000))), (65_535,) * 60_000)
        refused = asyncio.run(chain.set_weights(row, 3))
        assert isinstance(refused, WeightsRefused)
        assert "bytes, and this one" in refused.detail  # it was not sent
        assert asyncio.run(chain.current_block()) == 0
        chain.close()
