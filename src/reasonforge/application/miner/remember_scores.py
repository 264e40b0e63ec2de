from collections import deque

from reasonforge.application.ports.transport import ScoreNotice
from reasonforge.domain.identity import Hotkey


class RememberScores:
    """What validators told us we earned, and who told it; the newest `limit` of it.

    Anyone who is admitted can tell us anything: it is shown to the operator, and nothing is decided by it.
    """

    def __init__(self, limit: int = 100) -> None:
        self._told: deque[tuple[Hotkey, ScoreNotice]] = deque(maxlen=limit)

    async def __call__(self, caller: Hotkey, notice: ScoreNotice) -> None:
        self._told.append((caller, notice))

    @property
    def told(self) -> tuple[tuple[Hotkey, ScoreNotice], ...]:
        """Who told what, oldest first."""
        return tuple(self._told)
