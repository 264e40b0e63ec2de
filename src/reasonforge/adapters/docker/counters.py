"""A container's cgroup, read on the engine's machine.

`State.OOMKilled` stays false when the kernel kills what an exec started, and a memory-starved container cannot be asked
from inside. Both versions of cgroups, both drivers.
"""

from pathlib import Path

from attrs import frozen

_NANOSECONDS = 1_000_000_000
_MICROSECONDS = 1_000_000


@frozen
class Count:
    """How often the kernel killed for memory and the processor time of all since the container began; who lives now."""

    killed: int = 0
    cpu_seconds: float = 0.0
    processes: int = 0


@frozen
class Counters:
    """Where one container's counters are; None where this process does not see them."""

    memory: Path | None
    cpu: Path | None
    processes: Path | None

    @classmethod
    def of(cls, container: str) -> "Counters":
        """By the container's full id."""
        root = Path("/sys/fs/cgroup")
        groups = (f"docker/{container}", f"system.slice/docker-{container}.scope")
        return cls(
            memory=_first([root / "memory" / group / "memory.oom_control" for group in groups])
            or _first([root / group / "memory.events" for group in groups]),
            cpu=_first([root / "cpuacct" / group / "cpuacct.usage" for group in groups])
            or _first([root / group / "cpu.stat" for group in groups]),
            processes=_first([root / "pids" / group / "pids.current" for group in groups])
            or _first([root / group / "pids.current" for group in groups]),
        )

    def read(self) -> Count:
        """What they say now; zero for what cannot be read."""
        return Count(_named(self.memory, "oom_kill"), self._cpu_seconds(), _number(self.processes))

    def _cpu_seconds(self) -> float:
        if self.cpu is not None and self.cpu.name == "cpu.stat":
            return _named(self.cpu, "usage_usec") / _MICROSECONDS
        return _number(self.cpu) / _NANOSECONDS


def _number(path: Path | None) -> int:
    try:
        return int(path.read_text()) if path is not None else 0
    except (OSError, ValueError):
        return 0


def _first(paths: list[Path]) -> Path | None:
    return next((path for path in paths if path.exists()), None)


def _named(path: Path | None, name: str) -> int:
    if path is None:
        return 0
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.split()[:1] == [name]), 0)
