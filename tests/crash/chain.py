"""The in-memory chain, served as `reasonforge chain serve` serves it, that also tells who set weights and what it said.

A new one at another port whenever it is told so.
"""

import secrets
from contextlib import AsyncExitStack

from attrs import define, field

from reasonforge.adapters.localnet.server import LedgerServer
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.identity import NOTHING, RAO_PER_TAO, Coldkey, Hotkey, Rao
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.weights import WeightRow, WeightsCommitted, WeightsOutcome, WeightsSet
from tests.crash.talk import Fields, serve

TEMPO = 20
RATE_LIMIT = 5
STAKE = Rao(1_000 * RAO_PER_TAO)


class WitnessedLedger(MemoryLedger):
    """The ledger, and every row that anybody sent to it."""

    def __init__(self, *, commit_reveal: bool) -> None:
        super().__init__(
            Hyperparameters(tempo=TEMPO, weights_rate_limit=RATE_LIMIT, commit_reveal=commit_reveal, reveal_period=1)
        )
        self.sent: list[Fields] = []

    def set_weights(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> WeightsOutcome:
        outcome = super().set_weights(hotkey, row, version_key)
        taken = isinstance(outcome, WeightsSet | WeightsCommitted)
        epoch = self.tempo.epoch_at(self.block).number
        self.sent.append(
            {"epoch": epoch, "block": self.block, "row": [row.uids, row.values], "taken": taken, "said": str(outcome)}
        )
        return outcome


@define
class Chains:
    """One at a time."""

    ledger: WitnessedLedger | None = None
    around: AsyncExitStack = field(factory=AsyncExitStack)

    async def act(self, asked: Fields) -> Fields:
        if asked["do"] == "begin":
            await self.around.aclose()
            self.ledger = ledger = WitnessedLedger(commit_reveal=asked["commit_reveal"])
            ledger.add_founder(Hotkey(asked["validator"]), Coldkey("validator"), STAKE)
            for miner in asked["miners"]:
                ledger.add_founder(Hotkey(miner), Coldkey(f"{miner}-coldkey"), NOTHING)
            server = LedgerServer(ledger, secrets.token_hex(8))
            return {"url": str(await self.around.enter_async_context(server.listening()))}
        assert self.ledger is not None
        if asked["do"] == "pass":
            self.ledger.advance(asked["blocks"])
        return _shown(self.ledger)


def _shown(ledger: WitnessedLedger) -> Fields:
    weights = ledger.metagraph(with_weights=True).weights or {}
    return {
        "block": ledger.block,
        "epoch": ledger.tempo.epoch_at(ledger.block).number,
        "last_block": ledger.tempo.epoch_at(ledger.block).last_block,
        "sent": ledger.sent,
        "weights": {str(uid): {str(to): share for to, share in row.items()} for uid, row in weights.items()},
    }


async def keep_chains() -> None:
    chains = Chains()
    try:
        await serve(chains.act)
    finally:
        await chains.around.aclose()
