from collections import deque

from reasonforge.application.ports.notifier import OperatorNotice


class MemoryNotifier:
    """Keeps the newest `limit` notices, for whoever looks."""

    def __init__(self, limit: int = 1_000) -> None:
        self._notices: deque[OperatorNotice] = deque(maxlen=limit)

    @property
    def notices(self) -> tuple[OperatorNotice, ...]:
        """What the operator was told, oldest first."""
        return tuple(self._notices)

    async def tell(self, notice: OperatorNotice) -> None:
        self._notices.append(notice)
