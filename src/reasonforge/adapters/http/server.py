"""The server under the application: bounded in connections, in headers and in the time that they take."""

import asyncio
import socket
from asyncio import TimerHandle, Transport
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from reasonforge.domain.errors import OperatorError, ValidatorFault

HEADER_SECONDS = 10.0
"""In which a request's head has to be there, from the connection or the answer before it."""
DRAIN_SECONDS = 8.0
"""For what was under way when the server is told to stop."""
_MOST_HEADER_BYTES = 16_384
_KEEP_ALIVE_SECONDS = 10
_MOST_CONNECTIONS = 4_096
_BACKLOG = 1_024


class PromptH11Protocol(H11Protocol):
    """Hangs up on who takes too long to say what it wants: uvicorn itself would wait for ever."""

    _due: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # uvicorn's own narrowing
        super().connection_made(transport)
        self._due = self.loop.call_later(HEADER_SECONDS, self._hang_up)

    def data_received(self, data: bytes) -> None:
        if self._due is None and not self._answers():
            self._due = self.loop.call_later(HEADER_SECONDS, self._hang_up)
        super().data_received(data)
        if self._answers():
            self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _answers(self) -> bool:
        """Whether a request's head was read, and its answer is not out yet."""
        cycle = getattr(self, "cycle", None)  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _rest(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _hang_up(self) -> None:
        self._due = None
        if not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """Signals are the process's affair."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, stopping: Callable[[], None]) -> AsyncIterator[int]:
    """Serve `app`; gives the port, which 0 lets the system choose. At the end what is under way is finished.

    `stopping` is called first then, to end what would go on for ever.

    Raises:
        OperatorError: it cannot listen there.
    """
    listening = _listening(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            http=PromptH11Protocol,
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=int(DRAIN_SECONDS),
            limit_concurrency=_MOST_CONNECTIONS,
            ws_max_size=4_096,
            proxy_headers=False,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if not running.done():
                await asyncio.sleep(0.01)
                continue
            await running
            raise ValidatorFault("the server ended before it had begun: what its application raised is in the log")
        yield int(listening.getsockname()[1])
    finally:
        stopping()
        server.should_exit = True
        await asyncio.wait({running})
        listening.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that says its protocol: only then asyncio turns off Nagle's delay, which would add 40 ms to answers."""
    with ExitStack() as undo:
        try:
            (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
            )
            made = undo.enter_context(socket.socket(family, kind, protocol))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(_BACKLOG)
        except OSError as error:
            reason = error.strerror or str(error)
            raise OperatorError(f"the gateway cannot listen at {host}:{port}: {reason}") from error
        undo.pop_all()
        return made
