"""A validator that goes on, on the in-process subnet: its sleeps let blocks pass."""

import asyncio
from random import Random

import pytest
from attrs import define, evolve, field

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.chain import ChainFaults, MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.identity import SECONDS_PER_BLOCK, EpochNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochState

ME = Hotkey("validator-01")
RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=2))


class Enough(Exception):  # noqa: N818 - the test has seen enough
    """Ends a loop that never ends."""


@define
class BlocksPass:
    """A clock on which sleeping lets the chain go on, until a block is reached."""

    ledger: MemoryLedger
    until: int
    slept: list[float] = field(factory=list)

    def now(self) -> float:
        return self.monotonic()

    def monotonic(self) -> float:
        return float(self.ledger.block * SECONDS_PER_BLOCK)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ledger.advance(90)
        if self.ledger.block > self.until:
            raise Enough


def keep_running(
    subnet: InProcessSubnet, until: int, chain: MemoryChain | None = None
) -> tuple[KeepRunning, MemoryNotifier]:
    container = subnet.container_of(ME)
    notifier = MemoryNotifier()
    return (
        KeepRunning(
            chain=chain or MemoryChain(subnet.ledger, ME),
            run_epoch=container.run_epoch(),
            publish_weights=container.publish_weights(),
            clock=BlocksPass(subnet.ledger, until),
            notifier=notifier,
        ),
        notifier,
    )


def test_every_epoch_is_run_once() -> None:
    """Looked at several times an epoch, each is run and published once."""

    async def go() -> list[EpochState | None]:
        async with InProcessSubnet(1, 2, 3, rules=RULES) as subnet:
            running, notifier = keep_running(subnet, until=1000)
            with pytest.raises(Enough):
                await running()
            assert notifier.notices == ()
            store = subnet.store_of(ME)
            return [await store.state_of(EpochNumber(number)) for number in range(4)]

    assert asyncio.run(go()) == [EpochState.PUBLISHED, EpochState.PUBLISHED, EpochState.PUBLISHED, None]


def test_a_chain_that_does_not_answer_is_told_once_and_tried_again() -> None:
    """While the chain is gone the operator hears it once, and the loop goes on."""

    async def go() -> MemoryNotifier:
        async with InProcessSubnet(1, 2, 3, rules=RULES) as subnet:
            gone = MemoryChain(subnet.ledger, ME, ChainFaults(lost_before=1.0), subnet_rng())
            running, notifier = keep_running(subnet, until=600, chain=gone)
            with pytest.raises(Enough):
                await running()
            return notifier

    (notice,) = asyncio.run(go()).notices
    assert "tries again" in notice.do


def subnet_rng() -> Random:
    return Random(1)
