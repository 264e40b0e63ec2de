"""What every process of ours has in common: where it tells what it does, and how it stops."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.telemetry.structured_log import LogSettings, StructuredLog
from reasonforge.domain.errors import OperatorError, ReasonForgeError
from reasonforge.entrypoints.hidden import hidden_values
from reasonforge.entrypoints.journal import Journal
from reasonforge.entrypoints.settings import ProcessSettings

STOPPING_SECONDS = 10.0
"""How long a process may take to stop when it is asked to."""
OPERATORS_FAULT, OUR_FAULT = 2, 1


def journal_of(settings: ProcessSettings, neuron: str) -> Journal:
    """Where this process tells what it does."""
    as_json = not sys.stderr.isatty() if settings.logging_json is None else settings.logging_json
    told = LogSettings(as_json, debug=settings.logging_debug, secrets=hidden_values(settings))
    log = StructuredLog(sys.stderr, SystemClock(), told)
    log.bind(neuron_type=neuron)
    log.adopt_others()
    return Journal(log)


def run_process(program: str, work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run a process until it ends or is asked to stop; its exit code: 0 stopped, 2 the operator's fault, 1 ours."""
    try:
        asyncio.run(_until_stopped(work()))
    except OperatorError as error:
        return _refuse(program, error, OPERATORS_FAULT)
    except ReasonForgeError as error:
        return _refuse(program, error, OUR_FAULT)
    return 0


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """SIGTERM and SIGINT cancel the work, which may clean up for `STOPPING_SECONDS`; what is recorded is kept.

    SIGUSR1 changes nothing: it makes the process tell which tasks it has.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)

    def stop() -> None:
        task.cancel()
        loop.call_later(STOPPING_SECONDS, os._exit, OUR_FAULT)  # it had its time

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    loop.add_signal_handler(signal.SIGUSR1, _tell_tasks)
    try:
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            loop.remove_signal_handler(name)


def _tell_tasks() -> None:
    """One line on standard error: how many tasks the event loop has, and what they run."""
    tasks = asyncio.all_tasks()
    running = sorted(getattr(task.get_coro(), "__qualname__", "?") for task in tasks)
    sys.stderr.write(f"{len(tasks)} tasks: {', '.join(running)}\n")
    sys.stderr.flush()


def _refuse(program: str, error: ReasonForgeError, code: int) -> int:
    sys.stderr.write(f"{program}: {' '.join(str(error).split())}\n")
    return code
