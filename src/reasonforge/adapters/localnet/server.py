"""A ledger offered to other processes of this machine."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator

from reasonforge.adapters.localnet.address import LOOPBACK, LocalAddress
from reasonforge.adapters.localnet.calls import CALLS
from reasonforge.adapters.localnet.ledger import Ledger
from reasonforge.adapters.localnet.wire import (
    MOST_REQUEST_BYTES,
    Greeting,
    Unreadable,
    as_object,
    greeting_line,
    read_object,
    text,
    written,
)
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import ChainRefused, OperatorError

MOST_CLIENTS = 256
DEADLINE_SECONDS = 10.0


class LedgerServer:
    """Answers calls on a ledger, one after another, each whole before the next begins.

    No caller can stop the others: what it asks is read within bounds, an answer that it does not take within the
    deadline ends its connection, and when there are too many connections the one silent for longest is closed for the
    newcomer (`RemoteMemoryChain` then comes back by itself).

    Args:
        ledger: what is offered. Only the event loop that serves it may touch it.
        chain: a name for this ledger that no other has had at the same address.
        most_clients: connections at a time.
        deadline_seconds: for a client to take its answer.
    """

    def __init__(
        self,
        ledger: Ledger,
        chain: str,
        *,
        most_clients: int = MOST_CLIENTS,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._greeting = greeting_line(Greeting(chain, ledger.netuid))
        self._most_clients = most_clients
        self._deadline = deadline_seconds
        self._parting = False
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}  # the longest silent first

    @contextlib.asynccontextmanager
    async def listening(self, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[LocalAddress]:
        """Serve while the context is open; gives the address, with the port that was found when `port` is 0.

        Raises:
            OperatorError: the host is not loopback, the port is in use or not ours to take.
        """
        wanted = LocalAddress(host, port)
        self._parting = False
        try:
            server = await asyncio.start_server(self._meet, host, port, limit=MOST_REQUEST_BYTES)
        except (OSError, OverflowError) as error:  # OverflowError: there is no such port
            raise OperatorError(_why_not(wanted, error)) from error
        try:
            yield LocalAddress(host, server.sockets[0].getsockname()[1])
        finally:
            server.close()
            await self._part()
            await server.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._parting:
            return writer.transport.abort()
        if len(self._clients) >= self._most_clients:
            silent = next(iter(self._clients))
            del self._clients[silent]
            silent.transport.abort()
        self._clients[writer] = asyncio.current_task()
        writer.transport.set_write_buffer_limits(high=0)  # so that what was sent has left this process
        try:
            # Who goes away, or does not take an answer in time, is not there to be told.
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                await self._send(writer, self._greeting)
                await self._converse(reader, writer)
        finally:
            self._clients.pop(writer, None)
            writer.transport.abort()
        return None

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            try:
                request = read_object(await reader.readuntil(b"\n"))
            except asyncio.LimitOverrunError:
                return await self._send(writer, written({"wrong": f"a line has at most {MOST_REQUEST_BYTES} bytes"}))
            except Unreadable as error:
                # Whoever does not speak the protocol gets no second line: a browser that was made to post here, say.
                return await self._send(writer, written({"wrong": str(error)}))
            if writer in self._clients:
                self._clients[writer] = self._clients.pop(writer)
            await self._send(writer, written(self._answer(request)))
            await asyncio.sleep(0)  # others first: more lines may be waiting, and none of the above need have waited
        return None

    def _answer(self, request: dict[str, object]) -> dict[str, object]:
        try:
            call = CALLS.get(text(request, "call"))
            if call is None:
                return {"wrong": f"there are the calls {', '.join(CALLS)}, and no other"}
            return {"answer": call(self._ledger, as_object(request.get("with", {}), "with"))}
        except ChainRefused as refusal:
            return {"refused": str(refusal)}
        except ValueError as error:
            return {"wrong": str(error)}

    async def _send(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        writer.write(line)
        async with asyncio.timeout(self._deadline):
            await writer.drain()

    async def _part(self) -> None:
        """Close all connections and wait until nobody is being served."""
        self._parting = True
        serving = [task for task in self._clients.values() if task is not None]
        for writer in list(self._clients):
            writer.transport.abort()
        if serving:
            await asyncio.wait(serving)


async def pass_blocks(ledger: Ledger, clock: Clock, block_seconds: float) -> None:
    """Let a block pass every `block_seconds` > 0, for ever. Blocks that the machine slept through are not made up for.

    Raises what the ledger raises when its epoch fails.
    """
    due = clock.monotonic() + block_seconds
    while True:
        await clock.sleep(due - clock.monotonic())
        ledger.advance()
        missed = max(0.0, (clock.monotonic() - due) // block_seconds)
        due += (missed + 1) * block_seconds


def _why_not(wanted: LocalAddress, error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {wanted.port} of {wanted.host} is in use already: choose another, or 0 for any that is free"
    return f"port {wanted.port} of {wanted.host} cannot be served: {error}"
