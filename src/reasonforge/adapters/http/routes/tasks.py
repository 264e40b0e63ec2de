"""An owner's tasks, usage and tokens."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from reasonforge.adapters.http.callers import Credentials, authenticated, credential_of
from reasonforge.adapters.http.problems import documented
from reasonforge.adapters.http.schemas.account import TokenResponse, UsageResponse
from reasonforge.adapters.http.schemas.tasks import SubmitRequest, TaskPageResponse, TaskResponse
from reasonforge.adapters.http.services import GatewayServices
from reasonforge.application.gateway.refusals import Unacceptable
from reasonforge.domain.access_key import AccessKey
from reasonforge.domain.identity import TaskId

MOST_A_PAGE = 100
_GREATEST_POSITION = 2**63 - 1
TaskName = Annotated[str, Path(max_length=64, description="As `POST /v1/tasks` gave it.")]


def task_routes(services: GatewayServices) -> APIRouter:
    """The routes under /v1 that need a key."""
    router = APIRouter(prefix="/v1", tags=["tasks"])
    caller = authenticated(services.authenticate)
    Caller = Annotated[AccessKey, Depends(caller)]  # noqa: N806 - a type

    @router.post("/tasks", status_code=202, responses=documented(401, 408, 413, 422, 429, 503))
    async def submit(
        body: SubmitRequest,
        key: Caller,
        response: Response,
        idempotency_key: Annotated[
            str | None,
            Header(min_length=1, max_length=255, description="The same key and body again: the same task, once."),
        ] = None,
    ) -> TaskResponse:
        """Queue a problem for the next epoch. `Location` is where to ask for its answer."""
        queued = await services.submit_task(key, body.to_domain(), idempotency_key)
        task = TaskResponse.of(queued.record)
        response.headers["Location"] = f"/v1/tasks/{task.task_id}"
        if not queued.fresh:
            response.headers["Idempotent-Replayed"] = "true"
        return task

    @router.get("/tasks", responses=documented(401, 422, 429, 503))
    async def page(
        key: Caller,
        cursor: Annotated[str | None, Query(max_length=64, description="`next_cursor` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 20,
    ) -> TaskPageResponse:
        """Your own tasks, newest first."""
        found = await services.list_tasks(key, None if cursor is None else read_cursor(cursor), limit)
        return TaskPageResponse.of(found, None if found.before is None else cursor_of(found.before))

    @router.get("/tasks/{task_id}", responses=documented(401, 404, 422, 429, 503))
    async def result(task_id: TaskName, key: Caller) -> TaskResponse:
        """How far one of your tasks came, and its answer. Somebody else's task reads as none."""
        return TaskResponse.of(await services.read_result(key, TaskId(task_id)))

    @router.delete("/tasks/{task_id}", responses=documented(401, 404, 409, 422, 429, 503))
    async def cancel(task_id: TaskName, key: Caller) -> TaskResponse:
        """Cancel a task that still waits. It stays counted."""
        return TaskResponse.of(await services.cancel_task(key, TaskId(task_id)))

    @router.get("/usage", responses=documented(401, 422, 429, 503))
    async def usage(key: Caller) -> UsageResponse:
        """What your key used of its month."""
        return UsageResponse.of(key, await services.meter_usage(key))

    @router.post("/tokens", responses=documented(401, 403, 408, 413, 422, 429, 503))
    async def token(request: Request, key: Caller, credentials: Credentials) -> TokenResponse:
        """A token that stands for your key for fifteen minutes: for browsers, which must not hold keys."""
        issued = services.exchange_token(key, credential_of(request, credentials))
        return TokenResponse.of(issued, services.clock.now())

    return router


def cursor_of(position: int) -> str:
    """Opaque to callers: they hand it back."""
    return urlsafe_b64encode(f"before {position}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """The position that a cursor stands for.

    Raises:
        Unacceptable: it is none of ours.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (Base64Error, ValueError):
        text = ""
    word, _, position = text.partition(" ")
    if word != "before" or not position.isdecimal() or not position.isascii() or int(position) > _GREATEST_POSITION:
        raise Unacceptable("query.cursor", "the cursor is none that a page gave: leave it out to begin anew")
    return int(position)
