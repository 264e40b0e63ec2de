"""Requests a second of the gateway on one worker, beside a bare FastAPI handler under the same server; open streams.

python benchmarks/speed/gateway.py [--seconds 3] [--rounds 3] [--database URL]

`wrk` asks from this machine too. Gateway, bare handler and database take turns, so that what else the machine does
falls on all alike; each figure is the median of the rounds. A write counts when it was answered with 202, which is
after its commit: what the database commits without us stands beside it.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from attrs import define, field, frozen
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import update

from reasonforge.adapters.http.server import serving
from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.gateway_tables import user_tasks
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.gateway.issue_key import IssueKey
from reasonforge.application.ports.event_log import EventKind, PublicEvent
from reasonforge.client import Client
from reasonforge.domain.access_key import Tier
from reasonforge.domain.user_task import UserTaskState
from reasonforge.entrypoints.gateway_secret import pepper_of

CONNECTIONS, OWNERS, MINERS = 32, 25, 192
STREAMS, STREAMS_OF_ADDRESS, SLOW, EVENTS = 1_000, 250, 20, 200
MOST_STREAM_BYTES = 100_000_000
LEAST_SHARE = 1 / 3
SECRET = "0123456789abcdef" * 4
PROBLEM = "What is the least positive n with n^3 congruent to 5 modulo 13?"
ASKING = """
local keys, at = {%s}, 0
function request()
  at = at %% #keys + 1
  return wrk.format("%s", nil, {["Authorization"] = "Bearer " .. keys[at], ["Content-Type"] = "application/json"}, %s)
end
"""


@frozen
class Served:
    """A service in a process of its own."""

    pid: int
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def resident(self) -> int:
        """Bytes of memory."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return 1024 * int(found[1])

    @property
    def cpu_seconds(self) -> float:
        """Used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(*arguments: str) -> Iterator[Served]:
    """One that says where it serves in a line of JSON, and is stopped at the end."""
    with subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "GATEWAY_API_KEY_SECRET": SECRET},
    ) as one:
        assert one.stdout is not None
        said = ""
        for line in one.stdout:
            said += line
            found = re.search(r'"address": ?"(http://[^"]+)"', line)
            if found:
                break
        else:
            sys.exit(f"{arguments} never served:\n{said}")
        try:
            yield Served(one.pid, found[1])
        finally:
            one.send_signal(signal.SIGTERM)
            one.stdout.read()
            one.wait()


@define
class Figures:
    """Requests a second and CPU milliseconds of the server for each, round by round."""

    rates: list[float] = field(factory=list)
    each: list[float] = field(factory=list)
    slowest: list[float] = field(factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)

    def told(self, name: str, beside: float | None) -> str:
        share = "" if beside is None else f"  {self.rate / beside:4.0%} of the bare one"
        return (
            f"  {name:32} {self.rate:6.0f}/s  {median(self.each):5.2f} ms CPU each  "
            f"99% within {median(self.slowest):5.0f} ms{share}"
        )


def hammer(figures: Figures, served: Served, path: str, seconds: float, script: Path | None) -> None:
    """`wrk` at `path`; whatever is not answered with a 2xx ends the benchmark."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--latency"]
    command += [] if script is None else ["-s", str(script)]
    before = served.cpu_seconds
    out = subprocess.run([*command, f"{served.address}{path}"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - as above
    used = served.cpu_seconds - before
    made = re.search(r"(\d+) requests in", out)
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", out)
    slowest = re.search(r"99%\s+([0-9.]+)(us|ms|s)", out)
    if made is None or rate is None or slowest is None or "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{path}: not everything was answered:\n{out}")
    figures.rates.append(float(rate[1]))
    figures.each.append(1_000 * used / int(made[1]))
    figures.slowest.append(float(slowest[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[slowest[2]])


async def serve_bare() -> None:
    """Handlers that do nothing, under the gateway's own server."""

    class Body(BaseModel):
        problem: str
        difficulty: int

    app = FastAPI()

    @app.get("/")
    async def read() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/", status_code=202)
    async def take(body: Body) -> Body:
        return body

    async with serving(app, "127.0.0.1", 0, lambda: None) as port:
        print(json.dumps({"address": f"http://127.0.0.1:{port}"}), flush=True)
        await asyncio.Event().wait()


def commits(folder: Path, seconds: float) -> float:
    """Transactions of one row of a task's size that SQLite puts on this disk in a second, as the gateway has it do."""
    with closing(sqlite3.connect(folder / "commits.db", isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT)")
        done, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO rows (body) VALUES (?)", (PROBLEM * 5,))
            connection.execute("COMMIT")
            done += 1
        return done / seconds


def keys_in(database: Database) -> list[str]:
    """Of owners each, since one owner's queue is bounded."""
    issue = IssueKey(SqlAlchemyAccessKeys(database), SystemClock(), pepper_of(SECRET), secrets.token_bytes)
    return [asyncio.run(issue(Tier.ENTERPRISE, f"bench {at}", None)).text for at in range(OWNERS)]


def drain(database: Database) -> None:
    """Nothing waits any more, as after an epoch."""
    waiting = update(user_tasks).where(user_tasks.c.state == UserTaskState.QUEUED)
    settled = waiting.values(state=UserTaskState.CANCELLED, settled_at=1.0)
    asyncio.run(database.write(lambda connection: connection.execute(settled)))


def requests(where: str, folder: Path, seconds: float, rounds: int) -> bool:
    """Whether every read has its share of the bare handler's rate."""
    with open_database(where, claim=False) as database:
        keys = keys_in(database)

        def script(name: str, method: str, body: str, chosen: Sequence[str]) -> Path:
            path = folder / f"{name}.lua"
            path.write_text(ASKING % (", ".join(f'"{key}"' for key in chosen), method, body))
            return path

        post = script("post", "POST", f"[[{json.dumps({'problem': PROBLEM, 'difficulty': 3})}]]", keys)
        own = script("own", "GET", "nil", keys[:1])
        bare_get, bare_post, submit, result, ranking = (Figures() for _ in range(5))
        committed = []
        with process(__file__, "bare") as bare, gateway(where) as served:
            with Client(served.address, keys[0]) as client:
                task = client.submit(PROBLEM).task_id
                assert len(client.leaderboard().miners) == 64
            for _ in range(rounds):
                hammer(bare_get, bare, "/", seconds, None)
                hammer(result, served, f"/v1/tasks/{task}", seconds, own)
                hammer(ranking, served, "/v1/leaderboard", seconds, None)
                hammer(bare_post, bare, "/", seconds, post)
                hammer(submit, served, "/v1/tasks", seconds, post)
                drain(database)
                if database.path is not None:
                    committed.append(commits(folder, seconds / 2))
    print(f"requests, {CONNECTIONS} connections, one worker, {MINERS} miners in the ranking ({database.named})")
    print(bare_get.told("bare FastAPI handler, GET", None))
    print(result.told("GET /v1/tasks/{task_id}", bare_get.rate))
    print(ranking.told("GET /v1/leaderboard", bare_get.rate))
    print(bare_post.told("bare FastAPI handler, POST", None))
    print(submit.told("POST /v1/tasks, committed", bare_post.rate))
    if committed:
        alone = median(committed)
        print(f"  {'one row a commit, without us':32} {alone:6.0f}/s: a write is {submit.rate / alone:.0%} of that")
    return min(result.rate, ranking.rate) >= LEAST_SHARE * bare_get.rate


@contextmanager
def gateway(database: str) -> Iterator[Served]:
    with process(
        *("-m", "reasonforge.entrypoints.gateway", "--state.db", database, "--logging.json"),
        *("--gateway.port", "0", "--metrics.port", "0"),
        *("--gateway.requests_per_minute", "1000000", "--gateway.most_queued", "1000000"),
    ) as served:
        yield served


async def follow(port: int, number: int, seen: list[float], everyone_is_there: asyncio.Semaphore) -> None:
    """One reader; when it has read the last of the events, when that was."""
    source = (f"127.0.0.{2 + number // STREAMS_OF_ADDRESS}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=source)
    writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: here\r\n\r\n")
    await reader.readuntil(b": welcome\n\n")
    everyone_is_there.release()
    count = 0
    while count < EVENTS:
        count += (await reader.readuntil(b"\n\n")).count(b"data: ")
    seen.append(time.perf_counter())
    writer.close()


async def streams(where: str) -> bool:
    """Whether a thousand readers cost what they may, and got everything."""
    with open_database(where, claim=False) as database, gateway(where) as served:
        log = SqlAlchemyEventLog(database)
        before = served.resident
        seen: list[float] = []
        there = asyncio.Semaphore(0)
        slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(SLOW)]
        for one in slow:
            one.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: here\r\n\r\n")  # and never a byte is read
        readers = []
        for start in range(0, STREAMS, 100):
            readers += [asyncio.create_task(follow(served.port, n, seen, there)) for n in range(start, start + 100)]
            for _ in range(100):
                await there.acquire()
        opened = served.resident - before
        figures = {"epoch": 1, "validator": "v" * 48, "index": 1, "of": 12, "domain": "causal", "average_cms": 0.52}
        began = time.perf_counter()
        for _ in range(EVENTS // 10):
            await log.append([PublicEvent(EventKind.TASK_SCORED, 1.0, figures)] * 10)
            await asyncio.sleep(0.1)
        written = time.perf_counter()
        await asyncio.wait_for(asyncio.gather(*readers), 120)
        cost = max(opened, served.resident - before)
        for one in slow:
            one.close()
    print(f"streams: {STREAMS:,} readers and {SLOW} that never read, {EVENTS} events in {written - began:.1f} s")
    print(f"  memory                           {cost / 1e6:6.1f} MB, {cost / (STREAMS + SLOW) / 1e3:.0f} kB each")
    print(f"  everybody had everything         {max(seen) - written:6.2f} s after the last was written")
    return cost < MOST_STREAM_BYTES


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=3.0, help="of each run of wrk")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--database", help="a postgresql+psycopg:// URL of an empty database, in a new file's place")
    asked = options.parse_args()
    if shutil.which("wrk") is None:
        print("gateway: not measured, for there is no wrk here; install it (apt-get install wrk)")
        return
    with TemporaryDirectory() as made:
        where = asked.database or str(Path(made) / "state.db")
        if asked.database is None:
            demo = ("demo", "--validators", "1", "--miners", str(MINERS), "--tasks", "2", "--epochs", "1")
            command = [sys.executable, "-m", "reasonforge", *demo, "--db", where]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        quick = requests(where, Path(made), asked.seconds, asked.rounds)
        small = asyncio.run(streams(where))
    if not (quick and small):
        sys.exit("gateway: a read below a third of the bare handler's rate, or streams above 100 MB")


if __name__ == "__main__":
    if sys.argv[1:] == ["bare"]:
        asyncio.run(serve_bare())
    else:
        main()
