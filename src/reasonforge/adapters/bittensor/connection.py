"""The one owner of the connection to a node."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from async_substrate_interface.errors import StateDiscardedError
from attrs import define, frozen

from reasonforge.adapters.bittensor.subtensor import SDK_FAILURES, Dial, SubtensorClient
from reasonforge.domain.errors import ChainUnreachable

Answer = TypeVar("Answer")


@frozen
class Deadlines:
    """Seconds of real time within which a call comes back, dialling included.

    Attributes:
        read: a question to the node.
        write: an extrinsic until it is final, which takes three blocks or so.
        close: how long a client that is given up may take to close.
    """

    read: float = 20.0
    write: float = 90.0
    close: float = 5.0


DEFAULT_DEADLINES = Deadlines()


@define
class _Link:
    """A client, and how many calls it is working on."""

    client: SubtensorClient
    calls: int = 0


class Connection:
    """Runs calls on one shared client, each under its deadline; a client that hangs or breaks is replaced.

    A call that is over its deadline, is cancelled or fails takes the client out of use, for a frozen websocket blocks
    every later call too, and the SDK keeps what was cancelled among its answers to come. Calls that still work on that
    client are left to it; it is closed when the last of them has ended.
    """

    def __init__(self, dial: Dial, deadlines: Deadlines = DEFAULT_DEADLINES) -> None:
        self._dial = dial
        self._deadlines = deadlines
        self._link: _Link | None = None
        self._dialling = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def read(self, what: str, act: Callable[[SubtensorClient], Awaitable[Answer]]) -> Answer:
        """The answer; asked once more of a new client when the old one turns out to be broken.

        Raises:
            ChainUnreachable: no answer within the deadline, or none that can be read.
            StateDiscardedError: the node no longer keeps the state asked for.
        """

        async def twice() -> Answer:
            try:
                return await self._run(what, act)
            except ChainUnreachable:
                return await self._run(what, act)

        return await self._within(self._deadlines.read, what, twice())

    async def write(self, what: str, act: Callable[[SubtensorClient], Awaitable[Answer]]) -> Answer:
        """As `read`, but never done twice: what has no answer may have happened."""
        return await self._within(self._deadlines.write, what, self._run(what, act))

    async def close(self) -> None:
        """Close what is open, within the deadline for it. A later call dials again."""
        link, self._link = self._link, None
        if link is not None:
            self._retire(link)
        while self._closing:
            await asyncio.wait(self._closing)

    async def _within(self, seconds: float, what: str, work: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            message = f"the node did not answer within {seconds:g} seconds when asked for {what}"
            raise ChainUnreachable(message) from error

    async def _run(self, what: str, act: Callable[[SubtensorClient], Awaitable[Answer]]) -> Answer:
        try:
            link = await self._dialled()
        except SDK_FAILURES as error:
            message = f"the node cannot be reached for {what}: {_told(error)}"
            raise ChainUnreachable(message) from error
        link.calls += 1
        try:
            return await act(link.client)
        except StateDiscardedError:
            raise
        except asyncio.CancelledError:
            self._give_up(link)
            raise
        except SDK_FAILURES as error:
            self._give_up(link)
            message = f"the node gave no answer that can be read when asked for {what}: {_told(error)}"
            raise ChainUnreachable(message) from error
        finally:
            link.calls -= 1
            if link is not self._link and link.calls == 0:
                self._retire(link)

    async def _dialled(self) -> _Link:
        async with self._dialling:
            if self._link is None:
                link = _Link(self._dial())
                try:
                    await link.client.open()
                except (asyncio.CancelledError, *SDK_FAILURES):
                    self._retire(link)
                    raise
                self._link = link
            return self._link

    def _give_up(self, link: _Link) -> None:
        if self._link is link:
            self._link = None

    def _retire(self, link: _Link) -> None:
        closing = asyncio.get_running_loop().create_task(self._shut(link.client))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _shut(self, client: SubtensorClient) -> None:
        with suppress(*SDK_FAILURES):  # it is given up because it is broken; TimeoutError is among them
            async with asyncio.timeout(self._deadlines.close):
                await client.close()


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
