"""Events to everybody who looks on. Nobody waits for anybody."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from attrs import frozen

from reasonforge.adapters.http.schemas.events import StreamEvent
from reasonforge.application.gateway.follow_events import FollowEvents
from reasonforge.application.gateway.refusals import Overloaded, TooMuch
from reasonforge.application.ports.event_log import LoggedEvent
from reasonforge.domain.errors import StoreFault

LOOK_SECONDS = 0.25
BUFFERED = 256
"""Events that wait for one reader; when there are more, its oldest are skipped (it sees the gap in the ids)."""
BETWEEN_SECONDS = 0.05
RETRY_SECONDS = 5.0


@frozen
class Shown:
    """An event, written once for all readers."""

    id: int
    kind: str
    text: str

    @classmethod
    def of(cls, logged: LoggedEvent) -> Self:
        return cls(logged.id, logged.event.kind.value, StreamEvent.of(logged).model_dump_json())


class Reader:
    """One who looks on, with what it has not been sent yet."""

    def __init__(self) -> None:
        self._waiting: deque[Shown] = deque(maxlen=BUFFERED)
        self._woken = asyncio.Event()
        self.closed = False

    def put(self, shown: Shown) -> None:
        self._waiting.append(shown)
        self._woken.set()

    def close(self) -> None:
        """It gets nothing more."""
        self.closed = True
        self._woken.set()

    async def take(self, seconds: float) -> Sequence[Shown]:
        """What waits; nothing when nothing came within `seconds`, or when it was closed."""
        if not self._waiting and not self.closed:
            try:
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            except TimeoutError:
                return ()
        self._woken.clear()
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken


class Broadcast:
    """Follows the log and hands each event to every reader. Use it with `async with`.

    Args:
        most: readers at a time.
        most_of_address: of one address.
    """

    def __init__(
        self,
        follow: FollowEvents,
        most: int = 2_000,
        most_of_address: int = 500,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._follow = follow
        self._most = most
        self._most_of_address = most_of_address
        self._look_seconds = look_seconds
        self._readers: dict[Reader, str] = {}
        self._of_address: Counter[str] = Counter()
        self._last = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def readers(self) -> int:
        """How many look on."""
        return len(self._readers)

    @property
    def last_id(self) -> int:
        """The newest event that readers were given."""
        return self._last

    def require_room(self, address: str) -> None:
        """Refuse whoever would find no place.

        Raises:
            Overloaded: there is none left.
            TooMuch: the address has all that one may have.
        """
        if len(self._readers) >= self._most:
            raise Overloaded(f"{self._most} streams are open already: try again later", RETRY_SECONDS)
        if self._of_address[address] >= self._most_of_address:
            raise TooMuch(f"{self._most_of_address} streams of your address are open already", RETRY_SECONDS)

    @contextmanager
    def reader(self, address: str) -> Iterator[Reader]:
        """A place among the readers; raises as `require_room`."""
        self.require_room(address)
        reader = Reader()
        self._readers[reader] = address
        self._of_address[address] += 1
        try:
            yield reader
        finally:
            del self._readers[reader]
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    async def missed(self, last: int) -> list[Shown]:
        """What was logged after `last`, up to what readers have been given."""
        return [Shown.of(logged) for logged in await self._follow.missed(last) if logged.id <= self._last]

    def close_readers(self) -> None:
        """Everybody is sent away, to come back to another process."""
        for reader in self._readers:
            reader.close()

    async def __aenter__(self) -> Self:
        try:
            self._last = await self._follow.log.newest()
        except StoreFault:
            self._last = 0
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_readers()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                fresh = await self._follow.fresh(self._last)
            except StoreFault:
                fresh = ()
            for start in range(0, len(fresh), BUFFERED // 2):
                self._hand_out(fresh[start : start + BUFFERED // 2])
                await asyncio.sleep(BETWEEN_SECONDS)  # whoever reads has read them before the next ones come
            if not fresh:
                await asyncio.sleep(self._look_seconds)

    def _hand_out(self, fresh: Iterable[LoggedEvent]) -> None:
        for logged in fresh:
            self._last = logged.id
            shown = Shown.of(logged)
            for reader in tuple(self._readers):
                reader.put(shown)
