"""What a program says before the engine's own answer has been read."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("docker", reason="the docker extra is not installed")

from reasonforge.adapters.docker.attendance import Attendance, Ending
from reasonforge.adapters.docker.engine import CODE, Engine
from reasonforge.adapters.docker.frames import STDOUT, Frames

SAID = b"right\n"
HEAD = (
    b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
    b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
)
FRAME = struct.pack(">BxxxL", STDOUT, len(SAID)) + SAID


class HastyEngine:
    """As much of an engine as one exec needs; its streams' first bytes come in one packet with its answer.

    `early` of the frame's bytes come with the head, the rest a moment later.
    """

    def __init__(self, early: int) -> None:
        self.early = early
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"

    def close(self) -> None:
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with connection:
            while asked := self._question(connection):
                if asked.endswith("/start"):
                    connection.sendall(HEAD + FRAME[: self.early])
                    time.sleep(0.05)
                    connection.sendall(FRAME[self.early :])
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)
                    return
                self._answer(connection, asked)

    def _question(self, connection: socket.socket) -> str:
        """The path of the next request, its body read."""
        received = b""
        while b"\r\n\r\n" not in received:
            more = connection.recv(4096)
            if not more:
                return ""
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while len(body) < int(sizes[0] if sizes else 0):
            body += connection.recv(4096)
        return head.split(b" ")[1].decode()

    def _answer(self, connection: socket.socket, asked: str) -> None:
        if asked.endswith("/version"):
            told: dict[str, object] = {"ApiVersion": "1.41", "Version": "20.10"}
        elif asked.endswith("/json"):
            told = {"Running": False, "ExitCode": 0}
        else:
            told = {"Id": "exec"}
        body = json.dumps(told).encode()
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )


@pytest.fixture(params=[0, 3, 8, len(FRAME)], ids=lambda early: f"{early}-bytes-early")
def hasty(request: pytest.FixtureRequest) -> Iterator[HastyEngine]:
    engine = HastyEngine(request.param)
    yield engine
    engine.close()


def test_what_comes_with_the_answer_is_heard(hasty: HastyEngine) -> None:
    """However much of the output stands in one packet with the engine's answer, all of it is the program's output."""
    engine = Engine(url=hasty.url)
    running = engine.execute("container", ["say"], CODE, {})
    heard = Frames(1000)
    try:
        ending = Attendance(engine, running, memoryview(b""), heard).until(time.monotonic() + 5.0, lambda: None)
    finally:
        running.close()
        engine.close()
    assert (ending, bytes(heard.stdout)) == (Ending(None, 0), SAID)
