"""The offline simulator over HTTP: runs at once or an epoch at a time, the constants and the equations.

A run takes a thread, never the event loop, and stops between two epochs when its caller has gone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from threading import Event
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from reasonforge.adapters.http.formulas import Formula, formulas
from reasonforge.adapters.http.simulation_events import epoch_events, whole_run
from reasonforge.adapters.http.simulation_request import MOST_WORK, RunRequest, StreamRequest
from reasonforge.application.simulation.tabulate import parameter_table
from reasonforge.domain.parameters import DEFAULT_PARAMETERS

AT_ONCE = 2
"""Runs of all callers that are computed at the same time."""
WAITING = 16
"""Callers that may wait for their run; further ones are told to come back."""
STREAMS = 32
"""Open streams of epochs."""
COME_BACK_SECONDS = 2


class SimulatorHealth(BaseModel):
    """That the simulator is there, and how much of it is taken."""

    status: str
    version: str
    running: int
    streams: int
    most_work: int


class Simulator:
    """Runs of strangers side by side, so many and no more."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, streams: int = STREAMS) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._most_streams = streams
        self.running = 0
        self.streams = 0

    async def run(self, asked: RunRequest) -> bytes:
        """The run as JSON.

        Raises:
            HTTPException: 503, when too many wait already.
        """
        if self.running >= self._most:
            raise _busy()
        self.running += 1
        gone = Event()
        try:
            async with self._turns:
                return await asyncio.to_thread(whole_run, asked, gone.is_set)
        finally:
            gone.set()
            self.running -= 1

    def enter_stream(self) -> None:
        """Take a place among the streams.

        Raises:
            HTTPException: 503, when there is none.
        """
        if self.streams >= self._most_streams:
            raise _busy()
        self.streams += 1

    def leave_stream(self) -> None:
        """Give the place back."""
        self.streams -= 1

    async def next_of(self, events: Iterator[bytes]) -> bytes | None:
        """A stream's next event, when it is its turn; None at the end."""
        async with self._turns:
            return await asyncio.to_thread(next, events, None)


class EpochStream(Response):
    """Server-sent events, an epoch at a time. The place among the streams is held while they are sent."""

    media_type = "text/event-stream"

    def __init__(self, simulator: Simulator, asked: StreamRequest, after: int) -> None:
        super().__init__()
        self._simulator, self._asked, self._after = simulator, asked, after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._simulator.enter_stream()
        try:
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            sent = StreamingResponse(self._events(), media_type=self.media_type, headers=headers)
            await sent(scope, receive, send)
        finally:
            self._simulator.leave_stream()

    async def _events(self) -> AsyncIterator[bytes]:
        events = epoch_events(self._asked, self._after)
        while (event := await self._simulator.next_of(events)) is not None:
            yield event
            await asyncio.sleep(self._asked.pause)


def simulator_router(simulator: Simulator, version: str) -> APIRouter:
    """The routes under /api; `simulator` bounds what they run at once, `version` is the package's."""
    router = APIRouter(prefix="/api", tags=["simulator"])
    busy: dict[int | str, dict[str, Any]] = {503: {"description": "Too many runs wait already: see Retry-After."}}
    sse = {"text/event-stream": {"schema": {"type": "string"}}}

    @router.get("/health")
    async def health() -> SimulatorHealth:
        """That the simulator answers."""
        return SimulatorHealth(
            status="ok",
            version=version,
            running=simulator.running,
            streams=simulator.streams,
            most_work=MOST_WORK,
        )

    @router.post(
        "/simulate", responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **busy}
    )
    async def simulate(request: Request, asked: RunRequest) -> Response:
        """Run the mechanism among statistical miners and validators: settings, roster, epochs, totals and notes."""
        run = asyncio.ensure_future(simulator.run(asked))
        leaving = asyncio.ensure_future(request.receive())
        try:
            await asyncio.wait({run, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return Response(await run if run.done() else b"", media_type="application/json")
        finally:
            leaving.cancel()
            run.cancel()

    @router.get(
        "/simulate/stream",
        response_class=Response,
        responses={200: {"description": "Events: setup, epoch (id: its number), end.", "content": sse}, **busy},
    )
    async def stream(
        asked: Annotated[StreamRequest, Query()],
        last_event_id: Annotated[str, Header(description="The last epoch already seen.")] = "",
    ) -> Response:
        """The same run as server-sent events, an epoch at a time; it stops when the client goes."""
        seen = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 8 else 0
        return EpochStream(simulator, asked, max(asked.after, seen))

    @router.get("/constants")
    async def constants() -> dict[str, Any]:
        """Every constant of the mechanism by its name."""
        return parameter_table(DEFAULT_PARAMETERS)

    @router.get("/formulas")
    async def equations() -> list[Formula]:
        """The thirteen equations with their methods and worked examples, and the reputation multiplier."""
        return formulas()

    return router


def _busy() -> HTTPException:
    return HTTPException(
        status_code=503,
        detail="the simulator is busy with other runs: try again in a moment",
        headers={"Retry-After": str(COME_BACK_SECONDS)},
    )
