"""A process's pulse: how late its event loop is, whether its store, sandbox and chain answer; told as events."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from attrs import define, field

from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.domain.errors import ChainError, StoreFault
from reasonforge.domain.events import BlockSeen, VitalSigns
from reasonforge.domain.identity import Hotkey

BEAT_SECONDS = 0.5
SIGNS_SECONDS = 5.0
CHAIN_SECONDS = 12.0
STORE_SECONDS = 10.0
"""An empty write that takes longer has failed."""
SANDBOX_SECONDS = 10.0


@define
class Pulse:
    """Measured side by side, so that a chain that hangs holds up no sign of life.

    Attributes:
        observer: whose signs these are.
        chain: asked for its block every `chain_seconds`; None for a process that has none.
        write: an empty write to the store; raises `StoreFault`.
        folder: where the state is kept; None when that is no disk of this machine.
        manager: hears that the loop turns, as often as it wants to.
        sandbox: None where there is none.
    """

    observer: Hotkey
    chain: Chain | None
    clock: Clock
    telemetry: Telemetry
    write: Callable[[], Awaitable[None]]
    folder: Path | None
    manager: ServiceManager
    sandbox: Sandbox | None = None
    signs_seconds: float = SIGNS_SECONDS
    chain_seconds: float = CHAIN_SECONDS
    _lag: float = field(default=0.0, init=False)

    async def beat(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as together:
            together.create_task(self._turn())
            if self.chain is not None:
                together.create_task(self._look_at(self.chain))
            together.create_task(self._take_signs())

    async def _turn(self) -> None:
        """The loop's own lag, and the watchdog's food: a loop that is stuck feeds nobody."""
        wanted = self.manager.watchdog_seconds
        pause = BEAT_SECONDS if wanted is None else min(BEAT_SECONDS, wanted / 3)
        while True:
            began = self.clock.monotonic()
            await self.clock.sleep(pause)
            self._lag = max(self._lag, self.clock.monotonic() - began - pause)
            if wanted is not None:
                self.manager.alive()

    async def _look_at(self, chain: Chain) -> None:
        while True:
            try:
                block = await chain.current_block()
                self.telemetry.emit(BlockSeen(chain.hotkey, block, self.clock.now()))
            except ChainError:
                pass  # what was seen last grows old, which is shown
            await self.clock.sleep(self.chain_seconds)

    async def _take_signs(self) -> None:
        while True:
            self.telemetry.emit(await self._signs())
            await self.clock.sleep(self.signs_seconds)

    async def _signs(self) -> VitalSigns:
        seconds, fault = await self._write()
        lag, self._lag = self._lag, 0.0
        return VitalSigns(
            observer=self.observer,
            at=self.clock.now(),
            lag_seconds=lag,
            store_seconds=seconds,
            store_fault=fault,
            free_bytes=await self._free(),
            sandbox_answers=await self._sandbox_answers(),
        )

    async def _write(self) -> tuple[float | None, str]:
        began = self.clock.monotonic()
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self.write()
        except StoreFault as fault:
            return None, str(fault)
        except TimeoutError:
            return None, f"no answer within {STORE_SECONDS:g} s"
        return self.clock.monotonic() - began, ""

    async def _free(self) -> int | None:
        if self.folder is None:
            return None
        try:
            return (await asyncio.to_thread(shutil.disk_usage, self.folder)).free
        except OSError:
            return 0  # a folder that is gone has no room

    async def _sandbox_answers(self) -> bool | None:
        if self.sandbox is None:
            return None
        try:
            async with asyncio.timeout(SANDBOX_SECONDS):
                return bool(await self.sandbox.toolchains())
        except TimeoutError:
            return False
