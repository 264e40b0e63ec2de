import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.chain import ChainFaults, MemoryChain
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.application.miner.admit_caller import BLIND_SECONDS, FORESIGHT_SECONDS, METAGRAPH_BLOCKS, AdmitCaller
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, Rao
from reasonforge.domain.metagraph import Hyperparameters

MINER, RICH, POOR, IDLE = Hotkey("miner"), Hotkey("rich"), Hotkey("poor"), Hotkey("idle")


def tao(amount: int) -> Rao:
    return Rao(amount * RAO_PER_TAO)


def ledger() -> MemoryLedger:
    """Two validators by stake, and two neurons without a permit."""
    subnet = MemoryLedger(Hyperparameters(tempo=50, max_validators=2))
    for hotkey, stake in ((MINER, 0), (RICH, 1000), (POOR, 10), (IDLE, 5)):
        subnet.add_founder(hotkey, Coldkey(f"cold {hotkey}"), tao(stake))
    return subnet


def admission(subnet: MemoryLedger, clock: MemoryClock, least_stake: float = 0.0, calls: int = 1000) -> AdmitCaller:
    return AdmitCaller(MemoryChain(subnet, MINER), clock, least_stake, calls, window_seconds=60.0)


@pytest.mark.parametrize(
    ("caller", "least_stake", "expected"),
    [
        (RICH, 100.0, None),
        (POOR, 10.0, None),
        (POOR, 100.0, Refusal("stake 10 TAO is below our least of 100")),
        (IDLE, 0.0, Refusal("no validator permit")),
        (MINER, 0.0, Refusal("no validator permit")),
        (Hotkey("stranger"), 0.0, Refusal("not registered on this subnet")),
    ],
)
def test_who_is_worked_for(caller: Hotkey, least_stake: float, expected: Refusal | None) -> None:
    """Registered, with permit and with enough stake: admitted; otherwise told which of them is missing."""
    assert asyncio.run(admission(ledger(), MemoryClock(), least_stake)(caller)) == expected


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from((RICH, POOR)), st.integers(0, 30)), max_size=60), st.integers(1, 5))
def test_no_window_holds_more_than_the_rate(calls: list[tuple[Hotkey, int]], rate: int) -> None:
    """In any 60 seconds a caller is admitted at most so many times, whatever others do, and is again after waiting."""

    async def go() -> dict[Hotkey, list[float]]:
        clock = MemoryClock()
        admit = admission(ledger(), clock, calls=rate)
        admitted: dict[Hotkey, list[float]] = {RICH: [], POOR: []}
        for caller, pause in calls:
            await clock.sleep(pause)
            times, now = admitted[caller], clock.monotonic()
            free = sum(time > now - 60 for time in times) < rate
            assert (await admit(caller) is None) is free
            if free:
                times.append(now)
        return admitted

    for times in asyncio.run(go()).values():
        assert all(sum(start <= time < start + 60 for time in times) <= rate for start in times)


def test_too_often_says_so() -> None:
    """A caller over its rate hears what the rate is."""

    async def go() -> Refusal | None:
        admit = admission(ledger(), MemoryClock(), calls=2)
        await admit(RICH)
        await admit(RICH)
        return await admit(RICH)

    assert asyncio.run(go()) == Refusal("more than 2 calls in 60 s")


def test_the_metagraph_is_read_every_five_blocks() -> None:
    """A change on the chain counts after at most 5 blocks, and not before the view is read anew."""

    async def go() -> list[bool]:
        subnet = ledger()
        admit = admission(subnet, MemoryClock())
        seen = [await admit(IDLE) is None]
        subnet.fund(Coldkey("cold idle"), tao(5000))
        subnet.add_stake(IDLE, tao(5000))
        subnet.recompute_permits()
        for _ in range(METAGRAPH_BLOCKS):
            seen.append(await admit(IDLE) is None)
            subnet.advance()
        seen.append(await admit(IDLE) is None)
        return seen

    assert asyncio.run(go()) == [False] * (METAGRAPH_BLOCKS + 1) + [True]


def test_the_last_view_counts_while_the_chain_is_away() -> None:
    """A chain that cannot be reached stops nobody who was known, and lets nobody in before there is a view."""

    async def go() -> list[Refusal | None]:
        subnet = ledger()
        away = MemoryChain(subnet, MINER, ChainFaults(lost_before=1.0), Random(1))
        cut_off = AdmitCaller(away, MemoryClock())
        known = admission(subnet, MemoryClock())
        await known(RICH)
        known.chain = away
        return [await cut_off(RICH), await known(RICH), await known(IDLE)]

    assert asyncio.run(go()) == [
        Refusal("the chain cannot be reached, so we cannot know you"),
        None,
        Refusal("no validator permit"),
    ]


def test_nothing_is_kept_of_who_left() -> None:
    """What is remembered of callers is bounded by the subnet: who is not registered any more is forgotten."""

    async def go() -> tuple[list[Hotkey], list[Hotkey]]:
        subnet = ledger()
        admit = admission(subnet, MemoryClock())
        for caller in (RICH, POOR, Hotkey("stranger")):
            await admit(caller)
        before = sorted(admit._admitted)
        subnet.deregister(POOR)
        subnet.advance(METAGRAPH_BLOCKS)
        await admit(RICH)
        return before, sorted(admit._admitted)

    assert asyncio.run(go()) == ([POOR, RICH], [RICH])


class Hanging(MemoryChain):
    """A chain whose every answer takes as long as `hangs`, and then is lost; counts the calls."""

    hangs = 0.0
    calls = 0

    def __init__(self, subnet: MemoryLedger, clock: MemoryClock) -> None:
        super().__init__(subnet, MINER)
        self.clock = clock

    async def current_block(self) -> BlockNumber:
        self.calls += 1
        if self.hangs:
            await self.clock.sleep(self.hangs)
            raise ChainUnreachable("no answer")
        return await super().current_block()


def test_a_chain_that_hangs_costs_one_caller_its_time() -> None:
    """After one call that hung, callers are judged by the last view at once, for a while; then the chain is tried."""

    async def go() -> None:
        clock = MemoryClock()
        chain = Hanging(ledger(), clock)
        admit = AdmitCaller(chain, clock)
        assert await admit(RICH) is None
        chain.hangs, calls = 10.0, chain.calls
        for expected in (10.0, 0.0, 0.0, 0.0):
            start = clock.monotonic()
            assert await admit(RICH) is None
            assert await admit(IDLE) == Refusal("no validator permit")
            assert clock.monotonic() - start == expected
        assert chain.calls == calls + 1
        chain.hangs = 0.0
        await clock.sleep(BLIND_SECONDS)
        assert await admit(RICH) is None
        assert chain.calls == calls + 2

    asyncio.run(go())


class TestForesight:
    """What is told of callers that nobody has verified."""

    @settings(deadline=None, max_examples=60)
    @given(
        st.lists(
            st.tuples(st.sampled_from((RICH, POOR, IDLE, Hotkey("new"))), st.integers(0, 15), st.booleans()),
            max_size=40,
        ),
        st.booleans(),
    )
    def test_it_refuses_nobody_who_would_be_admitted(
        self, calls: list[tuple[Hotkey, int, bool]], blocks_pass: bool
    ) -> None:
        """Whatever came before, and whoever joined meanwhile: foreseen refusals are those that come, word for word."""

        async def go() -> None:
            clock, subnet = MemoryClock(), ledger()
            admit = admission(subnet, clock, least_stake=5.0, calls=3)
            subnet.fund(Coldkey("cold new"), tao(10_000))
            for caller, tenths, joins in calls:
                await clock.sleep(tenths / 10)
                if blocks_pass:
                    subnet.advance(7)
                if joins and subnet.uid_of(Hotkey("new")) is None:
                    subnet.register(Hotkey("new"), Coldkey("cold new"))
                foreseen = admit.foresee(caller)
                said = await admit(caller)
                if foreseen is not None and not blocks_pass:
                    assert said == foreseen

        asyncio.run(go())

    def test_it_spends_nothing(self) -> None:
        """Asked a thousand times, it takes nothing off the caller's rate, and asks the chain nothing."""

        async def go() -> None:
            clock = MemoryClock()
            chain = Hanging(ledger(), clock)
            admit = AdmitCaller(chain, clock, calls=2)
            assert admit.foresee(RICH) is None, "it has seen nothing yet"
            assert await admit(RICH) is None
            calls = chain.calls
            assert {admit.foresee(RICH) for _ in range(1_000)} == {None}
            assert chain.calls == calls
            assert await admit(RICH) is None
            assert admit.foresee(RICH) == Refusal("more than 2 calls in 60 s") == await admit(RICH)

        asyncio.run(go())

    def test_it_forgets_quickly(self) -> None:
        """Who is registered now is kept out for a second at most, though nobody else asks."""

        async def go() -> None:
            clock, subnet = MemoryClock(), ledger()
            admit = admission(subnet, clock)
            assert await admit(RICH) is None
            subnet.advance(METAGRAPH_BLOCKS)
            subnet.fund(Coldkey("cold new"), tao(10_000))
            subnet.register(Hotkey("new"), Coldkey("cold new"))
            subnet.advance(1)
            assert admit.foresee(Hotkey("new")) == Refusal("not registered on this subnet")
            await clock.sleep(FORESIGHT_SECONDS + 0.001)
            assert admit.foresee(Hotkey("new")) is None
            assert await admit(Hotkey("new")) == Refusal("no validator permit")

        asyncio.run(go())
