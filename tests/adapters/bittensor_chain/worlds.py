"""A subnet on the in-memory ledger, seen through `BittensorChain`."""

from random import Random

from attrs import frozen

from reasonforge.adapters.bittensor.chain import BittensorChain
from reasonforge.adapters.bittensor.connection import DEFAULT_DEADLINES, Deadlines
from reasonforge.adapters.bittensor.subtensor import Dial, SubtensorClient
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, Hotkey, Rao
from reasonforge.domain.metagraph import Hyperparameters
from tests.adapters.bittensor_chain.ledger_client import LedgerClient, LedgerClock, Weather

VALIDATOR = Hotkey("validator")
QUICK = Deadlines(read=0.4, write=0.5, close=0.1)
"""For tests in which a deadline passes."""

FALLBACK_LENGTH = 30
START = 40
"""Blocks that have passed: the SDK's own rate limit counts from block 0."""


def subnet(rules: Hyperparameters) -> MemoryLedger:
    """A validator (uid 0, 1000 TAO) and four miners (uids 1 to 4)."""
    ledger = MemoryLedger(rules)
    ledger.add_founder(VALIDATOR, Coldkey("bank"), Rao(1000 * RAO_PER_TAO))
    for number in range(4):
        ledger.add_founder(Hotkey(f"miner-{number}"), Coldkey("mine"))
    ledger.advance(START)
    return ledger


@frozen
class Place:
    """One ledger, its clock, and what befalls its clients."""

    ledger: MemoryLedger
    clock: LedgerClock
    weather: Weather

    @classmethod
    def of(cls, rules: Hyperparameters) -> "Place":
        ledger = subnet(rules)
        return cls(ledger, LedgerClock(ledger), Weather())

    def dial(self, hotkey: Hotkey) -> Dial:
        def connect() -> SubtensorClient:
            return LedgerClient(self.ledger, hotkey, self.weather)

        return connect

    def chain(self, hotkey: Hotkey = VALIDATOR, deadlines: Deadlines = DEFAULT_DEADLINES) -> BittensorChain:
        return BittensorChain(
            hotkey,
            self.ledger.netuid,
            self.dial(hotkey),
            self.clock,
            Random(7),
            deadlines=deadlines,
            epoch_length=FALLBACK_LENGTH,
        )
