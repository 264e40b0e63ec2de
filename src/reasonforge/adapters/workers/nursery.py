"""The pool's end of one zygote: workers come from here, and are killed through here."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from typing import Final

from attrs import asdict, define, field

from reasonforge.adapters.workers.frames import HEAD, ORDER, REPORT, Kind, Order, Report, Upbringing
from reasonforge.domain.errors import ValidatorFault

_BIRTH: Final = (
    "import json, sys; settings = json.loads(sys.argv[1]); sys.path[:] = settings['path']; "
    "from reasonforge.adapters.workers.zygote import main; main(settings)"
)
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # what a library does in the order of a set, it does alike everywhere
    "OPENBLAS_NUM_THREADS": "1",  # a process that forks has one thread
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_LINKING: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without which some interpreters do not start
_GLANCES = 400
_GLANCE_SECONDS = 0.005
_READ_BYTES = 1 << 18


@define(eq=False)
class Worker:
    """One worker as the pool sees it.

    Attributes:
        nursery: where it comes from.
        number: the nursery's name of it.
        connection: non-blocking; whoever has the worker reads and writes it alone.
        ended: its wait status; None when the zygote is gone and nobody knows.
        ready: it has said so, and waits for work.
        calls: how many it has begun.
        pid: None until the zygote told it.
    """

    nursery: "Nursery"
    number: int
    connection: socket.socket
    ended: asyncio.Future[int | None]
    ready: bool = False
    calls: int = 0
    pid: int | None = None

    async def send(self, message: bytes) -> None:
        """Raises OSError when it is gone."""
        await asyncio.get_running_loop().sock_sendall(self.connection, message)

    async def receive(self, most: int) -> tuple[Kind, bytes] | None:
        """The next frame; None when it is gone, or no frame of at most that many bytes comes."""
        head = await self._exactly(HEAD.size)
        if head is None:
            return None
        kind, length = HEAD.unpack(head)
        body = await self._exactly(length) if length <= most else None
        return None if body is None else (Kind(kind), body)

    async def _exactly(self, size: int) -> bytes | None:
        loop = asyncio.get_running_loop()
        parts = bytearray()
        while len(parts) < size:
            try:
                part = await loop.sock_recv(self.connection, min(size - len(parts), _READ_BYTES))
            except ConnectionError:
                return None
            if not part:
                return None
            parts += part
        return bytes(parts)


@define(eq=False)
class Nursery:
    """One zygote, from its start to its end. Belongs to the event loop it was started in."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    alive: bool = True
    workers: dict[int, Worker] = field(factory=dict)
    asked: int = 0
    unread: bytearray = field(factory=bytearray)

    @classmethod
    def start(cls, preload: tuple[str, ...], prefix: str, memory_bytes: int, message_bytes: int) -> "Nursery":
        """A new process, in a session of its own, without our environment and our descriptors.

        Raises:
            ValidatorFault: the system refuses.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            upbringing = Upbringing(
                path=tuple(os.path.abspath(entry) for entry in sys.path),  # noqa: PTH100 - `resolve` would follow links
                preload=preload,
                prefix=prefix,
                memory_bytes=memory_bytes,
                message_bytes=message_bytes,
                parent=os.getpid(),
                control=theirs.fileno(),
            )
            linking = {name: os.environ[name] for name in _LINKING if name in os.environ}
            try:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                    [sys.executable, "-s", "-P", "-c", _BIRTH, json.dumps(asdict(upbringing))],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    cwd="/",
                    env={**_ENVIRONMENT, **linking},
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise ValidatorFault(f"no process for workers can be started: {error}") from error
        ours.setblocking(False)
        nursery = cls(process, ours)
        asyncio.get_running_loop().add_reader(ours, nursery._listen)
        return nursery

    def fork(self) -> Worker | None:
        """Ask for a worker, who will say when it is ready; None when the zygote is gone."""
        self.asked += 1
        mine, its = socket.socketpair()
        mine.setblocking(False)
        worker = Worker(self, self.asked, mine, asyncio.get_running_loop().create_future())
        with its:
            try:
                socket.send_fds(self.control, [ORDER.pack(Order.FORK.value, worker.number)], [its.fileno()])
            except OSError:
                mine.close()
                self._lose()
                return None
        self.workers[worker.number] = worker
        return worker

    def kill(self, worker: Worker) -> None:
        """SIGKILL, soon; `worker.ended` tells when it is dead and reaped."""
        if self.alive and not worker.ended.done():
            try:
                self.control.send(ORDER.pack(Order.KILL.value, worker.number))
            except OSError:
                self._lose()

    def _listen(self) -> None:
        """What the zygote has to tell."""
        try:
            told = self.control.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        if not told:
            self._lose()
            return
        self.unread += told
        while len(self.unread) >= REPORT.size:
            kind, number, figure = REPORT.unpack(self.unread[: REPORT.size])
            del self.unread[: REPORT.size]
            self._note(Report(kind), number, figure)

    def _note(self, report: Report, number: int, figure: int) -> None:
        if report is Report.BORN:
            self.workers[number].pid = figure
        else:
            worker = self.workers.pop(number)
            if not worker.ended.done():
                worker.ended.set_result(figure if report is Report.DEAD else None)

    def _lose(self) -> None:
        """The zygote is gone, or is told to go: its workers are dead or dying, and nobody will say how."""
        if not self.alive:
            return
        self.alive = False
        asyncio.get_running_loop().remove_reader(self.control)
        self.control.close()
        for worker in self.workers.values():
            if not worker.ended.done():
                worker.ended.set_result(None)
        self.workers.clear()

    async def end(self) -> None:
        """Hang up; the zygote kills and reaps its workers and ends, or is killed. It is reaped when this returns."""
        self._lose()
        try:
            for _ in range(_GLANCES):
                if self.process.poll() is not None:
                    break
                await asyncio.sleep(_GLANCE_SECONDS)
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
