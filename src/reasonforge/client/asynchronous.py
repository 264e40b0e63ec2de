"""The client for programs that await."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from random import Random, SystemRandom
from types import TracebackType
from typing import Self

import httpx

from reasonforge.client.address import gateway_url, sent_headers
from reasonforge.client.conversations import PAGE, Conversations, event_of, task_body
from reasonforge.client.event_stream import FrameReader
from reasonforge.client.faults import Malformed, Unreachable
from reasonforge.client.http_values import Broken, Call, Pause, Reply
from reasonforge.client.patience import Flow, Patience, ResultT
from reasonforge.client.results import Event, Leaderboard, Miner, Statistics, Task, Usage, Validator
from reasonforge.client.wire import asked_wait, bounded, broken, ended, is_stream, new_idempotency_key, stream_options


class AsyncClient:
    """A gateway's caller, as `reasonforge.client.Client` but to be awaited. Use it with `async with`, or `close` it.

    Every method raises `GatewayError`, see `reasonforge.client.faults`.
    """

    def __init__(
        self,
        gateway: str,
        api_key: str | None = None,
        *,
        timeout: float = 30.0,
        patience: Patience | None = None,
        rng: Random | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.gateway = gateway_url(gateway)
        self._patience = patience or Patience()
        self._rng = rng or SystemRandom()
        self._timeout = timeout
        self._talk = Conversations(self._patience, self._rng)
        self._http = httpx.AsyncClient(
            base_url=self.gateway, headers=sent_headers(api_key), timeout=timeout, transport=transport
        )

    async def submit(
        self,
        problem: str,
        *,
        domain: str | None = None,
        difficulty: int | None = None,
        timeout_seconds: float | None = None,
        callback_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> Task:
        """Submit a problem; it is asked in the next epoch. The same `idempotency_key` makes the same one task."""
        body = task_body(problem, domain, difficulty, timeout_seconds, callback_url)
        return await self._drive(self._talk.submit(body, idempotency_key or new_idempotency_key()))

    async def task(self, task_id: str) -> Task:
        """One of one's own tasks as it is now."""
        return await self._drive(self._talk.task(task_id))

    async def wait(
        self,
        task_id: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as Client's
        seen: Callable[[Task], None] | None = None,
    ) -> Task:
        """The task when it is completed, failed or cancelled; `NotDoneInTime` after `timeout` seconds.

        `seen` is told how far the task has come each time that is looked at.
        """
        return await self._drive(self._talk.until_done(task_id, timeout, seen, time.monotonic))

    async def ask(
        self,
        problem: str,
        *,
        domain: str | None = None,
        difficulty: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as Client's
    ) -> Task:
        """Submit a problem and wait until it is done."""
        task = await self.submit(problem, domain=domain, difficulty=difficulty)
        return await self.wait(task.task_id, timeout)

    async def cancel(self, task_id: str) -> Task | None:
        """Cancel a queued task; `Conflict` when it is no longer queued."""
        return await self._drive(self._talk.cancel(task_id))

    async def tasks(self, page_size: int = PAGE) -> AsyncIterator[Task]:
        """One's own tasks, the newest first, fetched a page at a time as they are read."""
        cursor: str | None = None
        while True:
            page = await self._drive(self._talk.page(cursor, page_size))
            for task in page.tasks:
                yield task
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    async def leaderboard(self, domain: str | None = None, limit: int | None = None) -> Leaderboard:
        """The ranking, in all disciplines or in one."""
        return await self._drive(self._talk.leaderboard(domain, limit))

    async def miner(self, uid: int) -> Miner:
        """One miner's epochs and tasks."""
        return await self._drive(self._talk.miner(uid))

    async def statistics(self) -> Statistics:
        """The network so far."""
        return await self._drive(self._talk.statistics())

    async def validators(self) -> tuple[Validator, ...]:
        """The validators' health."""
        return (await self._drive(self._talk.validators())).validators

    async def usage(self) -> Usage:
        """One's own usage and quota."""
        return await self._drive(self._talk.usage())

    async def stream(self, last_event_id: int | None = None) -> AsyncIterator[Event]:
        """What happens on the subnet, as it happens, after `last_event_id` where one is given.

        A connection that breaks is made anew and goes on after the last event; the failures in a row that `patience`
        allows raise.
        """
        last_id, failures = "" if last_event_id is None else str(last_event_id), 0
        while True:
            reader = FrameReader(last_id)
            try:
                async with self._http.stream("GET", "/v1/stream", **stream_options(reader, self._timeout)) as response:
                    if is_stream(response):
                        async for received in response.aiter_bytes():
                            failures = 0
                            for frame in reader.feed(received):
                                yield event_of(frame.text)
                    fault = ended(response, await self._body(response) if response.is_error else b"")
            except httpx.TransportError as error:
                fault = Unreachable(broken(error).reason)
            last_id, failures = reader.last_id, failures + 1
            if failures >= self._patience.attempts:
                raise fault
            await asyncio.sleep(self._patience.wait(failures, asked_wait(fault), self._rng))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _drive(self, flow: Flow[ResultT]) -> ResultT:
        answer: Reply | Broken | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as end:
                result: ResultT = end.value
                return result
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                answer = None
            else:
                answer = await self._send(step)

    async def _send(self, call: Call) -> Reply | Broken:
        try:
            async with self._http.stream(
                call.method, call.path, params=call.query, json=call.body, headers=call.headers
            ) as response:
                return Reply(response.status_code, dict(response.headers), await self._body(response))
        except httpx.TransportError as error:
            return broken(error)

    @staticmethod
    async def _body(response: httpx.Response) -> bytes:
        body = bytearray()
        try:
            async for received in response.aiter_bytes():
                bounded(body, received)
        except httpx.DecodingError as error:
            raise Malformed("the answer is not encoded as it says") from error
        return bytes(body)
