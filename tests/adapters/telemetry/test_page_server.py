"""A small server that no client can hold up."""

import asyncio
import gzip
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from reasonforge.adapters.telemetry.exposition import metrics_page
from reasonforge.adapters.telemetry.page_server import MOST_REQUEST_BYTES, Asked, Page, PageServer, Show
from reasonforge.domain.errors import OperatorError

Found = TypeVar("Found")


async def hello(asked: Asked) -> Page:
    return Page(f"hello from {asked.path}".encode())


async def away(_asked: Asked) -> Page:
    return Page(b"{}", HTTPStatus.SERVICE_UNAVAILABLE, "application/json")


PAGES: Mapping[str, Show] = {"/hello": hello, "/away": away}


def serving(
    use: Callable[[int], Awaitable[Found]], pages: Mapping[str, Show] = PAGES, most: int = 32, deadline: float = 5.0
) -> Found:
    async def go() -> Found:
        server = PageServer(pages, most_connections=most, deadline_seconds=deadline)
        async with server.listening("127.0.0.1", 0) as port:
            return await use(port)

    return asyncio.run(go())


async def said(port: int, request: bytes) -> bytes:
    """All that comes back for these bytes, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def test_a_page_is_served_to_an_ordinary_client() -> None:
    """Status, type and length as HTTP has them, with a query or without."""

    async def use(port: int) -> list[tuple[int, str | None, bytes]]:
        def get(path: str) -> tuple[int, str | None, bytes]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    return answer.status, answer.headers["Content-Type"], answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.headers["Content-Type"], error.read()

        return [await asyncio.to_thread(get, path) for path in ("/hello", "/hello?a=1", "/away", "/nothing")]

    text = "text/plain; charset=utf-8"
    assert serving(use) == [
        (200, text, b"hello from /hello"),
        (200, text, b"hello from /hello"),
        (503, "application/json", b"{}"),
        (404, text, b"404 Not Found\n"),
    ]


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"HEAD /hello HTTP/1.1\r\n\r\n", 200),
        (b"POST /hello HTTP/1.1\r\n\r\n", 405),
        (b"GET /hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"GET /hello SPDY/9\r\n\r\n", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", 404),
        (b"GET /hello HTTP/1.1\r\nX: " + b"x" * 2 * MOST_REQUEST_BYTES + b"\r\n\r\n", 431),
        (b"GET /hello HTTP/1.1\r\nno colon\r\n: empty\r\n\xff: \xfe\r\n\r\n", 200),
    ],
    ids=lambda given: repr(given[:24]) if isinstance(given, bytes) else "",
)
def test_strange_requests_have_their_answers(request_bytes: bytes, expected: int) -> None:
    """What is no request of ours is refused in its own words, and ends with its connection."""

    async def use(port: int) -> tuple[bytes, bytes]:
        return await said(port, request_bytes), await said(port, b"GET /hello HTTP/1.1\r\n\r\n")

    answer, after = serving(use)
    assert status(answer) == expected
    assert status(after) == 200
    if request_bytes.startswith(b"HEAD"):
        assert answer.endswith(b"\r\n\r\n")
        assert b"Content-Length: 17\r\n" in answer


def test_slow_clients_are_hung_up_on() -> None:
    """Who has not asked within the deadline is gone after it."""

    async def use(port: int) -> tuple[bytes, float]:
        began = asyncio.get_running_loop().time()
        return await said(port, b"GET /hel"), asyncio.get_running_loop().time() - began

    answer, seconds = serving(use, deadline=0.2)
    assert answer == b""
    assert 0.1 < seconds < 5


def test_many_slow_clients_do_not_keep_a_scraper_out() -> None:
    """With more connections than there are places, the oldest goes for the newcomer."""

    async def use(port: int) -> list[int]:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        answers = [status(await said(port, b"GET /hello HTTP/1.1\r\n\r\n")) for _ in range(3)]
        async with asyncio.timeout(5):
            assert await idle[0][0].read() == b"", "the oldest was hung up on"
        for _, writer in idle:
            writer.close()
        return answers

    assert serving(use, most=4, deadline=30.0) == [200, 200, 200]


def test_a_client_that_takes_nothing_is_let_go() -> None:
    """A page larger than what the system buffers ends with the deadline, not with the client."""

    async def flood(_asked: Asked) -> Page:
        return Page(b"x" * 32_000_000)

    async def use(port: int) -> int:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /flood HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.6)
        writer.close()
        return status(await said(port, b"GET /hello HTTP/1.1\r\n\r\n"))

    assert serving(use, {**PAGES, "/flood": flood}, deadline=0.3) == 200


def test_a_taken_port_is_told() -> None:
    """An address that cannot be had is the operator's to change."""

    async def use(port: int) -> None:
        with pytest.raises(OperatorError, match=f"127.0.0.1:{port} cannot be listened at"):
            async with PageServer(PAGES).listening("127.0.0.1", port):
                raise AssertionError("two servers at one port")

    serving(use)


def test_a_registry_is_served_as_prometheus_reads_it() -> None:
    """In the text format by default, in OpenMetrics on demand, packed when the client can unpack."""
    registry = CollectorRegistry()
    Counter("seen", "Things seen.", registry=registry).inc(3)

    async def use(port: int) -> list[tuple[bytes, bytes]]:
        found = []
        for headers in (b"", b"Accept: application/openmetrics-text\r\n", b"Accept-Encoding: gzip\r\n"):
            head, _, body = (await said(port, b"GET /metrics HTTP/1.1\r\n" + headers + b"\r\n")).partition(b"\r\n\r\n")
            found.append((head, body))
        return found

    plain, openmetrics, packed = serving(use, {"/metrics": metrics_page(registry)})
    assert b"text/plain; version=" in plain[0]
    (seen,) = [one for one in text_string_to_metric_families(plain[1].decode()) if one.name == "seen"]
    assert {sample.name: sample.value for sample in seen.samples}["seen_total"] == 3
    assert openmetrics[1].endswith(b"# EOF\n")
    assert b"Content-Encoding: gzip" in packed[0]
    assert b"seen_total 3.0" in gzip.decompress(packed[1])
