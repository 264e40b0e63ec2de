"""A client's side of the wire."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.wire import (
    MOST_ANSWER_BYTES,
    MOST_REQUEST_BYTES,
    Greeting,
    Unreadable,
    read_answer,
    read_greeting,
    written,
)
from reasonforge.domain.errors import ChainRefused, ChainUnreachable
from reasonforge.domain.identity import NetUid

DEADLINE_SECONDS = 10.0
CHUNK_BYTES = 256 * 1024

Value = TypeVar("Value")


class Connection:
    """One call at a time to a local chain, each under a deadline; opened when it is first needed, and again when lost.

    It stays with the chain that it met first: another one at the same address (the server was started anew, and its
    blocks begin at 0 again) is refused, because what a neuron remembers is not about that chain.

    A plain socket, so that it can be closed at any time, and used from one event loop after another.
    """

    def __init__(self, address: LocalAddress, netuid: NetUid | None, deadline_seconds: float) -> None:
        self._address = address
        self._netuid = netuid
        self._deadline = deadline_seconds
        self._turn = asyncio.Lock()
        self._socket: socket.socket | None = None
        self._received = bytearray()
        self._chain: str | None = None

    async def call(self, name: str, arguments: dict[str, Any], read: Callable[[Any], Value], *, again: bool) -> Value:
        """What the chain answers.

        Args:
            name: of the call.
            arguments: as JSON has them.
            read: makes a value of the answer, or raises `Unreadable`.
            again: the call may be made twice: when the connection ends before the answer, it is.

        Raises:
            ChainRefused: the chain said no, or is another one than before, or no chain at all.
            ChainUnreachable: no answer within the deadline, or the connection was lost: it may have been done.
            ValueError: no chain could read this.
        """
        line = written({"call": name, "with": arguments})
        if len(line) > MOST_REQUEST_BYTES:
            raise ValueError(f"a call has at most {MOST_REQUEST_BYTES} bytes, and this one {len(line)}")
        try:
            async with asyncio.timeout(self._deadline), self._turn:
                with self._unless_whole():
                    answer = await self._exchange(line, again=again)
        except TimeoutError as error:
            message = f"the local chain at {self._address} did not answer within {self._deadline:g} s"
            raise ChainUnreachable(message) from error
        except OSError as error:
            message = f"the local chain at {self._address} cannot be reached: {error.strerror or error}"
            raise ChainUnreachable(message) from error
        try:
            return read(read_answer(answer))
        except Unreadable as error:
            self.close()
            raise ChainUnreachable(f"the local chain at {self._address} answered wrongly: {error}") from error

    def close(self) -> None:
        """Hang up. The next call connects again."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._received.clear()

    @contextlib.contextmanager
    def _unless_whole(self) -> Iterator[None]:
        """A connection on which an exchange did not come to its end, for whatever reason, is of no more use."""
        whole = False
        try:
            yield
            whole = True
        finally:
            if not whole:
                self.close()

    async def _exchange(self, line: bytes, *, again: bool) -> bytes:
        if self._is_stale():
            self.close()
        kept = self._socket is not None
        try:
            return await self._say(self._socket or await self._connect(), line)
        except ConnectionError:
            if not (kept and again):
                raise
        self.close()
        return await self._say(await self._connect(), line)

    async def _say(self, connected: socket.socket, line: bytes) -> bytes:
        await asyncio.get_running_loop().sock_sendall(connected, line)
        return await self._next_line(connected)

    async def _connect(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
        self._socket = connected = socket.socket(family, socket.SOCK_STREAM)
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connected, (self._address.host, self._address.port))
        self._recognise(await self._next_line(connected))
        return connected

    def _recognise(self, line: bytes) -> None:
        try:
            greeting = read_greeting(line)
        except Unreadable as error:
            raise ChainRefused(f"what answers at {self._address} is no local chain that we know: {error}") from error
        self._refuse_another(greeting)
        self._chain = greeting.chain

    def _refuse_another(self, greeting: Greeting) -> None:
        if self._netuid is not None and greeting.netuid != self._netuid:
            message = f"the local chain at {self._address} has subnet {greeting.netuid}, and not {self._netuid}"
            raise ChainRefused(message)
        if self._chain is not None and greeting.chain != self._chain:
            message = (
                f"the local chain at {self._address} was started anew and is another one: "
                "start this process again too, with a new state"
            )
            raise ChainRefused(message)

    def _is_stale(self) -> bool:
        """The other side has hung up, or said something nobody asked for."""
        if self._socket is None:
            return False
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return bool(self._received)
        except OSError:
            return True
        return True

    async def _next_line(self, connected: socket.socket) -> bytes:
        loop = asyncio.get_running_loop()
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > MOST_ANSWER_BYTES:
                raise ConnectionAbortedError(f"its answer is longer than {MOST_ANSWER_BYTES} bytes")
            chunk = await loop.sock_recv(connected, CHUNK_BYTES)
            if not chunk:
                raise ConnectionResetError("it hung up before it answered")
            self._received += chunk
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line
