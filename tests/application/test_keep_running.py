"""A validator that goes on, on the in-process subnet: its sleeps let blocks pass."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import TypeVar

import pytest
from attrs import define, evolve, field

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.chain import ChainFaults, MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import ChainUnreachable
from reasonforge.domain.events import EpochClosed, Event, TaskScored, WeightsPublished
from reasonforge.domain.identity import SECONDS_PER_BLOCK, EpochNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochState
from reasonforge.domain.weights import WeightsSet

Answer = TypeVar("Answer")

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
            telemetry=container.adapters.telemetry(),
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


class Freezing(MemoryChain):
    """A chain that does not answer while `frozen`; its blocks pass all the same."""

    frozen = False

    def _call(self, act: Callable[[], Answer]) -> Answer:
        if self.frozen:
            raise ChainUnreachable("no answer within 10 s")
        return super()._call(act)


@define
class FreezeAfterTheFirstTask:
    """Telemetry that freezes the chain once a task of `epoch` is scored, and remembers what came in which order."""

    chain: Freezing
    epoch: int
    seen: list[tuple[str, int]] = field(factory=list)

    def emit(self, event: Event) -> None:
        match event:
            case TaskScored(_, epoch):
                self.seen.append(("scored", epoch.number))
                self.chain.frozen |= epoch.number == self.epoch
            case EpochClosed(report):
                self.seen.append(("closed", report.epoch.number))
            case WeightsPublished(_, publication) if isinstance(publication.outcome, WeightsSet):
                self.seen.append(("set", publication.epoch.number))
            case _:
                pass


@define
class Thaws(BlocksPass):
    """Blocks pass, and the chain answers again after so many of them."""

    chain: Freezing | None = None
    thaws_at: int = 0

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.chain is not None and self.ledger.block >= self.thaws_at:
            self.chain.frozen = False


@pytest.mark.parametrize("thaws_at", [200, 500], ids=["in the same epoch", "in the next epoch"])
def test_a_chain_that_freezes_within_an_epoch_costs_the_epoch_nothing(thaws_at: int) -> None:
    """The epoch is scored and closed without the chain, the operator is told, and its weights are set once the chain is
    back: before anything of the next epoch.
    """

    async def go() -> tuple[list[tuple[str, int]], MemoryNotifier]:
        async with InProcessSubnet(1, 2, 3, rules=RULES) as subnet:
            chain = Freezing(subnet.ledger, ME)
            watch = FreezeAfterTheFirstTask(chain, epoch=0)
            subnet.watch(watch)
            running, _ = keep_running(subnet, until=760, chain=chain)
            publish = evolve(running.publish_weights, chain=chain, notifier=running.notifier)
            running.run_epoch = evolve(running.run_epoch, chain=chain, publish_weights=publish)
            running.publish_weights = publish
            running.clock = Thaws(subnet.ledger, 760, chain=chain, thaws_at=thaws_at)
            with pytest.raises(Enough):
                await running()
            assert isinstance(running.notifier, MemoryNotifier)
            return watch.seen, running.notifier

    seen, notifier = asyncio.run(go())
    first = [("scored", 0), ("scored", 0), ("closed", 0), ("set", 0)]
    assert seen[:8] == [*first, ("scored", 1), ("scored", 1), ("closed", 1), ("set", 1)]
    told = [notice.what for notice in notifier.notices]
    assert "the weights of epoch 0 are not on the chain: no answer within 10 s" in told
