"""One container: files put in, programs run in it one after another, outputs brought back."""

import io
import tarfile
import threading
import time
from collections.abc import Mapping, Sequence

from attrs import define, field

from reasonforge.adapters.docker.attendance import Attendance, Ending
from reasonforge.adapters.docker.counters import Counters
from reasonforge.adapters.docker.engine import CODE, KEEPER, Engine, GoneError
from reasonforge.adapters.docker.frames import Frames
from reasonforge.application.ports.sandbox import Program, Run, RunEnd
from reasonforge.domain.errors import ValidatorFault

KEEPING_SECONDS = 20.0
"""For putting files in and bringing outputs back."""
_SIGNAL = 128
_TAR_ROOM = 64 * 1024
_ENVIRONMENT = {"HOME": "/tmp", "TMPDIR": "/tmp", "OUT": "/tmp/out", "LANG": "C.UTF-8"}  # noqa: S108 - the container's own

# A container in which a run left processes is not used again, where its counters can be read. Where they cannot, and
# for a moment while outputs are collected, kill(-1) ends them: all of the code's user at once, and nobody else's. Files
# are deleted before the next run. `exec` leaves nothing of the shell.
_FIRST = 'mkdir -p /tmp/out && exec "$@"'
_NEXT = "kill -9 -1 2>/dev/null; rm -rf -- /tmp/* /tmp/.[!.]* /tmp/..?*; " + _FIRST
_COLLECT = 'kill -9 -1 2>/dev/null; [ -L /tmp/out ] || { cd /tmp/out && exec tar -cf - -- "$@"; }'
_SETTLE_SECONDS = 0.1


@define
class Cell:
    """A running container of one toolchain and one set of limits.

    Attributes:
        usable: False when a program went past a limit or broke it: it must be removed.
    """

    engine: Engine
    container: str
    environment: Mapping[str, str]
    usable: bool = field(default=True, init=False)
    _used: bool = field(default=False, init=False)
    _counters: Counters = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._counters = Counters.of(self.container)

    def furnish(self, files: Mapping[str, bytes]) -> None:
        """Put the read-only files in; `GoneError` when the container does not run any more."""
        if not files:
            return
        ending, heard = self._keep(["tar", "-xf", "-", "-C", "/job"], KEEPER, _archive(files), 0)
        if ending.limit is not None or ending.code != 0:
            said = heard.stderr[:200].decode(errors="replace").strip()
            raise ValidatorFault(f"the program's files cannot be put into its container: {said or ending.limit}")

    def run(self, program: Program, given: bytes, abandoned: threading.Event) -> Run:
        """One run; `GoneError` when the container did not even take it."""
        limits = program.limits
        argv = ["sh", "-c", _NEXT if self._used else _FIRST, "sh", *program.argv]
        before = self._counters.read()

        def passed() -> RunEnd | None:
            now = self._counters.read()
            if now.killed > before.killed:
                return RunEnd.MEMORY
            late = now.cpu_seconds - before.cpu_seconds > limits.cpu_seconds or abandoned.is_set()
            return RunEnd.TIME if late else None

        started = time.monotonic()
        running = self.engine.execute(self.container, argv, CODE, {**_ENVIRONMENT, **self.environment})
        self._used = True
        heard = Frames(limits.output_bytes)
        try:
            attendance = Attendance(self.engine, running, memoryview(given), heard)
            ending = attendance.until(started + limits.wall_seconds, passed)
        finally:
            running.close()
        seconds = time.monotonic() - started
        limit = ending.limit or passed()
        self.usable = limit is None and ending.code is not None and not self._haunted(before.processes)
        exited = limit is None and ending.code is not None and ending.code <= _SIGNAL
        return Run(
            end=limit or (RunEnd.EXITED if exited else RunEnd.SIGNALLED),
            exit_code=ending.code if exited else None,
            stdout=bytes(heard.stdout),
            stderr=bytes(heard.stderr),
            seconds=seconds,
            outputs=self._collect(program) if exited else {},
        )

    def _haunted(self, before: int) -> bool:
        """Whether more processes live than before the run, a moment after it."""
        until = time.monotonic() + _SETTLE_SECONDS
        while self._counters.read().processes > before:
            if time.monotonic() >= until:
                return True
            time.sleep(_SETTLE_SECONDS / 20)
        return False

    def _collect(self, program: Program) -> dict[str, bytes]:
        if not program.outputs:
            return {}
        most = program.limits.file_bytes
        argv = ["sh", "-c", _COLLECT, "sh", *(f"./{name}" for name in program.outputs)]
        try:
            ending, heard = self._keep(argv, CODE, b"", most + _TAR_ROOM)
        except GoneError:
            self.usable = False
            return {}
        self.usable = self.usable and ending.limit is None and ending.code is not None
        return _unpacked(bytes(heard.stdout), program.outputs, most)

    def _keep(self, argv: Sequence[str], user: str, given: bytes, most: int) -> tuple[Ending, Frames]:
        """A command of ours in the container."""
        running = self.engine.execute(self.container, argv, user, _ENVIRONMENT)
        heard = Frames(most)
        try:
            attendance = Attendance(self.engine, running, memoryview(given), heard)
            return attendance.until(time.monotonic() + KEEPING_SECONDS, lambda: None), heard
        finally:
            running.close()


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o444
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _unpacked(packed: bytes, wanted: Sequence[str], most: int) -> dict[str, bytes]:
    """The wanted regular files of an archive that came out of a sandbox, within `most` bytes together."""
    found: dict[str, bytes] = {}
    left = most
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
            for entry in archive:
                name = entry.name.removeprefix("./")
                if name not in wanted or name in found or not entry.isreg() or entry.size > left:
                    continue
                file = archive.extractfile(entry)
                found[name] = file.read(left) if file else b""
                left -= len(found[name])
    except (tarfile.TarError, EOFError, ValueError, OverflowError):
        return found
    return {name: found[name] for name in wanted if name in found}
