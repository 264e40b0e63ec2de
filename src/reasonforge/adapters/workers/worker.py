"""The life of one worker process, from the fork to its end: calls of `module:function`, one at a time."""

import json
import math
import os
import resource
import signal
import socket
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from reasonforge.adapters.workers.frames import HEAD, Exit, Kind, Upbringing, framed, received

_FILES = 64
_UNKNOWN_SIZE = 1 << 30
_MESSAGE_CHARACTERS = 500


def live(connection: socket.socket, upbringing: Upbringing) -> Exit:
    """Serve until the pool hangs up, or a limit was passed that leaves the process in an unknown state."""
    limit_process(upbringing.memory_bytes)
    connection.sendall(framed(Kind.READY))
    while (head := received(connection, HEAD.size)) is not None:
        _, length = HEAD.unpack(head)
        body = received(connection, length)
        if body is None:
            break
        connection.sendall(framed(Kind.BEGUN))
        kind, answer = answered(body, upbringing)
        connection.sendall(framed(kind, answer))
        if kind in {Kind.MEMORY, Kind.DEPTH}:
            return Exit.UNFIT
    return Exit.DISMISSED


def limit_process(memory_bytes: int) -> None:
    """Limits that hold from here on: memory beside what is mapped already, no file written, no child, no core dump.

    `RLIMIT_NPROC` of 0 keeps an ordinary user's worker from making threads and processes; root is exempt from it.
    """
    limits = {
        resource.RLIMIT_AS: _mapped_bytes() + memory_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: _FILES,
    }
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (allowed, allowed))


def answered(body: bytes, upbringing: Upbringing) -> tuple[Kind, bytes]:
    """What one request comes to. `SystemExit` and its like pass: they end the process, which the pool sees."""
    try:
        target, payload, seconds = json.loads(body)
        _limit_processor_time(seconds)
        answer = json.dumps(resolved(target, upbringing.prefix)(payload)).encode()
    except MemoryError:
        return Kind.MEMORY, b""
    except RecursionError:
        return Kind.DEPTH, b""
    except Exception as error:  # noqa: BLE001 - the top loop of this process: whatever was raised is told to the pool
        if _comes_of_memory(error):
            return Kind.MEMORY, b""
        return Kind.RAISED, json.dumps([type(error).__name__, str(error)[:_MESSAGE_CHARACTERS]]).encode()
    if len(answer) > upbringing.message_bytes:
        return Kind.OUTPUT, b""
    return Kind.VALUE, answer


def resolved(target: str, prefix: str) -> Callable[[Any], Any]:
    """The function a target names.

    Raises:
        ImportError, AttributeError: there is none.
        ValueError: it is something imported from elsewhere.
    """
    module, _, name = target.partition(":")
    function: Callable[[Any], Any] = getattr(import_module(module), name)
    if not f"{getattr(function, '__module__', '')}.".startswith(prefix):
        message = f"{target} is not a function of ours"
        raise ValueError(message)
    return function


def _limit_processor_time(seconds: float) -> None:
    """SIGXCPU a second after the pool's own deadline, should the pool not be there to keep it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    allowed = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _comes_of_memory(error: BaseException) -> bool:
    """Whether a library turned a `MemoryError` into something else."""
    for _ in range(20):
        cause = error.__cause__ or error.__context__
        if cause is None:
            return False
        if isinstance(cause, MemoryError):
            return True
        error = cause
    return False


def _mapped_bytes() -> int:
    """This process's address space now; a generous guess where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except FileNotFoundError:
        return _UNKNOWN_SIZE
    return pages * os.sysconf("SC_PAGE_SIZE")


def forget_the_zygote() -> None:
    """After a fork: a session and signals of its own, and nowhere to print."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing a file is an OSError, not a death
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
