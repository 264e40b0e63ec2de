"""What a process and all its descendants use, as /proc tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Usage:
    """Resident memory of the living, and processor time of the living and of those they have reaped."""

    memory_bytes: int = 0
    cpu_seconds: float = 0.0


def usage_of(root: int, *, memory: bool) -> Usage:
    """What `root` and its descendants use now, memory only when asked for. Who ends meanwhile is left out."""
    resident = 0
    ticks = 0
    for pid in _family(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            resident += _resident(pid) if memory else 0
        except OSError:
            continue
        ticks += sum(int(value) for value in fields[11:15])  # fields 14 to 17 of proc(5); the state is the third
    return Usage(resident, ticks / _TICKS)


def _resident(pid: int) -> int:
    """Bytes that are not merely cached files; pages a family shares since a fork count once for each."""
    total = 0
    for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():
        if line.startswith((b"RssAnon:", b"RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _family(root: int) -> Iterator[int]:
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            continue
        for thread in threads:
            try:
                waiting += map(int, (thread / "children").read_bytes().split())
            except OSError:
                continue
