"""What becomes of weights that were sent and not answered for, on a chain that limits nothing."""

import asyncio
from typing import NoReturn

import pytest

from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.application.validator.publish_weights import IN_DOUBT_BLOCKS, PublishWeights
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.report import EpochReport, Publication
from reasonforge.domain.standing import Standing
from reasonforge.domain.weights import WeightRow, WeightsOutcome, WeightsSet

ME, MINER = Hotkey("me"), Hotkey("miner")
ROW = WeightRow((Uid(1),), (65_535,))
SENT_IN = BlockNumber(7)


class Killed(BaseException):
    """The process dies here."""


class Dying(MemoryChain):
    """Dies before the chain has the weights, or after; the ledger remembers how often it got them."""

    def __init__(self, ledger: MemoryLedger, *, taken: bool) -> None:
        super().__init__(ledger, ME)
        self.taken = taken

    async def set_weights(self, row: WeightRow, version_key: int) -> NoReturn:
        if self.taken:
            await super().set_weights(row, version_key)
        raise Killed


class Counting(MemoryLedger):
    """A ledger, without a rate limit unless one is given, that counts what is sent to it."""

    def __init__(self, *, commit_reveal: bool = False, rate_limit: int = 0) -> None:
        super().__init__(Hyperparameters(tempo=50, weights_rate_limit=rate_limit, commit_reveal=commit_reveal))
        self.sent = 0
        self.add_founder(ME, Coldkey("me"), Rao(RAO_PER_TAO))
        self.add_founder(MINER, Coldkey("miner"))
        self.advance_to(SENT_IN)

    def set_weights(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> WeightsOutcome:
        self.sent += 1
        return super().set_weights(hotkey, row, version_key)


def publish(chain: MemoryChain, store: MemoryStore) -> Publication | None:
    use_case = PublishWeights(chain, store, MemoryNotifier(), MemoryTelemetry(), ValidatorRules())
    return asyncio.run(use_case())


def close(store: MemoryStore, epoch: Epoch, row: WeightRow) -> None:
    asyncio.run(store.open_epoch(epoch))
    asyncio.run(store.close(EpochReport(epoch, ME, (), (), (), (), row), Standing()))


def died(ledger: Counting, *, taken: bool) -> MemoryStore:
    """What is recorded when the validator is killed while it sends the weights of a closed epoch."""
    store = MemoryStore(ME)
    close(store, ledger.tempo.epoch_at(ledger.block), ROW)
    with pytest.raises(Killed):
        publish(Dying(ledger, taken=taken), store)
    return store


@pytest.mark.parametrize("commit_reveal", [False, True], ids=["shown", "hidden"])
def test_weights_in_doubt_are_not_sent_again_before_the_chain_shows_its_next_block(*, commit_reveal: bool) -> None:
    """Started again in the block in which they were taken, which does not show them yet, a validator sends nothing."""
    ledger = Counting(commit_reveal=commit_reveal)
    store = died(ledger, taken=True)
    chain = MemoryChain(ledger, ME)
    assert publish(chain, store) is None
    ledger.advance(1)
    found = publish(chain, store)
    assert found is not None
    assert found.outcome == WeightsSet(SENT_IN)
    assert ledger.sent == 1
    assert publish(chain, store) is None


def test_weights_that_never_arrived_are_sent_when_the_doubt_is_over() -> None:
    """Noted and not sent when the process died, they are sent a few blocks later, once."""
    ledger = Counting()
    store = died(ledger, taken=False)
    chain = MemoryChain(ledger, ME)
    for _ in range(IN_DOUBT_BLOCKS):
        assert publish(chain, store) is None
        ledger.advance(1)
    found = publish(chain, store)
    assert found is not None
    assert found.outcome == WeightsSet(ledger.block)
    assert ledger.sent == 1


@pytest.mark.parametrize("is_killed", [False, True], ids=["goes on", "killed before it noted the answer"])
def test_the_weights_of_the_epoch_before_are_not_taken_for_those_of_this_one(*, is_killed: bool) -> None:
    """Late weights of one epoch and those of the next, sent in one block: the chain refuses the second for coming too
    soon, and what it then shows are the first. The second stay pending, and are set when their time has come.
    """
    ledger = Counting(rate_limit=5)
    chain = MemoryChain(ledger, ME)
    ledger.advance_to(BlockNumber(60))
    epoch = ledger.tempo.epoch_at(ledger.block)
    if is_killed:
        store = died(ledger, taken=True)
        now = ledger.tempo.after(epoch)
    else:
        store, now = MemoryStore(ME), epoch
        close(store, ledger.tempo.epoch_at(SENT_IN), ROW)
        first = publish(chain, store)
        assert first is not None
        assert isinstance(first.outcome, WeightsSet)
    close(store, now, WeightRow((Uid(0), Uid(1)), (65_535, 100)))
    for _ in range(12):
        publish(chain, store)
        ledger.advance(1)
    assert asyncio.run(store.unpublished()) == []
    shown = ledger.metagraph(with_weights=True).weights
    assert shown is not None
    assert shown[Uid(0)].keys() == {0, 1}
