"""What a check found, and how checks are run: side by side, each under its own deadline, none able to end another."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from enum import StrEnum
from typing import TypeVar

from attrs import field, frozen

Found = TypeVar("Found")


class State(StrEnum):
    """How it stands; `FAIL` when the neuron cannot do its work because of it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen
class Diagnosis:
    """One line: what was looked at, how it stands, and what to do about it (empty when nothing)."""

    name: str
    state: State
    detail: str
    remedy: str = ""


def fine(name: str, detail: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(name, State.OK, detail)


def warning(name: str, detail: str, remedy: str) -> Diagnosis:
    """It works, but not as it should."""
    return Diagnosis(name, State.WARN, detail, remedy)


def failure(name: str, detail: str, remedy: str) -> Diagnosis:
    """The neuron cannot work like this."""
    return Diagnosis(name, State.FAIL, detail, remedy)


@frozen
class Check:
    """Something to look at.

    Attributes:
        name: for when it cannot say itself what it looked at.
        look: gives one or more findings.
        seconds: after which it is given up.
    """

    name: str
    look: Callable[[], Awaitable[Sequence[Diagnosis]]]
    seconds: float = field(default=15.0)


async def examine(checks: Sequence[Check]) -> list[Diagnosis]:
    """All findings in the order of the checks; in all it takes as long as the slowest deadline."""
    found = await asyncio.gather(*(_contained(check) for check in checks))
    return [one for each in found for one in each]


async def _contained(check: Check) -> Sequence[Diagnosis]:
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        remedy = "try again; when it stays so, what it asks for hangs"
        return [failure(check.name, f"no finding within {check.seconds:g} s", remedy)]
    except Exception as error:  # noqa: BLE001 - a doctor must survive whatever it finds; the kind is told, a text may be secret
        return [failure(check.name, f"the check itself broke ({type(error).__name__})", "report this as a bug")]


async def in_thread(work: Callable[[], Found]) -> Found:
    """`work`'s result, in a thread that is let go when nobody waits for it any more (a hung disk hangs for good)."""
    future: Future[Found] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name="doctor").start()
    return await asyncio.wrap_future(future)
