"""A pool of worker processes of which each can be killed, alone and at once."""

import asyncio
import json
import os
import re
import signal
from collections import deque
from types import TracebackType
from typing import Any, Final, Self

from attrs import define, field, frozen

from reasonforge.adapters.workers.frames import Exit, Kind, framed
from reasonforge.adapters.workers.nursery import Nursery, Worker
from reasonforge.application.ports.sandbox import MEBIBYTE
from reasonforge.application.ports.workers import Exceeded
from reasonforge.domain.errors import ValidatorFault

OWN_PREFIX: Final = "reasonforge."
_TARGET: Final = re.compile(r"[a-z][a-z0-9_]{0,60}(?:\.[a-z][a-z0-9_]{0,60}){0,10}:[a-z][a-z0-9_]{0,60}", re.ASCII)
_ATTEMPTS = 2
_START_SECONDS = 60.0
_BURIAL_SECONDS = 0.8
_SPARE = 1


@frozen
class WorkerLimits:
    """What one worker may use.

    Attributes:
        memory_bytes: address space beside what it was born with.
        message_bytes: of the work's JSON, and of what it gives.
        calls: how many it serves before another takes its place, so that nothing piles up in it.
    """

    memory_bytes: int = 512 * MEBIBYTE
    message_bytes: int = 8 * MEBIBYTE
    calls: int = 500


@frozen
class _Stillborn:
    """A worker died before it had begun with the work, which is not the work's doing."""


@define(eq=False)
class ProcessWorkers:
    """`Workers` as processes forked from a zygote that has loaded the libraries already.

    Starts with the first call (or `async with`), and belongs to that call's event loop until `aclose`. There is one
    worker more than are ever at work, so that the place of one that was killed is taken by one that is waiting.

    A recursion too deep for Python, an answer too long, and a worker that ends or crashes in the middle of the work
    are `Exceeded` like time and memory. Work of which the JSON is longer than `message_bytes` is `Exceeded` unseen.

    Attributes:
        size: how many calls run at once, > 0.
        preload: modules, and `module:function` entries called once without arguments, before the first fork.
        prefix: what a target's module begins with.
    """

    size: int = field(factory=lambda: os.cpu_count() or 1)
    limits: WorkerLimits = WorkerLimits()
    preload: tuple[str, ...] = ("sympy",)
    prefix: str = OWN_PREFIX
    _nursery: Nursery | None = field(default=None, init=False)
    _idle: deque[Worker] = field(factory=deque, init=False)
    _turns: asyncio.Semaphore = field(init=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self.size < 1:
            message = f"a pool has at least one worker, not {self.size}"
            raise ValueError(message)
        self._turns = asyncio.Semaphore(self.size)

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def call(self, target: str, payload: Any, seconds: float) -> Any | Exceeded:
        self._refuse_when_malformed(target, seconds)
        async with self._turns:  # writing it out takes milliseconds too, and so waits its turn
            message = self._written(target, payload, seconds)
            if isinstance(message, Exceeded):
                return message
            for _ in range(_ATTEMPTS):
                outcome = await self._worked(await self._waiting(), target, message, seconds)
                if not isinstance(outcome, _Stillborn):
                    return outcome
        self._refuse_when_closed()
        raise ValidatorFault(f"{_ATTEMPTS} workers in a row died before they began with {target}")

    async def aclose(self) -> None:
        self._closed = True
        nursery, self._nursery = self._nursery, None
        for worker in self._idle:
            worker.connection.close()
        self._idle.clear()
        if nursery is not None:
            await nursery.end()

    def processes(self) -> tuple[int, ...]:
        """Process ids of the workers there are now, for who watches them."""
        workers = self._nursery.workers.values() if self._nursery else ()
        return tuple(worker.pid for worker in workers if worker.pid is not None)

    def _refuse_when_malformed(self, target: str, seconds: float) -> None:
        if not _TARGET.fullmatch(target) or not target.startswith(self.prefix):
            raise ValidatorFault(f"{target[:80]!r} is no module:function of {self.prefix}*")
        if not 0 < seconds < float("inf"):
            raise ValidatorFault(f"work gets a positive number of seconds, not {seconds!r}")

    def _written(self, target: str, payload: Any, seconds: float) -> bytes | Exceeded:
        try:
            body = json.dumps([target, payload, seconds]).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise ValidatorFault(f"the payload of {target} is not plain JSON: {error}") from error
        if len(body) > self.limits.message_bytes:
            return Exceeded(f"input limit of {_megabytes(self.limits.message_bytes)}")
        return framed(Kind.WORK, body)

    async def _opened(self) -> Nursery:
        """A zygote that is alive."""
        self._refuse_when_closed()
        if self._nursery is not None and not self._nursery.alive:
            lost, self._nursery = self._nursery, None
            for worker in self._idle:
                worker.connection.close()
            self._idle.clear()
            await lost.end()
            self._refuse_when_closed()
        if self._nursery is None:
            self._nursery = Nursery.start(
                self.preload, self.prefix, self.limits.memory_bytes, self.limits.message_bytes
            )
            for _ in range(self.size + _SPARE):
                self._replace()
        return self._nursery

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ValidatorFault("the workers are closed")

    def _replace(self) -> None:
        """One more worker, asked for ahead of its time; it gets ready by itself."""
        worker = self._nursery.fork() if self._nursery is not None and self._nursery.alive else None
        if worker is not None:
            self._idle.append(worker)

    async def _waiting(self) -> Worker:
        """A worker that is ready for work."""
        for _ in range(_ATTEMPTS):
            await self._opened()
            self._bury_the_idle()
            if not self._idle:
                self._replace()
            if not self._idle:
                continue
            worker = self._idle.popleft()
            if worker.ready or await self._gets_ready(worker):
                return worker
        raise ValidatorFault(f"no worker can be started, {_ATTEMPTS} in a row died or were not ready in time")

    def _bury_the_idle(self) -> None:
        """Replace those who died while they waited."""
        dead = [worker for worker in self._idle if worker.ended.done()]
        for worker in dead:
            self._idle.remove(worker)
            self._retire(worker)

    async def _gets_ready(self, worker: Worker) -> bool:
        try:
            async with asyncio.timeout(_START_SECONDS):
                frame = await worker.receive(0)
            worker.ready = frame is not None and frame[0] is Kind.READY
        except TimeoutError:
            pass
        finally:
            if not worker.ready:
                self._retire(worker)
        return worker.ready

    def _retire(self, worker: Worker) -> None:
        """Its life ends here, and another's begins."""
        worker.connection.close()
        worker.nursery.kill(worker)
        if worker.nursery is self._nursery and not self._closed:
            self._replace()

    async def _worked(self, worker: Worker, target: str, message: bytes, seconds: float) -> Any:
        """What the call comes to on this worker; `_Stillborn` when it should be tried on another."""
        worker.calls += 1
        frame: tuple[Kind, bytes] | None = None
        begun = late = False
        try:
            async with asyncio.timeout(seconds):
                try:
                    await worker.send(message)
                    begun = await worker.receive(0) is not None
                except ConnectionError:
                    begun = False
                if begun:
                    frame = await worker.receive(self.limits.message_bytes)
        except TimeoutError:
            late = True
        finally:
            fit = frame is not None and frame[0] not in {Kind.MEMORY, Kind.DEPTH}
            if fit and worker.calls < self.limits.calls and not self._closed:
                self._idle.append(worker)
            else:
                self._retire(worker)
        if late:
            await self._buried(worker)
            return Exceeded(f"time limit of {seconds:g} s")
        if frame is None:
            return await self._post_mortem(worker, seconds) if begun else _Stillborn()
        return self._read(target, *frame)

    def _read(self, target: str, kind: Kind, body: bytes) -> Any:
        if kind is Kind.VALUE:
            return json.loads(body)
        if kind is Kind.RAISED:
            name, said = json.loads(body)
            raise ValidatorFault(f"{target} raised {name}: {said}")
        limit = {
            Kind.MEMORY: f"memory limit of {_megabytes(self.limits.memory_bytes)}",
            Kind.OUTPUT: f"output limit of {_megabytes(self.limits.message_bytes)}",
        }
        return Exceeded(limit.get(kind, "limit of recursion"))

    async def _buried(self, worker: Worker) -> int | None:
        """The wait status of a worker that is dead or dying; None when nobody knows it in time."""
        done, _ = await asyncio.wait([worker.ended], timeout=_BURIAL_SECONDS)
        return worker.ended.result() if done else None

    async def _post_mortem(self, worker: Worker, seconds: float) -> Exceeded | _Stillborn:
        """Why a worker ended in the middle of the work; unknown means that all of them ended, which is our affair."""
        status = await self._buried(worker)
        if status is None:
            return _Stillborn()
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return Exceeded(f"time limit of {seconds:g} s")
            return Exceeded(f"the work crashed ({signal.Signals(number).name})")
        code = os.waitstatus_to_exitcode(status)
        return Exceeded("the work crashed" if code == Exit.UNFIT else f"the work ended its process (exit code {code})")


def _megabytes(size: int) -> str:
    return f"{size / MEBIBYTE:g} MB"
