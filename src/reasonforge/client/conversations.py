"""Every conversation with the gateway, without its input and output."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeVar
from urllib.parse import quote

from attrs import frozen
from pydantic import BaseModel, ValidationError

from reasonforge.client.faults import Malformed, NotDoneInTime
from reasonforge.client.http_values import Call, Pause, Reply, retry_after
from reasonforge.client.patience import Flow, Patience, persist
from reasonforge.client.results import (
    Event,
    Leaderboard,
    Miner,
    Statistics,
    Task,
    TaskPage,
    Usage,
    Validators,
)

AnswerT = TypeVar("AnswerT", bound=BaseModel)
PAGE = 50
"""Tasks fetched at a time."""
FIRST_LOOK, LONGEST_LOOK, SLOWER = 0.5, 10.0, 1.5
"""Seconds between two looks at a task that is not done: 0.5, then half as much again, up to 10."""


@frozen
class Conversations:
    """The gateway's endpoints as flows. `rng` spreads the waits; it decides nothing else."""

    patience: Patience
    rng: Random

    def submit(self, body: Mapping[str, Any], idempotency_key: str) -> Flow[Task]:
        """POST /v1/tasks; sent again with the same key, so that it makes one task however often it arrives."""
        return self._asked(Call("POST", "/v1/tasks", body=body, headers={"Idempotency-Key": idempotency_key}), Task)

    def task(self, task_id: str) -> Flow[Task]:
        """GET /v1/tasks/{task_id}."""
        return self._asked(Call("GET", _task_path(task_id)), Task)

    def cancel(self, task_id: str) -> Flow[Task | None]:
        """DELETE /v1/tasks/{task_id}; None where the gateway answers without a body."""
        reply = yield from persist(Call("DELETE", _task_path(task_id)), self.patience, self.rng)
        return _read(reply, Task) if reply.body else None

    def page(self, cursor: str | None, limit: int) -> Flow[TaskPage]:
        """GET /v1/tasks."""
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        return self._asked(Call("GET", "/v1/tasks", query), TaskPage)

    def until_done(
        self,
        task_id: str,
        timeout: float | None,
        seen: Callable[[Task], None] | None,
        monotonic: Callable[[], float],
    ) -> Flow[Task]:
        """Look at a task, ever more rarely, until it is done or `timeout` seconds have passed; `seen` is shown each.

        Raises:
            NotDoneInTime: it is not done.
        """
        deadline = None if timeout is None else monotonic() + timeout
        between = FIRST_LOOK
        while True:
            reply = yield from persist(Call("GET", _task_path(task_id)), self.patience, self.rng)
            task = _read(reply, Task)
            if seen is not None:
                seen(task)
            if task.done:
                return task
            seconds = max(self.rng.uniform(between / 2, between), retry_after(reply.headers) or 0.0)
            if deadline is not None:
                left = deadline - monotonic()
                if left <= 0:
                    raise NotDoneInTime(f"task {task_id} is still {task.status.value} after {timeout:g} s")
                seconds = min(seconds, left)
            yield Pause(seconds)
            between = min(LONGEST_LOOK, between * SLOWER)

    def leaderboard(self, domain: str | None, limit: int | None) -> Flow[Leaderboard]:
        """GET /v1/leaderboard."""
        asked = {"domain": domain, "limit": None if limit is None else str(limit)}
        query = {name: value for name, value in asked.items() if value is not None}
        return self._asked(Call("GET", "/v1/leaderboard", query), Leaderboard)

    def miner(self, uid: int) -> Flow[Miner]:
        """GET /v1/miners/{uid}."""
        return self._asked(Call("GET", f"/v1/miners/{uid:d}"), Miner)

    def statistics(self) -> Flow[Statistics]:
        """GET /v1/stats."""
        return self._asked(Call("GET", "/v1/stats"), Statistics)

    def validators(self) -> Flow[Validators]:
        """GET /v1/validators."""
        return self._asked(Call("GET", "/v1/validators"), Validators)

    def usage(self) -> Flow[Usage]:
        """GET /v1/usage."""
        return self._asked(Call("GET", "/v1/usage"), Usage)

    def _asked(self, call: Call, kind: type[AnswerT]) -> Flow[AnswerT]:
        return _read((yield from persist(call, self.patience, self.rng)), kind)


def event_of(text: str) -> Event:
    """An event of the stream."""
    return _parsed(text.encode(), Event)


def task_body(
    problem: str, domain: str | None, difficulty: int | None, timeout_seconds: float | None, callback_url: str | None
) -> Mapping[str, Any]:
    """What is submitted; what was not given is left to the gateway."""
    given = {
        "problem": problem,
        "domain": domain,
        "difficulty": difficulty,
        "timeout_seconds": timeout_seconds,
        "callback_url": callback_url,
    }
    return {name: value for name, value in given.items() if value is not None}


def _task_path(task_id: str) -> str:
    if task_id.strip(".") == "":  # a path of dots is another path
        raise ValueError(f"{task_id!r} is no task")
    return f"/v1/tasks/{quote(task_id, safe='')}"


def _read(reply: Reply, kind: type[AnswerT]) -> AnswerT:
    if reply.status >= 300:
        raise Malformed(f"the gateway redirects ({reply.status}), which it never does: is its address right?")
    return _parsed(reply.body, kind)


def _parsed(body: bytes, kind: type[AnswerT]) -> AnswerT:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(
            f"the answer is no {kind.__name__} of a gateway ({where + ': ' if where else ''}{first['msg']})"
        ) from error
