"""The client for programs that wait."""

import time
from collections.abc import Callable, Iterator
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


class Client:
    """A gateway's caller. Use it as a context manager, or `close` it.

    Args:
        gateway: its address, http:// or https://.
        api_key: `rf_…`; without one, only what is public can be asked for.
        timeout: seconds for a connection, and between two parts of an answer.
        patience: how often and how long a request is tried again.
        rng: spreads the waits between attempts.
        transport: in the network's place, for tests.

    Raises:
        ValueError: an address or a key that cannot be one.

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.gateway = gateway_url(gateway)
        self._patience = patience or Patience()
        self._rng = rng or SystemRandom()
        self._timeout = timeout
        self._talk = Conversations(self._patience, self._rng)
        self._http = httpx.Client(
            base_url=self.gateway, headers=sent_headers(api_key), timeout=timeout, transport=transport
        )

    def submit(
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
        return self._drive(self._talk.submit(body, idempotency_key or new_idempotency_key()))

    def task(self, task_id: str) -> Task:
        """One of one's own tasks as it is now."""
        return self._drive(self._talk.task(task_id))

    def wait(
        self,
        task_id: str,
        timeout: float | None = None,
        seen: Callable[[Task], None] | None = None,
    ) -> Task:
        """The task when it is completed, failed or cancelled; `NotDoneInTime` after `timeout` seconds.

        `seen` is told how far the task has come each time that is looked at.
        """
        return self._drive(self._talk.until_done(task_id, timeout, seen, time.monotonic))

    def ask(
        self,
        problem: str,
        *,
        domain: str | None = None,
        difficulty: int | None = None,
        timeout: float | None = None,
    ) -> Task:
        """Submit a problem and wait until it is done."""
        return self.wait(self.submit(problem, domain=domain, difficulty=difficulty).task_id, timeout)

    def cancel(self, task_id: str) -> Task | None:
        """Cancel a queued task; `Conflict` when it is no longer queued."""
        return self._drive(self._talk.cancel(task_id))

    def tasks(self, page_size: int = PAGE) -> Iterator[Task]:
        """One's own tasks, the newest first, fetched a page at a time as they are read."""
        cursor: str | None = None
        while True:
            page = self._drive(self._talk.page(cursor, page_size))
            yield from page.tasks
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    def leaderboard(self, domain: str | None = None, limit: int | None = None) -> Leaderboard:
        """The ranking, in all disciplines or in one."""
        return self._drive(self._talk.leaderboard(domain, limit))

    def miner(self, uid: int) -> Miner:
        """One miner's epochs and tasks."""
        return self._drive(self._talk.miner(uid))

    def statistics(self) -> Statistics:
        """The network so far."""
        return self._drive(self._talk.statistics())

    def validators(self) -> tuple[Validator, ...]:
        """The validators' health."""
        return self._drive(self._talk.validators()).validators

    def usage(self) -> Usage:
        """One's own usage and quota."""
        return self._drive(self._talk.usage())

    def stream(self, last_event_id: int | None = None) -> Iterator[Event]:
        """What happens on the subnet, as it happens, after `last_event_id` where one is given.

        A connection that breaks is made anew and goes on after the last event; the failures in a row that `patience`
        allows raise.
        """
        last_id, failures = "" if last_event_id is None else str(last_event_id), 0
        while True:
            reader = FrameReader(last_id)
            try:
                with self._http.stream("GET", "/v1/stream", **stream_options(reader, self._timeout)) as response:
                    if is_stream(response):
                        for received in response.iter_bytes():
                            failures = 0
                            for frame in reader.feed(received):
                                yield event_of(frame.text)
                    fault = ended(response, self._body(response) if response.is_error else b"")
            except httpx.TransportError as error:
                fault = Unreachable(broken(error).reason)
            last_id, failures = reader.last_id, failures + 1
            if failures >= self._patience.attempts:
                raise fault
            time.sleep(self._patience.wait(failures, asked_wait(fault), self._rng))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drive(self, flow: Flow[ResultT]) -> ResultT:
        answer: Reply | Broken | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as end:
                result: ResultT = end.value
                return result
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                answer = None
            else:
                answer = self._send(step)

    def _send(self, call: Call) -> Reply | Broken:
        try:
            with self._http.stream(
                call.method, call.path, params=call.query, json=call.body, headers=call.headers
            ) as response:
                return Reply(response.status_code, dict(response.headers), self._body(response))
        except httpx.TransportError as error:
            return broken(error)

    @staticmethod
    def _body(response: httpx.Response) -> bytes:
        body = bytearray()
        try:
            for received in response.iter_bytes():
                bounded(body, received)
        except httpx.DecodingError as error:
            raise Malformed("the answer is not encoded as it says") from error
        return bytes(body)
