from collections.abc import Sequence

from attrs import frozen

from reasonforge.application.ports.event_log import EventLog, LoggedEvent

MOST_REPLAYED = 1_000


@frozen
class FollowEvents:
    """Whoever comes back gets what it missed, as far as the log keeps it and at most `MOST_REPLAYED` events."""

    log: EventLog

    async def missed(self, last: int) -> Sequence[LoggedEvent]:
        """Events with an id greater than `last`, the newest `MOST_REPLAYED` of them, oldest first."""
        since = max(last, await self.log.newest() - MOST_REPLAYED)
        return await self.log.after(since, MOST_REPLAYED)

    async def fresh(self, last: int) -> Sequence[LoggedEvent]:
        """What was logged after `last`, oldest first, a bounded number at a time."""
        return await self.log.after(last, MOST_REPLAYED)
