"""Workers that really call the function they are given, in a thread that is left behind when it takes too long."""

import asyncio
from importlib import import_module
from typing import Any

from attrs import define, field

from reasonforge.application.ports.workers import Exceeded
from reasonforge.domain.errors import ValidatorFault


@define
class ThreadWorkers:
    """Calls, and which functions were called."""

    called: list[str] = field(factory=list)
    out_of_time: frozenset[str] = frozenset()

    async def call(self, target: str, payload: Any, seconds: float) -> Any | Exceeded:
        module, _, name = target.partition(":")
        self.called.append(name)
        if name in self.out_of_time:
            return Exceeded(f"time limit of {seconds:g} s")
        try:
            return await asyncio.wait_for(asyncio.to_thread(getattr(import_module(module), name), payload), seconds)
        except TimeoutError:
            return Exceeded(f"time limit of {seconds:g} s")
        except ValueError as error:
            raise ValidatorFault(str(error)) from error

    async def aclose(self) -> None:
        self.called.clear()
