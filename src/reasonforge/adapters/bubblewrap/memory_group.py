"""A memory limit of the kernel's own for one run, where this user may set one."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

_numbers = itertools.count()


@frozen
class MemoryGroup:
    """One memory cgroup, version 1 or 2. Everything the run's processes hold counts, scratch space included."""

    path: Path

    @classmethod
    def create(cls, limit_bytes: int) -> "MemoryGroup | None":
        """A new group with that limit; None where no memory cgroup can be made by this user."""
        name = f"reasonforge-{os.getpid()}-{next(_numbers)}"
        for parent in _parents():
            path = parent / name
            try:
                path.mkdir()
            except OSError:
                continue
            group = cls(path)
            if group._limit(limit_bytes):
                return group
            group.remove()
        return None

    def _limit(self, limit_bytes: int) -> bool:
        """Whether both the limit and its counter work."""
        second = (self.path / "memory.max").exists()
        try:
            if second:
                (self.path / "memory.max").write_text(str(limit_bytes))
                (self.path / "memory.oom.group").write_text("1")
            else:
                (self.path / "memory.limit_in_bytes").write_text(str(limit_bytes))
            self._killed()
        except (OSError, ValueError):
            return False
        with contextlib.suppress(OSError):  # absent where the kernel accounts for no swap
            swap = "memory.swap.max" if second else "memory.memsw.limit_in_bytes"
            (self.path / swap).write_text("0" if second else str(limit_bytes))
        return True

    def admit(self, pid: int) -> None:
        """Move a process in; what it starts afterwards is in too."""
        (self.path / "cgroup.procs").write_text(str(pid))

    @property
    def overrun(self) -> bool:
        """Whether the kernel has killed something for passing the limit."""
        try:
            return self._killed() > 0
        except (OSError, ValueError):
            return False

    def _killed(self) -> int:
        events = self.path / "memory.events"
        text = (events if events.exists() else self.path / "memory.oom_control").read_text()
        for line in text.splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
        raise ValueError("the kernel does not count what it kills")

    def remove(self) -> None:
        """Delete the group; its processes must have ended."""
        with contextlib.suppress(OSError):
            self.path.rmdir()


def _parents() -> Iterator[Path]:
    """Where a group may be made, the most particular first."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, own = line.split(":", 2)
        if "memory" in controllers.split(","):
            mount = Path("/sys/fs/cgroup/memory")
        elif number == "0" and Path("/sys/fs/cgroup/cgroup.controllers").exists():
            mount = Path("/sys/fs/cgroup")
        else:
            continue
        inside = mount / own.lstrip("/")
        yield from dict.fromkeys(place for place in (inside, inside.parent, mount) if place.is_relative_to(mount))
