"""What holds for every hostile input, and the table that a run over this directory ends with."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import pytest
from attrs import define, field

from tests.hostile.programs import MARK

MIB = 1 << 20
MOST_GROWTH_BYTES = 200 * MIB
MOST_DISK_BYTES = 1 << 30
"""What the disk may lose meanwhile: others write on this machine, too, but nobody that fills it."""
PLACES = tuple({Path("/tmp"), Path("/dev/shm"), Path(tempfile.gettempdir())})  # noqa: S108 - where something would be left
PROPERTY = "hostile"
TELLTALE: Final = frozenset(
    {
        *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "subprocess.Popen"),
        *("socket.connect", "socket.bind", "socket.getaddrinfo", "os.remove", "os.rename", "os.mkdir", "os.rmdir"),
        *("os.chmod", "os.link", "os.symlink", "os.truncate", "shutil.rmtree", "pickle.find_class", "ctypes.dlopen"),
        *("import", "exec", "compile", "marshal.loads", "code.__new__", "webbrowser.open", "urllib.Request"),
    }
)
"""Audit events (PEP 578) of which a check that only reads its input raises none."""


@define
class Trial:
    """One hostile input before one verifier.

    Attributes:
        verdict: what the verifier said; to be set.
        grade: what it gave, in [0, 1); to be set.
        seconds: set where the verifier measured by itself; otherwise the time of the block.
    """

    name: str
    verifier: str
    verdict: str = ""
    grade: float = 0.0
    seconds: float | None = None
    events: list[str] = field(factory=list)


Watch = Callable[..., AbstractContextManager[Trial]]
_listening: list[Trial] = []


def _overhear(event: str, arguments: tuple[object, ...]) -> None:
    if not _listening:
        return
    writes = event == "open" and isinstance(arguments[1], str) and not set(arguments[1]).isdisjoint("wax+")
    if event in TELLTALE or writes:
        _listening[-1].events.append(f"{event} {str(arguments)[:200]}")


sys.addaudithook(_overhear)


@pytest.fixture
def watch(record_property: Callable[[str, object], None]) -> Watch:
    """A block in which a hostile input is judged; what must hold for all of them is asserted at its end.

    `most_seconds` is what the verifier may take; a second more fails. `in_process` listens for anything that a reader
    of the input has no business to do. An exception of the verifier is an 'unavailable', and fails the test.
    """

    @contextmanager
    def watching(name: str, verifier: str, most_seconds: float, *, in_process: bool = False) -> Iterator[Trial]:
        trial = Trial(name, verifier)
        held, free = _peak_from_now(), _free()
        children = _children()
        began = time.monotonic()
        if in_process:
            _listening.append(trial)
        try:
            yield trial
        finally:
            _listening.clear()
            seconds = time.monotonic() - began if trial.seconds is None else trial.seconds
            told = trial.verdict or "FAILED: no verdict"
            record_property(PROPERTY, [name, verifier, told, f"{seconds:.3f}"])
        assert trial.verdict, "a verdict has a reason"
        assert 0.0 <= trial.grade < 1.0, trial.verdict
        assert "unavailable" not in trial.verdict, trial.verdict
        assert seconds < most_seconds + 1.0, trial.verdict
        assert trial.events == []
        assert _peak() - held < MOST_GROWTH_BYTES
        assert free - _free() < MOST_DISK_BYTES
        assert _children() <= children
        assert not [place for place in PLACES if (place / MARK).exists()]

    return watching


def _status(line: str) -> int:
    """Bytes of this process, by its line in /proc/self/status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) * 1024 for one in lines if one.startswith(line))


def _peak() -> int:
    return _status("VmHWM:")


def _peak_from_now() -> int:
    """What this process holds; its peak is measured from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS:")


def _free() -> int:
    return shutil.disk_usage(tempfile.gettempdir()).free


def _children() -> set[int]:
    """Living child processes of this one."""
    found = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        try:
            found |= {int(pid) for pid in (task / "children").read_text().split()}
        except OSError:  # the thread has ended meanwhile
            continue
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of hostile inputs: input, verifier, verdict, time."""
    rows = [
        (*value, outcome)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if name == PROPERTY
    ]
    if not rows:
        return
    rows.sort(key=lambda row: (row[1], row[0]))
    inputs = len({(name, verifier) for name, verifier, *_ in rows})
    terminalreporter.section(f"{inputs} hostile inputs before {len({row[1] for row in rows})} verifiers")
    terminalreporter.write_line(f"{'input':<46} {'verifier':<22} {'verdict':<60} {'seconds':>8}")
    for name, verifier, verdict, seconds, outcome in rows:
        plain = " ".join(verdict.split())
        cut = plain if len(plain) <= 60 else f"{plain[:57]}..."
        flag = "" if outcome == "passed" else "  <- FAILED"
        terminalreporter.write_line(f"{name[:46]:<46} {verifier[:22]:<22} {cut:<60} {seconds:>8}{flag}")
    slowest = max(rows, key=lambda row: float(row[3]))
    terminalreporter.write_line(f"slowest: {slowest[0]} before {slowest[1]}, {slowest[3]} s")
