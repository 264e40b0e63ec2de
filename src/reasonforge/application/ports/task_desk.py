from collections.abc import Sequence
from typing import Protocol

from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.user_task import UserOutcome, UserTask


class TaskDesk(Protocol):
    """Where users' tasks wait for a validator's epoch. The gateway queues them; this is the validator's side.

    Promises:
        - `take` gives the oldest queued tasks, no owner more than one more than another while both have some, and
          marks them as processing by (validator, epoch); asked again for the same validator and epoch, it gives the
          same tasks in the same order, so that a restarted validator draws the same plan. No two validators get one
          task;
        - `settle` is idempotent: the first outcome of a task stays. It takes outcomes only of tasks that this
          validator took;
        - `give_back` queues again, in their old place, what a validator took for an epoch and did not settle;
        - what a method returned from is still there after a crash; failures of the medium are `StoreFault`.
    """

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[UserTask]: ...

    async def settle(self, validator: Hotkey, outcomes: Sequence[UserOutcome]) -> None: ...

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        """How many were queued again."""
        ...
