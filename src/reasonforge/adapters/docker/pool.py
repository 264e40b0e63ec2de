"""Containers started ahead, each used once."""

import os
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from attrs import define, field, frozen

from reasonforge.adapters.docker.cell import Cell
from reasonforge.adapters.docker.engine import LIFE, OWNER, Engine
from reasonforge.adapters.docker.image import Image
from reasonforge.application.ports.sandbox import RunLimits
from reasonforge.domain.errors import ValidatorFault


@frozen
class Shape:
    """What must be decided before a container starts. Limits that the engine is not told are left at their default."""

    toolchain: str
    memory_bytes: int
    file_bytes: int
    processes: int

    @classmethod
    def of(cls, toolchain: str, limits: RunLimits) -> "Shape":
        return cls(toolchain, limits.memory_bytes, limits.file_bytes, limits.processes)

    @property
    def limits(self) -> RunLimits:
        return RunLimits(memory_bytes=self.memory_bytes, file_bytes=self.file_bytes, processes=self.processes)


@define
class Pool:
    """Keeps `ahead` containers ready of each of the last few shapes that were asked for.

    Attributes:
        owner: whose containers these are; at the first use, those that a dead process of the same owner left are
            removed. Owners on one engine in different process namespaces need different names.
    """

    engine: Engine
    ahead: int
    owner: str
    shapes: int = 4
    _ready: "OrderedDict[Shape, list[Cell]]" = field(factory=OrderedDict, init=False)
    _starting: "dict[Shape, int]" = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _swept: bool = field(default=False, init=False)
    _closed: bool = field(default=False, init=False)
    _starter: ThreadPoolExecutor = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="docker-ahead")

    def take(self, shape: Shape, image: Image) -> Cell:
        """A container nobody has used, ready if there is one; another is started in its stead."""
        self.sweep()
        with self._lock:
            ready = self._ready.get(shape, [])
            cell = ready.pop() if ready else None
        self.replenish(shape, image)
        return cell or self.start(shape, image)

    def start(self, shape: Shape, image: Image) -> Cell:
        labels = {OWNER: self.owner, LIFE: _life()}
        return Cell(self.engine, self.engine.start(image, shape.limits, labels), image.environment)

    def replenish(self, shape: Shape, image: Image) -> None:
        """Start what is missing, in the background."""
        with self._lock:
            if self._closed:
                return
            self._ready.setdefault(shape, [])
            self._ready.move_to_end(shape)
            stale = [self._ready.popitem(last=False)[1] for _ in range(len(self._ready) - self.shapes)]
            missing = self.ahead - len(self._ready[shape]) - self._starting.get(shape, 0)
            self._starting[shape] = self._starting.get(shape, 0) + max(0, missing)
            for cell in (cell for cells in stale for cell in cells):
                self._starter.submit(self._forget, cell)
            for _ in range(missing):
                self._starter.submit(self._add, shape, image)

    def _add(self, shape: Shape, image: Image) -> None:
        cell: Cell | None = None
        try:
            cell = None if self._closed else self.start(shape, image)
        except ValidatorFault:  # whoever needs one meets the same fault, and reports it
            cell = None
        with self._lock:
            self._starting[shape] -= 1
            if not self._starting[shape]:
                del self._starting[shape]
            if cell is not None and not self._closed and shape in self._ready:
                self._ready[shape].append(cell)
                return
        if cell is not None:
            self._forget(cell)

    def _forget(self, cell: Cell) -> None:
        try:
            self.engine.remove(cell.container)
        except ValidatorFault:  # the next start sweeps it away
            cell.usable = False

    def sweep(self) -> None:
        """Remove what a process that is gone has left; once."""
        with self._lock:
            if self._swept:
                return
            for container, life in self.engine.owned(self.owner):
                if not _lives(life):
                    self.engine.remove(container)
            self._swept = True

    def settle(self) -> None:
        """Wait until everything under way in the background is done."""
        done: Future[None] = self._starter.submit(lambda: None)
        done.result()

    def close(self) -> None:
        """Remove every container that is ready; none is started any more."""
        with self._lock:
            self._closed = True
            cells = [cell for ready in self._ready.values() for cell in ready]
            self._ready.clear()
        self._starter.shutdown(wait=True)
        for cell in cells:
            self._forget(cell)


def _life() -> str:
    """This process, told apart from any other of this machine: number, time of start, and namespace of the number."""
    return f"{os.getpid()}:{_start_of(os.getpid())}:{_namespace()}"


def _lives(life: str) -> bool:
    pid, _, rest = life.partition(":")
    start, _, namespace = rest.partition(":")
    return namespace == _namespace() and pid.isdigit() and start != "" and _start_of(int(pid)) == start


def _namespace() -> str:
    return Path("/proc/self/ns/pid").readlink().name


def _start_of(pid: int) -> str:
    """When a process started, in ticks since the machine did; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
