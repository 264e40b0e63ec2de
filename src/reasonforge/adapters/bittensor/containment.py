"""A handler's work, whose failures end nothing but itself."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from reasonforge.application.ports.transport import Refusal

ResultT = TypeVar("ResultT")

LATE = Refusal("its time was up")
_GRACE_SECONDS = 1.0


async def contained(work: Awaitable[ResultT], seconds: float) -> ResultT | Refusal:
    """What `work` gives; a `Refusal` when it raises anything, gives up, or tries to end the process.

    After `seconds` it is cancelled, has one more to clean up, and the finding is `LATE` whatever it does. When the
    caller is cancelled, so is the work.
    """
    task = asyncio.create_task(_staying(work))
    try:
        await asyncio.wait({task}, timeout=seconds)
        finished = task.done()
    finally:
        task.cancel()  # of a finished task it changes nothing
    if not finished:
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
        task.add_done_callback(_let_go)
        return LATE
    if task.cancelled():
        return Refusal("its handler gave up")
    error = task.exception()
    if error is not None:
        return Refusal(f"its handler raised {type(error).__name__}")
    return task.result()


async def _staying(work: Awaitable[ResultT]) -> ResultT | Refusal:
    try:
        return await work
    except SystemExit:  # out of a task it would end the whole process; everything else the task itself contains
        return Refusal("its handler tried to end the process")


def _let_go(task: "asyncio.Task[object]") -> None:
    """Look at what a late task raised, so that nobody complains that nobody did."""
    if not task.cancelled():
        task.exception()
