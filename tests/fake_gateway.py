"""A gateway with rules and no store: /v1 as 6-gateway has it, over epochs that a real in-process subnet ran.

A task is queued, then processing, then done, each after `epoch_seconds`; one whose problem holds "unanswerable" fails.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from attrs import define, field
from fastapi import APIRouter, FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.identity import RAO_PER_TAO
from reasonforge.domain.report import EpochReport, ScoredTask
from reasonforge.domain.verdict import Unavailable
from reasonforge.entrypoints.run_tally import SubnetEpoch

_NOW = SystemClock()
KEY = "rf_test_0123456789"
Json = dict[str, Any]


class TaskRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    problem: str = Field(min_length=10, max_length=10_000)
    domain: str | None = None
    difficulty: int | None = Field(None, ge=1, le=10)
    timeout_seconds: float = Field(300, ge=30, le=600)
    callback_url: str | None = None


@define
class Trouble:
    """What goes wrong, and how often: so many requests are refused with a status."""

    status: int = 503
    times: int = 0
    retry_after: str | None = None


@define
class FakeGateway:
    """Everything it knows. `publish` adds an event, which every open stream is sent."""

    epoch_seconds: float = 0.05
    epochs: list[SubnetEpoch] = field(factory=list)
    events: list[Json] = field(factory=list)
    tasks: dict[str, Json] = field(factory=dict)
    keys_used: dict[str, str] = field(factory=dict)
    trouble: Trouble = field(factory=Trouble)
    requests: list[tuple[str, str, dict[str, str]]] = field(factory=list)
    streams: int = 0
    hang_up_streams: bool = False

    def publish(self, kind: str, data: Json) -> None:
        self.events.append({"id": len(self.events) + 1, "type": kind, "at": _NOW.now(), "data": data})

    def tell(self, epoch: SubnetEpoch) -> None:
        """An epoch as a validator's stream tells it."""
        report = epoch.reports[0]
        named = {"epoch": report.epoch.number, "validator": report.validator}
        self.publish("epoch_started", {**named, "tasks": len(report.tasks), "miners": len(report.miners)})
        for scored in report.tasks:
            self.publish("task_scored", {**named, **task_figures(scored), "of": len(report.tasks)})
        self.close(epoch)

    def close(self, epoch: SubnetEpoch) -> None:
        self.epochs.append(epoch)
        report = epoch.reports[0]
        named = {"epoch": report.epoch.number, "validator": report.validator}
        self.publish("epoch_closed", {**named, "tasks": len(report.tasks), "miners": len(report.miners)})
        self.publish("weights_set", {**named, "outcome": "set", "block": report.epoch.last_block})

    # what is asked

    def leaderboard(self, domain: str | None, limit: int) -> Json:
        if not self.epochs:
            return {"epoch": None, "domain": domain, "miners": []}
        report = self.epochs[-1].reports[0]
        totals = self._totals()
        rows = [
            {
                "rank": one.rank, "uid": one.uid, "hotkey": one.hotkey, "s_epoch": one.s_epoch, "peb": one.peb,
                "streak": one.streak, "quality": one.dimensions.quality, "accuracy": one.dimensions.accuracy,
                "novelty": one.dimensions.novelty, "efficiency": one.dimensions.efficiency, "share": one.share,
                "total_tao": totals[one.uid],
            }
            for one in report.miners
        ]  # fmt: skip
        if domain is not None:
            rows = self._in_discipline(report, rows, domain)
        return {"epoch": report.epoch.number, "domain": domain, "miners": rows[:limit]}

    def _totals(self) -> dict[int, float]:
        totals: dict[int, float] = defaultdict(float)
        for epoch in self.epochs:
            for uid, emission in epoch.chain.emission.items():
                totals[uid] += emission / RAO_PER_TAO
        return totals

    @staticmethod
    def _in_discipline(report: EpochReport, rows: Sequence[Json], domain: str) -> list[Json]:
        scores: dict[int, list[float]] = defaultdict(list)
        for scored in report.tasks:
            if scored.task.discipline.value == domain:
                for reply in scored.replies:
                    scores[reply.uid].append(reply.cms)
        known = [
            {**row, "s_epoch": sum(scores[row["uid"]]) / len(scores[row["uid"]])}
            for row in rows
            if scores.get(row["uid"])
        ]
        ordered = sorted(known, key=lambda row: (-row["s_epoch"], row["uid"]))
        return [{**row, "rank": rank} for rank, row in enumerate(ordered, start=1)]

    def miner(self, uid: int) -> Json:
        found = [(epoch.reports[0], one) for epoch in self.epochs for one in epoch.reports[0].miners if one.uid == uid]
        if not found:
            raise HTTPException(404, f"no miner has uid {uid}")
        last = found[-1][0]
        return {
            "uid": uid,
            "hotkey": found[-1][1].hotkey,
            "epochs": [
                {
                    "epoch": report.epoch.number, "rank": one.rank, "s_epoch": one.s_epoch, "peb": one.peb,
                    "streak": one.streak, "trap_penalty": one.trap_penalty, "share": one.share,
                    "quality": one.dimensions.quality, "accuracy": one.dimensions.accuracy,
                    "novelty": one.dimensions.novelty, "efficiency": one.dimensions.efficiency,
                    "asked": one.asked, "answered": one.answered, "right": one.right,
                }
                for report, one in found
            ],
            "tasks": [
                {
                    "epoch": last.epoch.number,
                    "domain": scored.task.discipline.value,
                    "difficulty": scored.task.difficulty,
                    "cms": reply.cms,
                    "checks": {
                        name: None if isinstance(verdict.outcome, Unavailable) else verdict.outcome
                        for name, verdict in reply.checks.items()
                    },
                }
                for scored in last.tasks
                for reply in scored.replies
                if reply.uid == uid
            ],
        }  # fmt: skip

    def statistics(self) -> Json:
        reports = [report for epoch in self.epochs for report in epoch.reports]
        figures = [task_figures(scored) for report in reports for scored in report.tasks]
        totals = self._totals()
        last = reports[-1] if reports else None
        miners = {one.uid for one in last.miners} if last else set()
        weight = sum(one.s_epoch * (1 + one.peb) for one in last.miners) if last else 0.0
        bonus = sum(one.s_epoch * one.peb for one in last.miners) if last else 0.0
        return {
            "epochs": len(self.epochs),
            "tasks": len(figures),
            "miners": len(miners),
            "validators": len(self.epochs[-1].reports) if self.epochs else 0,
            "submissions": sum(one["answered"] for one in figures),
            "average_cms": sum(one["average_cms"] for one in figures) / len(figures) if figures else 0.0,
            "emission": {
                "miners_tao": sum(tao for uid, tao in totals.items() if uid in miners),
                "validators_tao": sum(tao for uid, tao in totals.items() if uid not in miners),
                "peb_share": bonus / weight if weight else 0.0,
            },
            "last_epoch": None
            if last is None
            else {
                "epoch": last.epoch.number, "validator": last.validator, "state": "published", "closed_at": _NOW.now(),
                "tasks": len(last.tasks), "miners": len(last.miners), "average_cms": 0.5,
            },
            "last_weights": None
            if last is None
            else {"epoch": last.epoch.number, "block": last.epoch.last_block, "outcome": "set", "age_seconds": 12.0},
        }  # fmt: skip

    def validators(self) -> Json:
        if not self.epochs:
            return {"validators": []}
        report = self.epochs[-1].reports[0]
        return {
            "validators": [
                {
                    "hotkey": one.hotkey, "stake": one.stake, "vas": one.vas, "reputation": one.reputation,
                    "last_epoch": report.epoch.number, "last_weights_outcome": "set", "last_weights_at": _NOW.now(),
                }
                for one in report.validators
            ]
        }  # fmt: skip

    def task(self, task_id: str) -> Json:
        task = self.tasks.get(task_id)
        if task is None:
            raise HTTPException(404, f"no task {task_id} of yours")
        age = time.monotonic() - task["since"]
        shown = {key: task[key] for key in ("task_id", "status", "result", "best_answer", "confidence")}
        shown |= {"reasoning_steps": [], "processing_time_ms": None}
        if task["status"] == "cancelled" or age < self.epoch_seconds:
            return shown
        if age < 2 * self.epoch_seconds:
            return {**shown, "status": "processing"}
        if "unanswerable" in task["problem"]:
            return {**shown, "status": "failed", "error": "no miner answered"}
        return {
            **shown,
            "status": "completed",
            "best_answer": "42",
            "confidence": 0.8,
            "reasoning_steps": [{"step_id": 1, "reasoning": "six by seven", "evidence": "", "confidence": 0.9}],
            "processing_time_ms": 1000.0 * self.epoch_seconds,
        }


def task_figures(scored: ScoredTask) -> Json:
    return {
        "index": scored.index,
        "domain": scored.task.discipline.value,
        "difficulty": scored.task.difficulty,
        "asked": len(scored.replies),
        "answered": sum(reply.silence is None for reply in scored.replies),
        "right": sum(reply.correctness == 1.0 for reply in scored.replies),
        "average_cms": sum(reply.cms for reply in scored.replies) / max(1, len(scored.replies)),
    }


def routes(gateway: FakeGateway) -> APIRouter:
    router = APIRouter(prefix="/v1")

    def known(authorization: str) -> None:
        if authorization != f"Bearer {KEY}":
            raise HTTPException(401, "a key is needed: Authorization: Bearer rf_…")

    @router.post("/tasks", status_code=202)
    async def submit(
        asked: TaskRequest,
        response: Response,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header()] = "",
    ) -> Json:
        known(authorization)
        task_id = gateway.keys_used.get(idempotency_key) or f"task/{len(gateway.tasks) + 1} ?"
        if idempotency_key:
            gateway.keys_used[idempotency_key] = task_id
        unanswered = {"status": "queued", "result": None, "best_answer": None, "confidence": None}
        gateway.tasks.setdefault(
            task_id, {"task_id": task_id, **asked.model_dump(), **unanswered, "since": time.monotonic()}
        )
        response.headers["Location"] = "/v1/tasks/x"
        return gateway.task(task_id)

    @router.get("/tasks")
    async def listed(authorization: Annotated[str, Header()] = "", cursor: str = "0", limit: int = 20) -> Json:
        known(authorization)
        newest = list(gateway.tasks)[::-1]
        start = int(cursor)
        following = start + limit
        return {
            "tasks": [gateway.task(task_id) for task_id in newest[start:following]],
            "next_cursor": str(following) if following < len(newest) else None,
        }

    @router.get("/tasks/{task_id:path}")
    async def one(task_id: str, authorization: Annotated[str, Header()] = "") -> Json:
        known(authorization)
        return gateway.task(task_id)

    @router.delete("/tasks/{task_id:path}")
    async def cancel(task_id: str, authorization: Annotated[str, Header()] = "") -> Json:
        known(authorization)
        if gateway.task(task_id)["status"] != "queued":
            raise HTTPException(409, "only a queued task can be cancelled")
        gateway.tasks[task_id]["status"] = "cancelled"
        return gateway.task(task_id)

    @router.get("/usage")
    async def usage(authorization: Annotated[str, Header()] = "") -> Json:
        known(authorization)
        return {"tier": "free", "used": len(gateway.tasks), "quota": 100}

    @router.get("/leaderboard")
    async def leaderboard(domain: str | None = None, limit: int = 256) -> Json:
        return gateway.leaderboard(domain, limit)

    @router.get("/miners/{uid}")
    async def miner(uid: int) -> Json:
        return gateway.miner(uid)

    @router.get("/stats")
    async def stats() -> Json:
        return gateway.statistics()

    @router.get("/validators")
    async def validators() -> Json:
        return gateway.validators()

    @router.get("/stream")
    async def stream(last_event_id: Annotated[str, Header()] = "") -> Response:
        return StreamingResponse(_told(gateway, last_event_id), media_type="text/event-stream")

    return router


async def _told(gateway: FakeGateway, last_event_id: str) -> AsyncIterator[str]:
    """From after the id seen; from now on without one."""
    told = int(last_event_id) if last_event_id.isdecimal() else len(gateway.events)
    gateway.streams += 1
    try:
        yield ": welcome\n\n"
        while not gateway.hang_up_streams:
            for event in gateway.events[told:]:
                told = event["id"]
                text = JSONResponse(event).body.decode()  # type: ignore[union-attr]
                yield f"id: {told}\nevent: {event['type']}\ndata: {text}\n\n"
            await asyncio.sleep(0.02)
    finally:
        gateway.streams -= 1


def fake_app(gateway: FakeGateway) -> FastAPI:
    app = FastAPI()
    app.include_router(routes(gateway))

    @app.middleware("http")
    async def trouble(request: Request, go_on: Any) -> Any:
        gateway.requests.append((request.method, request.url.path, dict(request.headers)))
        if gateway.trouble.times > 0:
            gateway.trouble.times -= 1
            headers = {} if gateway.trouble.retry_after is None else {"Retry-After": gateway.trouble.retry_after}
            return _problem(gateway.trouble.status, "in trouble", headers)
        return await go_on(request)

    @app.exception_handler(StarletteHTTPException)
    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        return _problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [{"field": ".".join(map(str, one["loc"])), "detail": one["msg"]} for one in error.errors()]
        return _problem(422, "the request is not valid", {}, errors)

    return app


def _problem(status: int, detail: str, headers: dict[str, str], errors: Sequence[Json] = ()) -> JSONResponse:
    document = {"type": f"urn:fake:{status}", "title": "Refused", "status": status, "detail": detail}
    if errors:
        document["errors"] = list(errors)
    return JSONResponse(document, status, headers, media_type="application/problem+json")
