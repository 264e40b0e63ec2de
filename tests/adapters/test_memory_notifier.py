import asyncio
from collections.abc import Sequence

from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.application.ports.notifier import Notifier, OperatorNotice
from tests.contracts.notifier import NOTICES, NotifierContract


class TestMemoryNotifier(NotifierContract):
    def notifier(self) -> MemoryNotifier:
        return MemoryNotifier()

    def reached(self, notifier: Notifier) -> Sequence[OperatorNotice]:
        assert isinstance(notifier, MemoryNotifier)
        return notifier.notices


def test_the_oldest_go_first() -> None:
    """Beyond its limit it forgets the oldest notice."""
    notifier = MemoryNotifier(limit=2)

    async def tell() -> None:
        for notice in NOTICES:
            await notifier.tell(notice)

    asyncio.run(tell())
    assert notifier.notices == NOTICES[-2:]
