"""A very small HTTP server for a process's own pages: metrics and health. It needs nothing but Python."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus

from attrs import frozen

from reasonforge.domain.errors import OperatorError

MOST_CONNECTIONS = 32
MOST_REQUEST_BYTES = 16_384
DEADLINE_SECONDS = 5.0
"""From connecting to the answer's last byte taken."""
_TEXT = "text/plain; charset=utf-8"


@frozen
class Asked:
    """What of a request a page may look at; header names are in lower case."""

    path: str
    headers: Mapping[str, str]


@frozen
class Page:
    """An answer."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = _TEXT
    encoding: str = ""


Show = Callable[[Asked], Awaitable[Page]]


class PageServer:
    """Serves GET and HEAD of a few paths, one request a connection.

    Nothing that a client does costs more than its connection: a request is bounded, a connection has one deadline for
    all of it, and when there are too many the oldest is closed for the newcomer, so that slow clients cannot keep a
    scraper out.

    Args:
        pages: by path.
        most_connections: at a time.
        deadline_seconds: for one request and its answer.
    """

    def __init__(
        self,
        pages: Mapping[str, Show],
        *,
        most_connections: int = MOST_CONNECTIONS,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._pages = dict(pages)
        self._most = most_connections
        self._deadline = deadline_seconds
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}  # the oldest first

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve while the context is open; gives the port, which was free when `port` is 0.

        Raises:
            OperatorError: the address cannot be listened at.
        """
        try:
            server = await asyncio.start_server(self._serve, host, port, limit=MOST_REQUEST_BYTES)
        except OSError as error:
            raise OperatorError(f"{host}:{port} cannot be listened at: {error.strerror or error}") from error
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            serving = [task for task in self._connections.values() if task is not None]
            for writer in tuple(self._connections):
                writer.transport.abort()
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        while len(self._connections) > self._most:
            oldest = next(iter(self._connections))
            self._connections.pop(oldest)
            oldest.transport.abort()
        try:
            async with asyncio.timeout(self._deadline):
                await self._answer(reader, writer)
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer.transport.abort()  # it left, or took too long
        finally:
            self._connections.pop(writer, None)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            await _send(writer, _said(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), body=True)
            return
        method, _, rest = head.decode("latin-1").partition(" ")
        target, _, rest = rest.partition(" ")
        version, *lines = rest.split("\r\n")
        if not version.startswith("HTTP/1."):
            await _send(writer, _said(HTTPStatus.BAD_REQUEST), body=True)
            return
        if method not in {"GET", "HEAD"}:
            await _send(writer, _said(HTTPStatus.METHOD_NOT_ALLOWED), body=True, more="Allow: GET, HEAD\r\n")
            return
        show = self._pages.get(target.partition("?")[0])
        if show is None:
            await _send(writer, _said(HTTPStatus.NOT_FOUND), body=method == "GET")
            return
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        await _send(writer, await show(Asked(target.partition("?")[0], headers)), body=method == "GET")


def _said(status: HTTPStatus) -> Page:
    return Page(f"{status.value} {status.phrase}\n".encode(), status)


async def _send(writer: asyncio.StreamWriter, page: Page, *, body: bool, more: str = "") -> None:
    encoding = f"Content-Encoding: {page.encoding}\r\n" if page.encoding else ""
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(page.body)}\r\n{encoding}{more}Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode("latin-1") + (page.body if body else b""))
    await writer.drain()
