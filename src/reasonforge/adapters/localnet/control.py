from collections.abc import Callable
from typing import Any, TypeVar

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.connection import DEADLINE_SECONDS, Connection
from reasonforge.adapters.localnet.values import (
    LedgerBooks,
    LedgerEpoch,
    read_block,
    read_books,
    read_epoch,
    read_nothing,
    read_rao,
    read_uid,
)
from reasonforge.adapters.localnet.wire import as_list, as_object, integer
from reasonforge.domain.identity import NOTHING, BlockNumber, Coldkey, Hotkey, Rao, Uid

Value = TypeVar("Value")


class LedgerControl:
    """What the owner of a local network does with its chain, from another process: let blocks pass, found, fund, pay.

    Refusals and wrong arguments are those of the ledger itself: ChainRefused and ValueError. A lost answer is
    ChainUnreachable, and what was asked may have been done.

    Args:
        url: `memory://127.0.0.1:PORT`; OperatorError when it is none.
        deadline_seconds: for each call.
    """

    def __init__(self, url: str, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._connection = Connection(LocalAddress.of_url(url), None, deadline_seconds)

    async def block(self) -> BlockNumber:
        """The newest block."""
        return await self._ask("block", read_block)

    async def advance(self, blocks: int = 1) -> BlockNumber:
        """Let `blocks` ≥ 0 blocks pass, with the epochs in them; the newest block.

        Others are served between two epochs, and each epoch has its own deadline.
        """
        while True:
            block, blocks = await self._do("advance", _read_passed, blocks=blocks)
            if blocks == 0:
                return block

    async def fund(self, coldkey: Coldkey, amount: Rao) -> None:
        """Give a coldkey new money, ≥ 0."""
        await self._do("fund", read_nothing, coldkey=coldkey, amount=amount)

    async def found(self, hotkey: Hotkey, coldkey: Coldkey, stake: Rao = NOTHING) -> Uid:
        """At genesis: register a founder with its stake, and with the money for both."""
        return await self._do("found", read_uid, hotkey=hotkey, coldkey=coldkey, stake=stake)

    async def registration_cost(self) -> Rao:
        """What a registration burns in this block."""
        return await self._ask("registration_cost", read_rao)

    async def register(self, hotkey: Hotkey, coldkey: Coldkey) -> Uid:
        """Take a slot for what it costs, out of the coldkey's free balance."""
        return await self._do("register", read_uid, hotkey=hotkey, coldkey=coldkey)

    async def deregister(self, hotkey: Hotkey) -> None:
        """Give the slot back, and the stake to the coldkey."""
        await self._do("deregister", read_nothing, hotkey=hotkey)

    async def add_stake(self, hotkey: Hotkey, amount: Rao) -> None:
        """From its coldkey's free balance onto a registered hotkey."""
        await self._do("add_stake", read_nothing, hotkey=hotkey, amount=amount)

    async def history(self, last: int | None = None) -> tuple[LedgerEpoch, ...]:
        """The `last` ≥ 0 epochs (all that the ledger keeps when None), the oldest first."""
        return await self._ask("history", _read_history, last=last)

    async def books(self) -> LedgerBooks:
        """Where all money came from and where it is."""
        return await self._ask("books", read_books)

    def close(self) -> None:
        """Hang up. The next call connects again."""
        self._connection.close()

    async def _ask(self, name: str, read: Callable[[Any], Value], **arguments: Any) -> Value:
        return await self._connection.call(name, arguments, read, again=True)

    async def _do(self, name: str, read: Callable[[Any], Value], **arguments: Any) -> Value:
        """Not made twice: what was done and not answered would be done again."""
        return await self._connection.call(name, arguments, read, again=False)


def _read_history(answer: Any) -> tuple[LedgerEpoch, ...]:
    return tuple(read_epoch(one) for one in as_list(answer, "the history"))


def _read_passed(answer: Any) -> tuple[BlockNumber, int]:
    passed = as_object(answer, "what passed")
    return BlockNumber(integer(passed, "block")), integer(passed, "left")
