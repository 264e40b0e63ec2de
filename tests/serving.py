"""An ASGI application behind a real uvicorn on loopback, for the length of a test."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from attrs import define
from starlette.types import ASGIApp

STARTING_SECONDS = 20.0


@define
class Served:
    """A server that can be taken away and come back at the same address."""

    app: ASGIApp
    port: int = 0
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.app, log_level="error", timeout_graceful_shutdown=1, lifespan="off", ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        self._server = server
        self._thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        self._thread.start()
        end = time.monotonic() + STARTING_SECONDS
        while not server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(STARTING_SECONDS)
        assert not self._thread.is_alive()
        self._server = self._thread = None


@contextmanager
def served(app: ASGIApp) -> Iterator[Served]:
    server = Served(app)
    server.start()
    try:
        yield server
    finally:
        server.stop()
