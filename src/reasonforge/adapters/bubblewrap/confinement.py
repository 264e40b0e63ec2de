"""One bubblewrap process: prepared, held at its gate, let go, watched to its end, and cleared away.

Bubblewrap sets up its namespaces and waits at `--block-fd`. Only then do limits and cgroup take hold, so that the
program's first instruction runs under them, and a descriptor of the scratch space is taken, through which outputs are
read when every process is gone.
"""

import contextlib
import json
import math
import os
import secrets
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from attrs import define, field

from reasonforge.adapters.bubblewrap.memory_group import MemoryGroup
from reasonforge.adapters.bubblewrap.toolchain import PATH, Toolchain
from reasonforge.application.ports.sandbox import Program, RunLimits
from reasonforge.domain.errors import ValidatorFault

NOBODY = 65534
SETUP_SECONDS = 10.0
_GIBIBYTE = 1 << 30


@define(slots=True)
class Confinement:
    """A program at the gate. Use as a context manager; leaving it kills and reaps whatever is there.

    Attributes:
        group: the kernel's memory limit, or None where there is none to be had.
        init: the process id, here, of the first process inside.
    """

    executable: str
    toolchain: Toolchain
    program: Program
    seccomp: bytes | None
    group: MemoryGroup | None = field(default=None, init=False)
    init: int = field(default=0, init=False)
    _handles: set[int] = field(factory=set, init=False)
    _closing: contextlib.ExitStack = field(factory=contextlib.ExitStack, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _init_handle: int = field(default=-1, init=False)
    _monitor_handle: int = field(default=-1, init=False)
    _gate: int = field(default=-1, init=False)
    _scratch: int = field(default=-1, init=False)

    def __enter__(self) -> Self:
        try:
            self._prepare()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _clear(self) -> None:
        try:
            if self._process is not None:
                self.destroy()
        finally:
            for handle in tuple(self._handles):
                self._shut(handle)
            if self.group is not None:
                self.group.remove()
            self._closing.close()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """Bubblewrap's monitor, outside; its standard streams are the program's."""
        if self._process is None:
            raise ValidatorFault("the sandbox has not been entered")
        return self._process

    @property
    def streams(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        """The program's standard input, output and error."""
        process = self.process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValidatorFault("the sandbox's streams are no pipes")
        return process.stdin, process.stdout, process.stderr

    @property
    def monitor_handle(self) -> int:
        """Readable when the program has ended."""
        return self._monitor_handle

    def release(self) -> None:
        """Let the program start."""
        os.write(self._gate, b"\n")

    def destroy(self) -> None:
        """Kill every process inside, and wait until none is left."""
        if self._init_handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init_handle, signal.SIGKILL)
            _await_end(self._init_handle)
        process = self.process
        if self._init_handle < 0:
            process.kill()
        try:
            process.wait(timeout=SETUP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def outputs(self) -> dict[str, bytes]:
        """The wanted regular files that fit into `file_bytes` together; links are not followed."""
        found: dict[str, bytes] = {}
        left = self.program.limits.file_bytes
        try:
            directory = os.open("out", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self._scratch)
        except OSError:
            return found
        try:
            for name in self.program.outputs:
                content = _regular_file(name, directory, left)
                if content is not None:
                    found[name] = content
                    left -= len(content)
        finally:
            os.close(directory)
        return found

    def _prepare(self) -> None:
        limits = self.program.limits
        work = self._work_directory()
        status, status_end = self._pipe()
        gate_end, self._gate = self._pipe()
        token = secrets.token_hex(8)
        inherited = [status_end, gate_end]
        arguments = [
            self.executable,
            *_NAMESPACES,
            *self.toolchain.mounts(),
            *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
            *("--size", str(limits.file_bytes), "--perms", "0700", "--tmpfs", "/tmp", "--dir", "/tmp/out"),  # noqa: S108 - the sandbox's own
            *("--ro-bind", str(work), "/job", "--dir", f"/{token}", "--remount-ro", "/", "--chdir", "/job"),
            *_variables(self.toolchain.environment),
            *("--json-status-fd", str(status_end), "--block-fd", str(gate_end)),
        ]
        if self.seccomp is not None:
            filter_end = self._file_of(self.seccomp)
            inherited.append(filter_end)
            arguments += ["--seccomp", str(filter_end)]
        self._start([*arguments, "--", *self.program.argv], inherited)
        for end in inherited:
            self._shut(end)
        self._await_gate(status, token)
        self._limit(limits)

    def _work_directory(self) -> Path:
        work = Path(tempfile.mkdtemp(prefix=f"reasonforge-run-{os.getpid()}-"))
        self._closing.callback(shutil.rmtree, work, ignore_errors=True)
        for name, content in self.program.files.items():
            path = work / name
            path.write_bytes(content)
            path.chmod(0o444)
        work.chmod(0o500)
        if os.geteuid() == 0:
            os.chown(work, NOBODY, NOBODY)
        return work

    def _pipe(self) -> tuple[int, int]:
        read, write = os.pipe()
        self._handles |= {read, write}
        return read, write

    def _file_of(self, content: bytes) -> int:
        read, write = self._pipe()
        os.write(write, content)  # some hundred instructions: less than a pipe holds
        self._shut(write)
        return read

    def _keep(self, handle: int) -> int:
        """Closed when the confinement is left, if not before."""
        self._handles.add(handle)
        return handle

    def _shut(self, handle: int) -> None:
        """Close once: the number may soon be another's."""
        if handle in self._handles:
            self._handles.remove(handle)
            os.close(handle)

    def _start(self, arguments: Sequence[str], inherited: Sequence[int]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - an argument vector of our own making, no shell
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=inherited,
                cwd="/",
                env={},
                **_as_nobody(),
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise ValidatorFault(f"bubblewrap cannot be started: {error}") from error
        for stream in self.streams:
            self._closing.callback(stream.close)
        self._monitor_handle = self._keep(os.pidfd_open(self._process.pid))

    def _await_gate(self, status: int, token: str) -> None:
        """Wait until the namespaces stand; what bubblewrap cannot set up is a fault of ours."""
        deadline = time.monotonic() + SETUP_SECONDS
        document = b""
        while b"\n" not in document:
            ready, _, _ = select.select([status], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(status, 4096) if ready else b""
            if not chunk:
                raise self._broken()
            document += chunk
        self.init = int(json.loads(document.split(b"\n")[0])["child-pid"])
        try:
            self._init_handle = self._keep(os.pidfd_open(self.init))
        except OSError as error:
            raise self._broken() from error
        while not Path(f"/proc/{self.init}/root/{token}").exists():
            if _has_ended(self._monitor_handle) or time.monotonic() > deadline:
                raise self._broken()
            time.sleep(0.001)
        try:
            self._scratch = self._keep(os.open(f"/proc/{self.init}/root/tmp", os.O_RDONLY | os.O_DIRECTORY))
        except OSError as error:
            raise ValidatorFault(f"the sandbox's scratch space cannot be opened: {error}") from error

    def _limit(self, limits: RunLimits) -> None:
        self.group = MemoryGroup.create(limits.memory_bytes)
        try:
            if self.group is not None:
                self.group.admit(self.init)
            # As the sandbox's own user: root may change others' limits only with CAP_SYS_RESOURCE, which it may lack.
            subprocess.run(  # noqa: S603 - an argument vector of our own making, no shell
                ["prlimit", f"--pid={self.init}", *(f"--{kind}={most}:{most}" for kind, most in self._most(limits))],  # noqa: S607 - util-linux, where this system has it
                check=True,
                capture_output=True,
                timeout=SETUP_SECONDS,
                env={"PATH": PATH},
                **_as_nobody(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ValidatorFault(f"the sandbox's limits cannot be set: {error}") from error

    def _most(self, limits: RunLimits) -> Iterator[tuple[str, int]]:
        yield "cpu", math.ceil(limits.cpu_seconds) + 1  # of one process; the sum is watched
        yield "fsize", limits.file_bytes
        yield "nofile", 256
        yield "core", 0
        yield "memlock", 0
        yield "msgqueue", 0
        yield "nproc", limits.processes + 1  # the first is bubblewrap's; counted in the sandbox's own user namespace
        if self.group is None and self.toolchain.limits_address_space:
            yield "as", 4 * limits.memory_bytes + _GIBIBYTE

    def _broken(self) -> ValidatorFault:
        """What bubblewrap said of why it did not start."""
        self.destroy()
        said = self.streams[2].read(500).decode(errors="replace").strip()
        return ValidatorFault(f"bubblewrap cannot set up a sandbox: {said.splitlines()[0] if said else 'no answer'}")


_NAMESPACES = (
    *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
    *("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"),
)


def _as_nobody() -> dict[str, Any]:
    """As root the kernel would lift the limit on processes, and files that only root may read could be read."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _variables(environment: Mapping[str, str]) -> list[str]:
    variables = {"PATH": PATH, "HOME": "/tmp", "TMPDIR": "/tmp", "OUT": "/tmp/out", "LANG": "C.UTF-8", **environment}  # noqa: S108 - the sandbox's own
    return [word for name, value in variables.items() for word in ("--setenv", name, value)]


def _regular_file(name: str, directory: int, most: int) -> bytes | None:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except OSError:
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(handle)


def _has_ended(handle: int) -> bool:
    return bool(select.select([handle], [], [], 0)[0])


def _await_end(handle: int) -> None:
    if not select.select([handle], [], [], SETUP_SECONDS)[0]:
        raise ValidatorFault("a sandboxed process does not end although it was killed")
