"""A PostgreSQL server of a test's own: made anew in a folder, reached by a Unix socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from attrs import define, field

from tests.requirement import require

USER = "postgres"
_START_SECONDS = 30.0


@cache
def programs() -> Path | None:
    """The folder of the server's own programs, newest version first, as Debian has them or on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    found = shutil.which("initdb")
    return next(
        (one for one in (*folders, *([Path(found).parent] if found else [])) if (one / "initdb").exists()), None
    )


@define
class Cluster:
    """One server. `start` and `stop` as often as a test likes; what was committed stays."""

    folder: Path
    _server: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _names: "count[int]" = field(factory=count, init=False)

    def make(self) -> None:
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={USER}")

    def start(self) -> None:
        self._server = subprocess.Popen(
            [*self._as_postgres(), str(self._program("postgres")), "-D", self._data, "-k", str(self.folder), "-h", "",
             "-c", "fsync=off", "-c", "max_connections=40"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as a power cut would, but that the server's own log of writes is what it recovers from."""
        if self._server is not None:
            self._run("pg_ctl", "stop", "-m", "immediate")
            self._server.wait()
            self._server = None

    def database(self, like: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of the one at another URL, which nobody uses meanwhile."""
        name = f"test{next(self._names)}"
        self._psql("postgres", f"CREATE DATABASE {name}" + ("" if like is None else f" TEMPLATE {_name_in(like)}"))
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def asked(self, url: str, statement: str) -> str:
        """What another client finds, as text."""
        return self._psql(_name_in(url), statement)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _program(self, name: str) -> Path:
        folder = programs()
        assert folder is not None
        return folder / name

    @staticmethod
    def _as_postgres() -> list[str]:
        # The server refuses to run as root.
        return ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_postgres(), str(self._program(program)), "-D", self._data, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd="/")

    def _psql(self, database: str, statement: str) -> str:
        command = [
            str(self._program("psql")),
            "-h",
            str(self.folder),
            "-U",
            USER,
            "-d",
            database,
            "-At",
            "-c",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip()

    def _answers(self) -> bool:
        command = [str(self._program("pg_isready")), "-q", "-h", str(self.folder)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0


def _name_in(url: str) -> str:
    return url.split("@/")[1].split("?", maxsplit=1)[0]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server; the test is skipped where its programs are not installed."""
    require("postgres", programs() is not None, "PostgreSQL's server programs are not installed")
    place = Path(tempfile.mkdtemp(prefix="rf-pg-"))
    place.chmod(0o755)
    made = Cluster(place / "c")
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One server for a whole session; each test asks it for a database of its own."""
    with cluster() as running:
        yield running
