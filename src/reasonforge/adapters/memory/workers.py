import asyncio
import importlib
import json
from typing import Any

from reasonforge.application.ports.workers import Exceeded
from reasonforge.domain.errors import ValidatorFault

_PACKAGE = "reasonforge."


class InlineWorkers:
    """Computes in this very process, so that nothing can be killed: for a subnet whose miners are our own.

    A clock's time is no argument here, so that the same seed gives the same epoch on every machine. Payloads and
    results pass through JSON as they do on the way to a process.
    """

    def __init__(self) -> None:
        self._closed = False

    async def call(self, target: str, payload: Any, seconds: float) -> Any | Exceeded:  # noqa: ARG002 - see above
        if self._closed:
            raise ValidatorFault("the workers are closed")
        module, _, name = target.partition(":")
        if not module.startswith(_PACKAGE) or not name:
            message = f"workers compute functions of this package, and {target!r} is none"
            raise ValidatorFault(message)
        await asyncio.sleep(0)  # a batch must not hold up the event loop
        try:
            result = getattr(importlib.import_module(module), name)(json.loads(json.dumps(payload)))
        except ValueError as error:
            raise ValidatorFault(f"{target} could not be computed: {error}") from error
        return json.loads(json.dumps(result))

    async def aclose(self) -> None:
        self._closed = True
