"""Callers of a gateway, of every kind, in threads of their own: what moves its figures in a test."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import frozen

from tests.entrypoints.test_gateway_network import key_for

PROBLEM = "What is the least positive n with n^3 congruent to 5 modulo 13?"


@frozen
class Callers:
    """Who reads, who has no key, who submits with a webhook that nobody takes, who dawdles, who watches.

    Attributes:
        address: the gateway's, which may deliver webhooks to 127.0.0.1 by plain http.
        key: one that may submit.
        database: where further keys are made.
    """

    address: str
    key: str
    database: str

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Until the block ends; a gateway that has gone is no error."""
        stop = threading.Event()
        turns: list[tuple[Callable[[threading.Event], None], float]] = [
            (self._read, 0.3),
            (self._submit, 1.5),
            (self._dawdle, 2.0),
            (self._watch, 2.0),
            (self._make_key, 8.0),
        ]
        threads = [threading.Thread(target=self._again, args=(stop, *turn), daemon=True) for turn in turns]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)
            assert not any(thread.is_alive() for thread in threads)

    def _again(self, stop: threading.Event, call: Callable[[threading.Event], None], pause: float) -> None:
        while not stop.wait(pause):
            try:
                call(stop)
            except OSError:
                continue  # it was killed, or said 4xx, which is counted over there

    def _request(self, path: str, body: object = None, *, key: bool = False) -> None:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if key else {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", data, headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            answer.read()

    def _read(self, _stop: threading.Event) -> None:
        self._request("/v1/stats")
        self._request("/v1/tasks")  # without a key, which ends it

    def _submit(self, _stop: threading.Event) -> None:
        callback = "http://127.0.0.1:9/"
        self._request("/v1/tasks", {"problem": PROBLEM, "domain": "mathematics", "callback_url": callback}, key=True)

    def _dawdle(self, stop: threading.Event) -> None:
        with self._connected() as line:
            line.sendall(b"POST /v1/tasks HTTP/1.1\r\nHost: gateway\r\nContent-Length: 50\r\n")
            line.sendall(f"Authorization: Bearer {self.key}\r\n\r\n{{".encode())
            stop.wait(2.0)

    def _watch(self, stop: threading.Event) -> None:
        with self._connected() as line:
            line.sendall(
                b"GET /v1/stream HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
            )
            stop.wait(2.0)

    def _make_key(self, _stop: threading.Event) -> None:
        key_for(self.database)

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", int(self.address.rsplit(":", 1)[1])), 10)
