from attrs import frozen

from reasonforge.application.gateway.months import month_of
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.user_tasks import UserTasks
from reasonforge.domain.access_key import AccessKey


@frozen
class Usage:
    """What a key used of its month. `quota` is None without limit; `resets_at`: UTC seconds."""

    month: str
    used: int
    quota: int | None
    resets_at: float


@frozen
class MeterUsage:
    """The caller's own usage of the current month."""

    tasks: UserTasks
    clock: Clock

    async def __call__(self, caller: AccessKey) -> Usage:
        month = month_of(self.clock.now())
        used = await self.tasks.used(caller.id, month.name)
        return Usage(month.name, used, caller.tier.quota, month.ends_at)
