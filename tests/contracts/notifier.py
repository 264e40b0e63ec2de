"""What every Notifier promises (application/ports/notifier.py)."""

import asyncio
from collections.abc import Sequence

from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity

NOTICES = tuple(OperatorNotice(severity, f"{severity} happened", "look") for severity in Severity)


class NotifierContract:
    """Subclasses give a notifier, and what reached the operator through it."""

    def notifier(self) -> Notifier:
        raise NotImplementedError

    def reached(self, notifier: Notifier) -> Sequence[OperatorNotice]:
        raise NotImplementedError

    def test_order_is_kept(self) -> None:
        """The operator is told everything, in the order in which it happened."""
        notifier = self.notifier()

        async def tell() -> None:
            for notice in NOTICES:
                await notifier.tell(notice)

        asyncio.run(tell())
        assert tuple(self.reached(notifier)) == NOTICES
