"""A uvicorn server as one task of a running loop, on a socket that is known to listen."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from reasonforge.domain.errors import OperatorError

_BACKLOG = 256
_PORTS = range(1_025, 65_535)  # those that an Axon takes


class LoopServer(uvicorn.Server):
    """A server in a loop that is not its own: signals are for whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listener_at(host: str, port: int) -> socket.socket:
    """A socket that listens there, or an `OperatorError`."""
    if port and port not in _PORTS:
        raise OperatorError(f"The miner cannot listen at port {port}; choose one from 1025 to 65534")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise OperatorError(f"The miner cannot listen at {host}:{port} ({error}); choose another address") from error
    return listener


async def run(server: LoopServer, listener: socket.socket) -> None:
    """Serve until cancelled, and leave nothing open, whoever cancelled."""
    try:
        await server.serve(sockets=[listener])
    finally:
        for listening in getattr(server, "servers", ()):
            listening.close()
        listener.close()
        for connection in tuple(server.server_state.connections):
            connection.transport.abort()
        tasks = tuple(server.server_state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2.0)
