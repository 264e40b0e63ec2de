from collections import OrderedDict
from collections.abc import Sequence

from reasonforge.application.ports.verifier import SelfTest, Verifier
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification

REMEMBERED = 1_024


class SharedVerifier:
    """One set of tools for all validators of a process: the same submission to the same task is checked once.

    A verdict depends on nothing but task and submission, so that asking again would only cost time: the asker and
    each juror judge one reply. Keeps the newest `REMEMBERED` verifications.
    """

    def __init__(self, tools: Verifier) -> None:
        self._tools = tools
        self._known: OrderedDict[tuple[TaskId, QueryId], tuple[Task, Submission, Verification]] = OrderedDict()

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        found = [self._recall(task, submission) for submission in submissions]
        missing = [submission for submission, one in zip(submissions, found, strict=True) if one is None]
        fresh = iter(await self._tools.judge(task, missing) if missing else ())
        return [
            self._remember(task, submission, next(fresh)) if one is None else one
            for submission, one in zip(submissions, found, strict=True)
        ]

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        asked = list(zip(tasks, submissions, strict=True))
        found = [self._recall(task, submission) for task, submission in asked]
        missing = [pair for pair, one in zip(asked, found, strict=True) if one is None]
        told = (
            await self._tools.judge_each([task for task, _ in missing], [one for _, one in missing]) if missing else ()
        )
        fresh = iter(told)
        return [
            self._remember(task, submission, next(fresh)) if one is None else one
            for (task, submission), one in zip(asked, found, strict=True)
        ]

    async def self_test(self) -> Sequence[SelfTest]:
        return await self._tools.self_test()

    def _recall(self, task: Task, submission: Submission) -> Verification | None:
        known = self._known.get((task.task_id, submission.query_id))
        if known is None or known[:2] != (task, submission):
            return None
        return known[2]

    def _remember(self, task: Task, submission: Submission, verification: Verification) -> Verification:
        self._known[task.task_id, submission.query_id] = (task, submission, verification)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return verification
