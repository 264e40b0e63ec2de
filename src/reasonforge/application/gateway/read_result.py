from attrs import frozen

from reasonforge.application.gateway.refusals import NotThere
from reasonforge.application.ports.user_tasks import TaskRecord, UserTasks
from reasonforge.domain.access_key import AccessKey
from reasonforge.domain.identity import TaskId


@frozen
class ReadResult:
    """How far one of the caller's own tasks came, and its answer. Somebody else's reads like none."""

    tasks: UserTasks

    async def __call__(self, caller: AccessKey, task: TaskId) -> TaskRecord:
        found = await self.tasks.read(caller.owner, task)
        if found is None:
            raise NotThere("you have no such task")
        return found
