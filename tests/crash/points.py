"""Where a process can be made to die: at every await, and around every statement of a transaction.

An await is seen by the interpreter's trace: a coroutine of ours begins, gives up its turn, gets it back, ends. A
statement, a commit and what follows it are seen by SQLAlchemy's events, in whichever thread they happen.
"""

import dis
import inspect
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn

from attrs import define, field, frozen
from sqlalchemy import Connection, Engine, Pool, event

import reasonforge

OURS = str(Path(reasonforge.__file__).parent) + os.sep
_DATABASE = str(Path("adapters/sqlalchemy/database.py"))
_COROUTINES = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_YIELD, _RESUME = dis.opmap["YIELD_VALUE"], dis.opmap["RESUME"]
BEGINS, WAITS, GOES_ON, ENDS = "begins", "waits", "goes on", "ends"
STATEMENT, COMMIT, COMMITTED, READING = "statement", "commit", "committed", "reading:"
ELSEWHERE_THE_SAME = (BEGINS, GOES_ON, ENDS, READING)
"""Points between which and a neighbour nothing leaves the process: whoever dies there leaves what it leaves at that."""


@frozen
class Point:
    """The `time`-th time, from 1, that a life comes to a place: what happens there, and our frames, innermost first."""

    place: str
    time: int

    def __str__(self) -> str:
        return f"{self.place} (time {self.time})"


@define
class Points:
    """Counts the places that this process comes to, and kills it at one of them.

    Attributes:
        at: the point, or how many points in all come to it; None lets the process live.
        told: called with the point before the process dies there.
    """

    at: Point | int | None
    told: Callable[[Point], None]
    came: Counter[str] = field(factory=Counter, init=False)
    total: int = field(default=0, init=False)
    _waiting: str = field(default="", init=False)
    _writes: threading.local = field(factory=threading.local, init=False)

    def watch(self) -> None:
        """From here on, in this thread, and in all threads' databases."""
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", self._before_commit)
        event.listen(Pool, "checkin", self._after_transaction)
        sys.settrace(self._called)

    def _before_statement(self, connection: Connection, *_: Any) -> None:
        self._in_database(STATEMENT, writes=_writes(connection))

    def _before_commit(self, connection: Connection) -> None:
        self._writes.last = _writes(connection)
        self._in_database(COMMIT, writes=self._writes.last)

    def _after_transaction(self, *_: Any) -> None:
        self._in_database(COMMITTED, writes=getattr(self._writes, "last", True))

    def _in_database(self, what: str, *, writes: bool) -> None:
        self._reach(what if writes else f"{READING} {what}", sys._getframe(2))

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        if not code.co_flags & _COROUTINES or not code.co_filename.startswith(
            OURS
        ):  # nearly all, so the cheap one first
            return None
        frame.f_trace_lines = False
        resumed = _argument_of(code, _RESUME, frame.f_lasti)
        if resumed is not None and resumed & 3 == 0:
            self._waiting = ""
            self._reach(BEGINS, frame)
        else:
            self._turn(GOES_ON, frame)
        return self._returned

    def _returned(self, frame: FrameType, happened: str, _argument: Any) -> Callable[..., Any]:
        if happened == "return":
            if _argument_of(frame.f_code, _YIELD, frame.f_lasti) is not None:
                self._turn(WAITS, frame)
            else:
                self._waiting = ""
                self._reach(ENDS, frame)
        return self._returned

    def _turn(self, what: str, frame: FrameType) -> None:
        """A whole stack of coroutines waits and goes on at once, which is one point."""
        if self._waiting != what:
            self._waiting = what
            reads = frame.f_code.co_name == "_run" and frame.f_code.co_filename.endswith(_DATABASE)
            self._reach(f"{READING} {what}" if reads and not frame.f_locals["writes"] else what, frame)

    def _reach(self, what: str, frame: FrameType) -> None:
        place = f"{what} {_where(frame)}"
        self.came[place] += 1
        self.total += 1
        if self.at is None:
            return
        here = Point(place, self.came[place])
        if self.at in (here, self.total):
            self.told(here)
            _die()


def _writes(connection: Connection) -> bool:
    """Whether a transaction is one of those that may write: each medium says so in its own way."""
    options = connection.get_execution_options()
    return "writes" in options or "begin" in options


def _argument_of(code: CodeType, operation: int, at: int) -> int | None:
    """The argument of the instruction, if it is that operation."""
    return code.co_code[at + 1] if at >= 0 and code.co_code[at] == operation else None


def _where(frame: FrameType | None) -> str:
    """Our frames from here outwards: file:line(function) each."""
    found = []
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(OURS):
            found.append(f"{name.removeprefix(OURS)}:{frame.f_lineno}({frame.f_code.co_name})")
        frame = frame.f_back
    return " < ".join(found)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    while True:  # not one more statement, whatever thread this is
        time.sleep(1)
