"""A validator's events on their way to whoever looks on through the gateway."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field

from reasonforge.application.gateway.describe_event import describe_event
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.event_log import EventLog, PublicEvent
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.events import Event

MOST_WAITING = 1_000
RETRY_SECONDS = 1.0


@define
class PublicEvents:
    """Telemetry that logs what anybody may know. `emit` only puts it down; where the log cannot be written, the newest
    `MOST_WAITING` events wait, and the validator does not.
    """

    log: EventLog
    clock: Clock
    _waiting: deque[PublicEvent] = field(factory=lambda: deque(maxlen=MOST_WAITING), init=False)
    _woken: asyncio.Event = field(factory=asyncio.Event, init=False)

    def emit(self, event: Event) -> None:
        told = describe_event(event, self.clock.now())
        if told is not None:
            self._waiting.append(told)
            self._woken.set()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """What is put down is logged from here on; at the end, what still waits is tried once more."""
        writer = asyncio.create_task(self._write())
        try:
            yield
        finally:
            writer.cancel()
            await asyncio.wait({writer})
            await self._append()

    async def _write(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while not await self._append():
                await self.clock.sleep(RETRY_SECONDS)

    async def _append(self) -> bool:
        """Whether what waited is logged."""
        events = tuple(self._waiting)
        if not events:
            return True
        try:
            await self.log.append(events)
        except StoreFault:
            return False
        for event in events:
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()
        return True
