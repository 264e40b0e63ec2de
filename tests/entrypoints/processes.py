"""Neurons as processes of their own on a chain of this machine, for tests: started, watched, and stopped at the end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from attrs import define, field, frozen
from bittensor_wallet import Wallet

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import EpochState, MinerResult

STARTING_SECONDS = 120.0


def wallet(folder: Path, name: str) -> Hotkey:
    made = Wallet(name=name, hotkey="default", path=str(folder))
    made.create_new_coldkey(use_password=False, overwrite=True, suppress=True)
    made.create_new_hotkey(use_password=False, overwrite=True, suppress=True)
    return Hotkey(str(made.hotkey.ss58_address))


@define
class Network:
    """Processes that are stopped at the end, whatever happens."""

    root: Path
    running: dict[str, subprocess.Popen[str]] = field(factory=dict)
    url: str = ""
    environment: dict[str, str] = field(factory=dict)

    def start(self, name: str, module: str, *arguments: str) -> subprocess.Popen[str]:
        log: IO[str] = (self.root / f"{name}.log").open("w")
        command = [sys.executable, "-m", module, *arguments]
        environment = {**os.environ, "NETUID": "1", **self.environment}
        self.running[name] = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, text=True, cwd=self.root, env=environment
        )
        log.close()
        return self.running[name]

    def log_of(self, name: str) -> str:
        return (self.root / f"{name}.log").read_text()

    def wait_for(self, name: str, pattern: str, seconds: float = STARTING_SECONDS) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.log_of(name))
            if found:
                return found[0]
            assert self.running[name].poll() is None, self.log_of(name)
            time.sleep(0.1)
        raise AssertionError(f"{name} never said {pattern!r}:\n{self.log_of(name)}")

    def neuron(self, name: str, kind: str, *arguments: str) -> None:
        self.start(
            name,
            f"reasonforge.entrypoints.{kind}",
            *("--subtensor.chain_endpoint", self.url, "--wallet.name", name, "--wallet.path", str(self.root / "w")),
            *("--state.db", str(self.root / f"{name}.db"), *quiet(kind, arguments), *arguments),
        )

    def tasks_of(self, name: str) -> list[str]:
        """What the neuron's event loop runs now, as it tells on SIGUSR1."""
        before = self.log_of(name).count(" tasks: ")
        self.running[name].send_signal(signal.SIGUSR1)
        end = time.monotonic() + 10
        while self.log_of(name).count(" tasks: ") == before:
            assert time.monotonic() < end, f"{name} does not tell its tasks"
            time.sleep(0.02)
        told = re.findall(r"^\d+ tasks: (.*)$", self.log_of(name), re.MULTILINE)[-1]
        return str(told).split(", ")

    def stop(self) -> dict[str, int]:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        return {name: process.wait(30) for name, process in self.running.items()}


@contextmanager
def network(root: Path, *found: str, block_seconds: float = 0.7) -> Iterator[Network]:
    """A chain with these founders (NAME:STAKE), epochs of 21 blocks, and room for neurons."""
    made = Network(root)
    try:
        options = [option for one in found for option in ("--found", one)]
        made.start(
            "chain",
            "reasonforge",
            *("chain", "serve", "--port", "0", "--tempo", "20", "--weights-rate-limit", "5"),
            *("--block-seconds", str(block_seconds)),
            *options,
        )
        made.url = made.wait_for("chain", r"memory://[0-9.:]+")
        yield made
    finally:
        for process in made.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiet(kind: str, arguments: Sequence[str]) -> list[str]:
    """Several neurons of a machine cannot all have the default ports: none, where a test asks for none."""
    flags = ["--metrics.port", *(["--validator.port"] if kind == "validator" else [])]
    return [word for flag in flags if flag not in arguments for word in (flag, "0")]


async def results(root: Path, name: str, hotkey: Hotkey) -> dict[int, tuple[MinerResult, ...]]:
    """The published epochs of a validator's own records."""
    with open_database(root / f"{name}.db") as database:
        store = SqlAlchemyStore(database, hotkey, SystemClock())
        return {
            number: tuple(await store.miner_results(EpochNumber(number)))
            for number in range(20)
            if await store.state_of(EpochNumber(number)) is EpochState.PUBLISHED
        }


@frozen
class Holdings:
    """What a process holds of the system, as /proc has it.

    Attributes:
        sockets, files: open descriptors, sockets apart; the files without what a database keeps for its log.
        threads: a task of an event loop is no thread, but what it waits for is mostly a socket or a thread.
        kilobytes: of memory that are its own and resident.
    """

    sockets: int
    files: int
    threads: int
    kilobytes: int


def holdings(pid: int) -> Holdings:
    """What the process holds now."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            links.append(str(entry.readlink()))
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    sockets = sum(link.startswith("socket:") for link in links)
    return Holdings(sockets, len(links) - sockets, int(status["Threads"]), int(status["RssAnon"].split()[0]))
