"""What the gateway serves in a second, on one worker, beside a bare FastAPI handler and beside bare commits; and what a
thousand open streams cost it.

Needs wrk. Gateway and bare handler are processes of their own on the same server (uvicorn, h11), asked by the same wrk.
The load generator shares the machine's cores with them, in both cases alike. A minute.
"""

import asyncio
import json
import os
import re
import secrets
import selectors
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reasonforge import InProcessSubnet
from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.gateway.issue_key import IssueKey
from reasonforge.application.ports.event_log import EventKind, PublicEvent
from reasonforge.domain.access_key import Tier

SECONDS, CONNECTIONS = 4, 16
STREAMS, NEVER_READ = 1_000, 100
OWNERS = 64
HOST = "127.0.0.1"
WRK = shutil.which("wrk") or ""
PEPPER = secrets.token_hex(32)
BODY = json.dumps({"problem": "What is the least positive n with n^3 congruent to 5 modulo 13?", "difficulty": 3})
POST = """
local keys, at = {KEYS}, 0
request = function()
  at = at % #keys + 1
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. keys[at]}
  return wrk.format("POST", nil, headers, [[BODY]])
end
"""
BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def handler() -> dict[str, str]:
    return {"status": "ok"}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), http="h11", log_config=None, access_log=False)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(port: int, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own, from the moment on in which it takes connections."""
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment}
    ) as process:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection((HOST, port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, f"{command[0]} ended"
                    assert time.monotonic() < until, "it does not listen"
                    time.sleep(0.05)
            yield process
        finally:
            process.terminate()


def rate(url: str, script: Path | None = None, headers: tuple[str, ...] = ()) -> float:
    """Requests a second, all of them answered as they should be."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    if script is not None:
        options += ["-s", str(script)]
    for header in headers:
        options += ["-H", header]
    told = subprocess.run([WRK, *options, url], capture_output=True, text=True, check=True).stdout  # noqa: S603 - as above
    assert "Non-2xx" not in told, told
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found is not None, told
    return float(found[1])


def commits(folder: Path) -> float:
    """Bare commits of one row a second, to a file as the gateway writes to it (WAL, synchronous=FULL)."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE task (id INTEGER PRIMARY KEY, problem TEXT)")
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS / 2:
        connection.execute("INSERT INTO task (problem) VALUES (?)", (BODY,))
        count += 1
    connection.close()
    return count / (time.perf_counter() - began)


def fill(database: Path) -> list[str]:
    """Two real epochs, and keys of as many owners as it takes for no queue to be full."""

    async def work() -> list[str]:
        async with InProcessSubnet(validators=2, miners=16, seed=7, database=database) as subnet:
            await subnet.run_epochs(2)
        with open_database(database, claim=False) as opened:
            keys = SqlAlchemyAccessKeys(opened)
            issue = IssueKey(keys, SystemClock(), PEPPER.encode(), secrets.token_bytes)
            return [(await issue(Tier.ENTERPRISE, "bench", None)).text for _ in range(OWNERS)]

    return asyncio.run(work())


def submitted(port: int, key: str) -> str:
    """The id of one task of the key's."""
    with socket.create_connection((HOST, port), 5) as client:
        head = f"POST /v1/tasks HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n"
        typed = f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}"
        client.sendall((head + typed).encode())
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    return str(json.loads(answer.split(b"\r\n\r\n", 1)[1])["task_id"])


def resident_megabytes(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def streams(port: int, process: subprocess.Popen[bytes], database: Path) -> tuple[float, float]:
    """Megabytes that the open streams cost, and seconds until every one that reads has an event of 3,000 more."""
    with ExitStack() as stack, selectors.DefaultSelector() as reading:
        before = resident_megabytes(process)
        for number in range(STREAMS):
            source = (f"127.0.0.{2 + number % 4}", 0)
            one = stack.enter_context(socket.create_connection((HOST, port), 10, source))
            one.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: here\r\n\r\n")
            assert b"200 OK" in one.recv(4_096)
            if number >= NEVER_READ:
                one.setblocking(False)
                reading.register(one, selectors.EVENT_READ, bytearray())
        time.sleep(1)
        cost = resident_megabytes(process) - before
        figures = {"epoch": 1, "validator": "v", "padding": "x" * 300}
        events = [PublicEvent(EventKind.TASK_SCORED, 1.0, figures)] * 200
        last = PublicEvent(EventKind.EPOCH_CLOSED, 1.0, {"epoch": 1, "validator": "the last one"})
        with open_database(database, claim=False) as opened:
            asyncio.run(SqlAlchemyEventLog(opened).append([*events, last]))
        began, waiting = time.perf_counter(), STREAMS - NEVER_READ
        while waiting:
            assert time.perf_counter() - began < 60, f"{waiting} streams have not got the last event"
            for ready, _ in reading.select(1):
                taken: bytearray = ready.data
                taken += ready.fileobj.recv(65_536)  # type: ignore[union-attr] # they are sockets
                if b"the last one" in taken:
                    reading.unregister(ready.fileobj)
                    waiting -= 1
                del taken[:-100]
        return cost, time.perf_counter() - began


def main() -> None:
    if not WRK:
        print("the gateway's benchmark needs wrk (Debian: apt-get install wrk); left out")
        return
    with TemporaryDirectory() as name:
        folder, port, bare_port = Path(name), free_port(), free_port()
        database = folder / "state.db"
        keys = fill(database)
        key, script = keys[0], folder / "post.lua"
        script.write_text(POST.replace("KEYS", json.dumps(keys)[1:-1]).replace("BODY", BODY))
        authorised = (f"Authorization: Bearer {key}",)
        options = ("--gateway.requests_per_minute", "1000000", "--gateway.most_queued", "1000000", "--logging.json")
        gateway = (sys.executable, "-m", "reasonforge.entrypoints.gateway", "--state.db", str(database), *options)
        with (
            running(bare_port, sys.executable, "-c", BARE, str(bare_port)),
            running(
                port,
                *(*gateway, "--gateway.port", str(port), "--metrics.port", "0"),
                GATEWAY_API_KEY_SECRET=PEPPER,
            ) as process,
        ):
            address = f"http://{HOST}:{port}"
            bare = rate(f"http://{HOST}:{bare_port}/")
            own = rate(f"{address}/v1/tasks/{submitted(port, key)}", headers=authorised)
            board = rate(f"{address}/v1/leaderboard")
            plain = commits(folder)
            posted = rate(f"{address}/v1/tasks", script)
            cost, seconds = streams(port, process, database)
    print(f"gateway on one worker, wrk with {CONNECTIONS} connections, requests a second")
    print(f"  bare FastAPI handler      {bare:8.0f}")
    print(f"  GET /v1/tasks/{{id}}        {own:8.0f}   {own / bare:5.2f} of bare")
    print(f"  GET /v1/leaderboard       {board:8.0f}   {board / bare:5.2f} of bare")
    print(f"  bare commits              {plain:8.0f}   (one row, synchronous=FULL)")
    written = f"{posted / bare:5.2f} of bare, {posted / plain:5.2f} of bare commits: each waits for its"
    print(f"  POST /v1/tasks            {posted:8.0f}   {written}")
    print(f"  {'':37}commit, and those that come together share one")
    print(f"  {STREAMS} open streams: {cost:.0f} MB; while {NEVER_READ} of them never read, the others have the last")
    print(f"  of 201 events {seconds:.2f} s after they were logged")


if __name__ == "__main__":
    main()
