"""A network of processes on this machine: chain, validators and miners as on a real chain, over real Axons."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest
from attrs import define, field

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from bittensor_wallet import Wallet

from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import EpochState, MinerResult
from reasonforge.entrypoints import miner, validator

SKILLS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.3, 0.1)
VALIDATORS = 2
EPOCHS = 3
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

    def start(self, name: str, module: str, *arguments: str) -> subprocess.Popen[str]:
        log: IO[str] = (self.root / f"{name}.log").open("w")
        command = [sys.executable, "-m", module, *arguments]
        self.running[name] = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, text=True, cwd=self.root, env={**os.environ, "NETUID": "1"}
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
            *("--state.db", str(self.root / f"{name}.db"), *arguments),
        )

    def stop(self) -> dict[str, int]:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        return {name: process.wait(30) for name, process in self.running.items()}


@contextmanager
def network(root: Path, *found: str) -> Iterator[Network]:
    made = Network(root)
    try:
        options = [option for one in found for option in ("--found", one)]
        made.start(
            "chain",
            "reasonforge",
            *("chain", "serve", "--port", "0", "--tempo", "20", "--block-seconds", "0.7", "--weights-rate-limit", "5"),
            *options,
        )
        made.url = made.wait_for("chain", r"memory://[0-9.:]+")
        yield made
    finally:
        for process in made.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()


async def results(root: Path, name: str, hotkey: Hotkey) -> dict[int, tuple[MinerResult, ...]]:
    """The published epochs of a validator's own records."""
    with open_database(root / f"{name}.db") as database:
        store = SqlAlchemyStore(database, hotkey, SystemClock())
        return {
            number: tuple(await store.miner_results(EpochNumber(number)))
            for number in range(20)
            if await store.state_of(EpochNumber(number)) is EpochState.PUBLISHED
        }


@pytest.mark.slow
def test_a_network_of_processes_ranks_by_skill_and_sets_weights(tmp_path: Path) -> None:
    """Ten miners and two validators in processes of their own, over Axon and Dendrite, for three epochs."""
    validators = {f"v{number}": wallet(tmp_path / "w", f"v{number}") for number in range(VALIDATORS)}
    miners = {f"m{number}": wallet(tmp_path / "w", f"m{number}") for number in range(len(SKILLS))}
    found = [f"{hotkey}:1000" for hotkey in validators.values()] + list(miners.values())
    with network(tmp_path, *found) as subnet:
        for number, skill in enumerate(SKILLS):
            subnet.neuron(
                f"m{number}",
                "miner",
                *("--miner.backend", "solver", "--miner.skill", str(skill), "--miner.pace", "0.05"),
                *("--miner.port", "0"),
            )
        for name in miners:
            subnet.wait_for(name, "served")
        for name in validators:
            subnet.neuron(
                name,
                "validator",
                *("--validator.tasks_per_epoch", "6", "--validator.timeout", "30"),
                *("--validator.embedding_model", "hashing"),
            )
        for name in validators:
            subnet.wait_for(name, rf"(?s)(outcome\W+set.*){{{EPOCHS}}}")
        chain = RemoteMemoryChain(subnet.url, Hotkey("nobody"))
        neurons = asyncio.run(chain.metagraph(with_weights=True))
        chain.close()
        assert subnet.stop() == dict.fromkeys(subnet.running, 0)
    skill_of = dict(zip(miners.values(), SKILLS, strict=True))
    for name, hotkey in validators.items():
        epochs = asyncio.run(results(tmp_path, name, hotkey))
        assert len(epochs) >= EPOCHS
        for result in epochs.values():
            by_skill = sorted(result, key=lambda one: -skill_of[one.hotkey])
            right = [one.right for one in by_skill]
            assert right == sorted(right, reverse=True), "who has more skill solves a superset"
            assert all(one.answered == one.asked for one in result)
            assert all(a.s_epoch > b.s_epoch - 0.02 for a, b in pairwise(by_skill))
    assert neurons.weights
    paid = {neuron.hotkey: neuron.emission for neuron in neurons.neurons}
    assert paid[miners["m0"]] > 0


class TestMistakes:
    """One sentence, code 2, no traceback."""

    def refused(self, capsys: pytest.CaptureFixture[str], kind: str, *arguments: str) -> str:
        main = {"miner": miner.main, "validator": validator.main}[kind]
        assert main(list(arguments)) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        return said

    @pytest.fixture(autouse=True)
    def nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("NETUID", raising=False)

    @pytest.mark.parametrize("kind", ["miner", "validator"])
    def test_no_netuid(self, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
        """The subnet's number has no default."""
        wallet(tmp_path / "w", "a")
        said = self.refused(capsys, kind, "--wallet.name", "a", "--wallet.path", str(tmp_path / "w"))
        assert "--netuid (NETUID)" in said

    @pytest.mark.parametrize("kind", ["miner", "validator"])
    def test_no_wallet(self, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
        """A wallet that is not there is named, with the command that makes it."""
        said = self.refused(capsys, kind, "--netuid", "1", "--wallet.name", "gone", "--wallet.path", str(tmp_path))
        assert "btcli wallet create" in said

    @pytest.mark.parametrize("kind", ["miner", "validator"])
    def test_an_unknown_flag(self, capsys: pytest.CaptureFixture[str], kind: str) -> None:
        """A flag nobody knows is refused, not ignored."""
        assert "--miner.prot" in self.refused(capsys, kind, "--miner.prot", "1")

    def test_an_unregistered_hotkey_and_a_taken_port(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """Who is not registered is told the command; a port in use is named."""
        known, unknown = wallet(tmp_path / "w", "known"), wallet(tmp_path / "w", "unknown")
        assert known != unknown
        with network(tmp_path, known) as subnet:
            common = ["--netuid", "1", "--subtensor.chain_endpoint", subnet.url, "--wallet.path", str(tmp_path / "w")]
            solver = ["--miner.backend", "solver"]
            said = self.refused(capsys, "miner", *common, *solver, "--wallet.name", "unknown")
            assert "btcli subnet register" in said
            port = subnet.url.rsplit(":", 1)[1]
            said = self.refused(capsys, "miner", *common, *solver, "--wallet.name", "known", "--miner.port", port)
            assert port in said
            assert subnet.stop() == {"chain": 0}

    def test_a_chain_that_is_not_there(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """An endpoint that nobody serves is told in a sentence; it is not the operator's flags that are wrong."""
        wallet(tmp_path / "w", "a")
        arguments = ["--netuid", "1", "--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--miner.backend", "solver"]
        assert miner.main([*arguments, "--wallet.name", "a", "--wallet.path", str(tmp_path / "w")]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "127.0.0.1:9" in said
