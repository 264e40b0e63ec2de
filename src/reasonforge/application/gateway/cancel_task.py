from attrs import frozen

from reasonforge.application.gateway.refusals import Conflict, NotThere
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.user_tasks import TaskRecord, UserTasks
from reasonforge.domain.access_key import AccessKey
from reasonforge.domain.identity import TaskId
from reasonforge.domain.user_task import UserTaskState


@frozen
class CancelTask:
    """A task that still waits is cancelled, and stays counted; one that miners are asked, or were, is not."""

    tasks: UserTasks
    clock: Clock

    async def __call__(self, caller: AccessKey, task: TaskId) -> TaskRecord:
        found = await self.tasks.cancel(caller.owner, task, self.clock.now())
        if found is None:
            raise NotThere("you have no such task")
        if found.state is not UserTaskState.CANCELLED:
            raise Conflict(f"the task is {found.state.value}: only a queued one can be cancelled")
        return found
