"""The process that workers are forked from: libraries loaded once, one thread, no secrets, nothing of strangers.

It forks and kills by order, reaps whoever dies, and ends, with all its workers, when the pool's process hangs up or is
no longer its parent. The workers in turn die with it (`PR_SET_PDEATHSIG`), so that none outlives a SIGKILL of anybody.
"""

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from attrs import define, field

from reasonforge.adapters.workers.frames import ORDER, REPORT, Exit, Order, Report, Upbringing
from reasonforge.adapters.workers.worker import forget_the_zygote, live

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_LOOK_AROUND_SECONDS = 1.0


def main(settings: Mapping[str, Any]) -> None:
    """Load, then fork by order until the pool is gone. `settings` are the fields of an `Upbringing`."""
    upbringing = Upbringing(**settings)
    for entry in upbringing.preload:
        _load(entry)
    gc.collect()
    gc.freeze()  # the collector of a worker shall not touch, and so copy, the pages it was born with
    with socket.socket(fileno=upbringing.control) as control:
        Zygote(control, upbringing).serve()


def _load(entry: str) -> None:
    module, _, function = entry.partition(":")
    try:
        loaded = import_module(module)
    except ImportError:  # optional: who needs it will say so
        return
    if function:
        getattr(loaded, function)()


@define
class Zygote:
    """One zygote. `children` are the workers not reaped yet, by the pool's number, as process ids."""

    control: socket.socket
    upbringing: Upbringing
    children: dict[int, int] = field(factory=dict)
    die_with_parent: Callable[[], None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.die_with_parent = _parental_control()

    def serve(self) -> None:
        """Obey until the pool is gone; no worker is left after."""
        woken, waking = socket.socketpair()
        woken.setblocking(False)
        waking.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        with suppress(BrokenPipeError, ConnectionResetError):  # hung up while being told something
            while os.getppid() == self.upbringing.parent:
                ready, _, _ = select.select([self.control, woken], [], [], _LOOK_AROUND_SECONDS)
                if woken in ready:
                    woken.recv(4096)
                self.reap(os.WNOHANG)
                if self.control in ready and not self.obey(woken, waking):
                    break
        self.end()

    def obey(self, *own: socket.socket) -> bool:
        """One order; False when the pool hung up."""
        message, descriptors, _, _ = socket.recv_fds(self.control, ORDER.size, 1)
        if len(message) < ORDER.size:
            return False
        order, number = ORDER.unpack(message)
        if Order(order) is Order.KILL:
            self.kill(number)
        elif descriptors:
            self.fork(number, descriptors[0], own)
        return True

    def fork(self, number: int, descriptor: int, own: tuple[socket.socket, ...]) -> None:
        """A worker behind `descriptor`."""
        try:
            child = os.fork()
        except OSError:
            os.close(descriptor)
            self.report(Report.STILLBORN, number, 0)
            return
        if child == 0:
            self.become_worker(descriptor, own)
        os.close(descriptor)
        self.children[number] = child
        self.report(Report.BORN, number, child)

    def become_worker(self, descriptor: int, own: tuple[socket.socket, ...]) -> NoReturn:
        """In the child: whatever happens in here, it ends here."""
        code: int = Exit.UNFIT
        try:
            forget_the_zygote()
            self.control.close()
            for one in own:
                one.close()
            self.die_with_parent()
            connection = socket.socket(fileno=descriptor)  # closed by the end alone, so that who sees it closed
            code = live(connection, self.upbringing)  # sees how it ended
        finally:
            os._exit(code)

    def kill(self, number: int) -> None:
        """SIGKILL to a worker and its session, if it has not been reaped."""
        child = self.children.get(number)
        if child is None:
            return
        os.kill(child, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):  # it has no group of its own yet
            os.killpg(child, signal.SIGKILL)

    def reap(self, options: int) -> None:
        """Take leave of all who died, and tell."""
        while self.children:
            try:
                child, status = os.waitpid(-1, options)
            except ChildProcessError:
                return
            if child == 0:
                return
            for number in [number for number, known in self.children.items() if known == child]:
                del self.children[number]
                self.report(Report.DEAD, number, status)

    def report(self, kind: Report, number: int, figure: int) -> None:
        """Tell the pool about a worker."""
        self.control.sendall(REPORT.pack(kind.value, number, figure))

    def end(self) -> None:
        """Kill and reap all that is left."""
        signal.set_wakeup_fd(-1)
        for number in list(self.children):
            self.kill(number)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.reap(0)
        for child in self.children.values():
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _parental_control() -> Callable[[], None]:
    """What a child calls to die with this process; looked up before the fork. Does nothing elsewhere than on Linux."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    library = ctypes.CDLL(None, use_errno=True)
    zygote = os.getpid()

    def set_up() -> None:
        library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        library.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != zygote:  # it died before we asked to be told
            os._exit(Exit.UNFIT)

    return set_up
