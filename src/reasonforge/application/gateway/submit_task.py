import hashlib
from collections.abc import Callable

import rfc8785
from attrs import frozen

from reasonforge.application.gateway.months import month_of
from reasonforge.application.gateway.refusals import (
    IdempotencyKeyReused,
    Overloaded,
    QuotaExhausted,
    TooMuch,
    Unacceptable,
)
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.user_tasks import (
    NewTask,
    OtherRequest,
    Queued,
    QueueFull,
    QueueRules,
    QuotaSpent,
    UserTasks,
)
from reasonforge.application.ports.webhooks import AddressBook
from reasonforge.domain.access_key import AccessKey
from reasonforge.domain.callback import read_callback
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import TaskId
from reasonforge.domain.problem_kind import detect_discipline, estimate_difficulty
from reasonforge.domain.public_address import forbidden_because
from reasonforge.domain.user_task import UserTask

RETRY_SECONDS = 30.0


@frozen
class TaskRequest:
    """What a caller asks; None where it leaves the choice to us."""

    problem: str
    discipline: Discipline | None = None
    difficulty: int | None = None
    timeout_seconds: float = 300.0
    callback_url: str | None = None

    def fingerprint(self) -> str:
        """The same for the same request, and for no other."""
        fields = [self.problem, self.discipline, self.difficulty, self.timeout_seconds, self.callback_url]
        return hashlib.sha256(rfc8785.dumps(fields)).hexdigest()


@frozen
class SubmitTask:
    """A task is queued for the next epoch, once, and counts as one of the month's; or it is refused, and counts not."""

    tasks: UserTasks
    addresses: AddressBook
    clock: Clock
    draw: Callable[[int], bytes]
    plain_hosts: frozenset[str] = frozenset()
    most_queued: int = 10_000
    most_of_owner: int = 1_000

    async def __call__(self, caller: AccessKey, request: TaskRequest, idempotency_key: str | None) -> Queued:
        if request.callback_url is not None:
            await self._vet(request.callback_url)
        now = self.clock.now()
        month = month_of(now)
        task = UserTask(
            task_id=TaskId(f"task_{self.draw(16).hex()}"),
            owner=caller.owner,
            problem=request.problem,
            discipline=request.discipline or detect_discipline(request.problem).discipline,
            difficulty=request.difficulty or estimate_difficulty(request.problem),
            timeout_seconds=request.timeout_seconds,
            submitted_at=now,
        )
        outcome = await self.tasks.submit(
            NewTask(task, caller.id, request.fingerprint(), request.callback_url, idempotency_key),
            QueueRules(month.name, caller.tier.quota, self.most_queued, self.most_of_owner),
        )
        match outcome:
            case Queued():
                return outcome
            case OtherRequest():
                raise IdempotencyKeyReused("this Idempotency-Key came with another request before: take a new one")
            case QuotaSpent():
                message = f"the {caller.tier.value} tier's {caller.tier.quota} tasks of {month.name} are used up"
                raise QuotaExhausted(message, month.ends_at - now)
            case QueueFull(own=True):
                raise TooMuch(f"{self.most_of_owner} tasks of yours wait already", RETRY_SECONDS)
        raise Overloaded(f"{self.most_queued} tasks wait already: try again later", RETRY_SECONDS)

    async def _vet(self, url: str) -> None:
        """Refuses what would be refused when the answer is sent; a name that nobody knows yet may come to be known."""
        try:
            callback = read_callback(url, self.plain_hosts)
        except ValueError as error:
            raise Unacceptable("callback_url", f"the callback_url cannot be called: {error}") from error
        if callback.host in self.plain_hosts:
            return
        for address in await self.addresses.resolve(callback.host, callback.port):
            why = forbidden_because(address)
            if why is not None:
                raise Unacceptable("callback_url", f"the callback_url cannot be called: its address is {why}")
