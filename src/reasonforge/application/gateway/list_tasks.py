from attrs import frozen

from reasonforge.application.ports.user_tasks import TaskRecord, UserTasks
from reasonforge.domain.access_key import AccessKey


@frozen
class TaskPage:
    """Some of the caller's tasks, newest first; `before` asks for those that follow, None when there are none."""

    tasks: tuple[TaskRecord, ...]
    before: int | None


@frozen
class ListTasks:
    """The caller's own tasks, a page at a time; what is submitted meanwhile shifts no page."""

    tasks: UserTasks

    async def __call__(self, caller: AccessKey, before: int | None, limit: int) -> TaskPage:
        found = tuple(await self.tasks.page(caller.owner, before, limit + 1))
        return TaskPage(found[:limit], found[limit - 1].position if len(found) > limit else None)
