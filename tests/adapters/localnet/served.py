"""A ledger served from a thread of its own, over real loopback, for tests that call it from several event loops."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from reasonforge.adapters.localnet.server import LedgerServer
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, Hotkey, Rao
from reasonforge.domain.metagraph import Hyperparameters

VALIDATOR = Hotkey("validator")


def subnet(rules: Hyperparameters) -> MemoryLedger:
    """A validator with stake, uid 0, and four miners."""
    ledger = MemoryLedger(rules)
    ledger.add_founder(VALIDATOR, Coldkey("bank"), Rao(1000 * RAO_PER_TAO))
    for number in range(4):
        ledger.add_founder(Hotkey(f"miner-{number}"), Coldkey("mine"))
    return ledger


class ServedLedger:
    """Serves while its context is open; `url` is where. The ledger must not be touched from outside meanwhile."""

    def __init__(self, ledger: MemoryLedger, *, chain: str = "test", port: int = 0) -> None:
        self._server = LedgerServer(ledger, chain)
        self._port = port
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.url = ""

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self._server.listening(self._port) as address:
            self.url = str(address)
            self._ready.set()
            await self._stop.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
