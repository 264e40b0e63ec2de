"""The scripts, as an operator runs them; btcli's place is taken by a stand-in that refuses what btcli refuses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from reasonforge.adapters.sqlalchemy.state_file import look_at
from tests.requirement import require

SCRIPTS = Path(__file__).parents[2] / "infra" / "scripts"
STAND_IN = Path(__file__).with_name("btcli_stand_in.py")
NAMES = ("setup_wallets", "register_subnet", "register_neurons", "stake", "run_localnet")


@frozen
class Desk:
    """An operator's machine: wallets, a chain, and btcli."""

    root: Path

    def run(self, script: str, *words: str, answer: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "BTCLI_CHAIN": str(self.root / "chain.json"),
            **({} if answer is None else {"RF_ANSWER_FROM_STDIN": "yes"}),
            **more,
        }
        return subprocess.run(
            ["bash", str(SCRIPTS / f"{script}.sh"), *words],
            input=answer or "",
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
            check=False,
        )

    @property
    def chain(self) -> Any:
        return json.loads((self.root / "chain.json").read_text())

    def paid(self) -> list[str]:
        """The commands that cost TAO, so far."""
        costly = re.compile(r"(subnets create|subnets register|stake add) ")
        return [call for call in self.chain["calls"] if costly.match(call)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "bin").mkdir()
    btcli = tmp_path / "bin" / "btcli"
    btcli.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
    btcli.chmod(0o755)
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    chain = {"free": 1000.0, "burn": 250.0, "register": 0.5, "rate": 0.02, "subnets": {}, "calls": []}
    (tmp_path / "chain.json").write_text(json.dumps(chain))
    return Desk(tmp_path)


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """With wallets, and subnet 1 started."""
    assert desk.run("setup_wallets", "--no-password").returncode == 0
    made = desk.run("register_subnet", "--contact", "us@example.org", "--repository", "https://example.org/r", "--yes")
    assert (made.returncode, made.stdout) == (0, "1\n"), made.stderr
    return desk


@pytest.mark.parametrize("script", NAMES)
def test_help_says_how_to_use_it(desk: Desk, script: str) -> None:
    """--help is answered with 0, and needs nothing installed."""
    told = desk.run(script, "--help", PATH="/usr/bin:/bin")
    assert told.returncode == 0
    assert told.stdout.startswith(f"Usage: {script}.sh")


@pytest.mark.parametrize("script", NAMES)
def test_an_unknown_option_is_refused(desk: Desk, script: str) -> None:
    """An option nobody knows is one sentence and exit code 2."""
    told = desk.run(script, "--frobnicate")
    assert (told.returncode, told.stderr) == (
        2,
        f"{script}.sh: there is no option --frobnicate; see {script}.sh --help\n",
    )


@pytest.mark.parametrize("script", NAMES[:-1])
def test_without_btcli_the_command_that_installs_it_is_told(desk: Desk, script: str) -> None:
    """A machine without btcli is told how to get it."""
    told = desk.run(script, PATH="/usr/bin:/bin")
    assert (told.returncode, told.stderr) == (2, f"{script}.sh: btcli is not installed: pip install bittensor-cli\n")


def test_wallets_are_made_once(desk: Desk) -> None:
    """A second run makes no key, and prints the same addresses."""
    first = desk.run("setup_wallets", "--wallets", "a,b", "--no-password")
    calls = desk.chain["calls"]
    second = desk.run("setup_wallets", "--wallets", "a,b", "--no-password")
    assert len(calls) == 4
    assert desk.chain["calls"] == calls
    assert first.stdout.splitlines() == [
        "a: coldkey cold-a, hotkey hot-a-default",
        "b: coldkey cold-b, hotkey hot-b-default",
    ]
    assert second.stdout.splitlines()[2::3] == first.stdout.splitlines()


def test_a_coldkey_gets_a_password_unless_told_otherwise(desk: Desk) -> None:
    """The coldkey is encrypted by default; the hotkey, which a neuron opens unattended, never is."""
    desk.run("setup_wallets", "--wallets", "a")
    cold, hot = desk.chain["calls"]
    assert "--use-password" in cold
    assert "--no-use-password" in hot


@pytest.mark.parametrize("name", ["../a", "a b", "", "a;b"])
def test_a_wallets_name_is_a_name(desk: Desk, name: str) -> None:
    """What is no name is refused, and no key is made."""
    assert desk.run("setup_wallets", "--wallets", name or ",").returncode == 2
    assert desk.chain["calls"] == []


class TestNothingIsPaidUnasked:
    """What costs TAO says what, and waits for yes."""

    WORDS = {  # noqa: RUF012 - parameters
        "register_subnet": ("--contact", "us@example.org", "--repository", "https://example.org/r"),
        "register_neurons": ("--netuid", "1"),
        "stake": ("--netuid", "1", "--amount", "1000"),
    }

    @pytest.mark.parametrize("script", list(WORDS))
    def test_nobody_is_there_to_ask(self, ready: Desk, script: str) -> None:
        """In a pipeline without --yes nothing is paid; the sentence names the price, the wallet and --yes."""
        before = ready.paid()
        told = ready.run(script, *self.WORDS[script])
        assert told.returncode == 2
        assert re.search(r"(250\.0|0\.5|20\.0+) TAO", told.stderr)
        assert "--yes" in told.stderr
        assert ready.paid() == before

    @pytest.mark.parametrize("script", list(WORDS))
    @pytest.mark.parametrize("answer", ["n\n", ""])
    def test_whoever_does_not_say_yes_pays_nothing(self, ready: Desk, script: str, answer: str) -> None:
        """Any answer but yes leaves everything as it was."""
        before = ready.paid()
        told = ready.run(script, *self.WORDS[script], answer=answer)
        assert (told.returncode, ready.paid()) == (1, before)

    @pytest.mark.parametrize("script", list(WORDS))
    def test_yes_pays(self, ready: Desk, script: str) -> None:
        """With yes it is done."""
        before = ready.paid()
        told = ready.run(script, *self.WORDS[script], answer="y\ny\n")
        assert told.returncode == 0, told.stderr
        assert len(ready.paid()) > len(before)


def test_a_subnet_is_created_and_started(ready: Desk) -> None:
    """Its number is what the script prints; named again it is checked to be ours, and nothing is paid twice."""
    assert ready.chain["subnets"]["1"]["started"] is True
    before = ready.chain
    again = ready.run("register_subnet", "--netuid", "1", "--yes")
    assert (again.returncode, again.stdout) == (0, "1\n")
    assert ready.chain["free"] == before["free"]


def test_anothers_subnet_is_refused(ready: Desk) -> None:
    """A subnet that another wallet owns is not touched."""
    told = ready.run("register_subnet", "--netuid", "1", "--wallet.name", "miner", "--yes")
    assert told.returncode == 2
    assert "not owned by wallet miner" in told.stderr


def test_registering_twice_costs_once(ready: Desk) -> None:
    """Who is registered is left as it is, and its uid told."""
    first = ready.run("register_neurons", "--netuid", "1", "--yes")
    free = ready.chain["free"]
    second = ready.run("register_neurons", "--netuid", "1", "--yes")
    assert (first.returncode, second.returncode) == (0, 0)
    assert ready.chain["subnets"]["1"]["neurons"] == ["hot-validator-default", "hot-miner-default"]
    assert ready.chain["free"] == free
    assert second.stdout.splitlines() == [
        "validator:default is registered on subnet 1 as uid 0",
        "miner:default is registered on subnet 1 as uid 1",
    ]


def test_stake_is_brought_up_to_the_amount(ready: Desk) -> None:
    """Only what is missing is staked, at the pool's rate; then nothing is missing."""
    assert ready.run("stake", "--netuid", "1", "--amount", "500", "--yes").returncode == 0
    assert ready.run("stake", "--netuid", "1", "--amount", "800", "--yes").returncode == 0
    assert ready.chain["subnets"]["1"]["stake"] == {"hot-validator-default": pytest.approx(800)}
    before = ready.paid()
    told = ready.run("stake", "--netuid", "1", "--amount", "800", "--yes")
    assert told.stdout == "validator:default has 800.0 staked on subnet 1: nothing to do\n"
    assert ready.paid() == before


def test_a_refusal_is_no_success(ready: Desk) -> None:
    """Btcli exits with 0 when the chain says no; the script reads what it says, and fails."""
    told = ready.run("stake", "--netuid", "1", "--amount", "1000000000", "--yes")
    assert told.returncode == 2
    assert "the chain refused" in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--validators", "0"),
        ("--miners", "many"),
        ("--block-seconds", "0"),
        ("--block-seconds", "-1"),
        ("--tempo",),
        ("--validators", "60", "--miners", "60"),
    ],
    ids=" ".join,
)
def test_a_local_network_that_cannot_be_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    """Figures that cannot be right are one sentence and exit code 2, and start nothing."""
    told = desk.run("run_localnet", *words)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_local_network_runs_an_epoch(tmp_path: Path) -> None:
    """run_localnet.sh makes wallets, runs chain, validator and miners until an epoch's weights are set, and stops
    them all; a miner's file then says what it earned. A second network in the directory is refused meanwhile.
    """
    pytest.importorskip("bittensor", reason="the extra bittensor is not installed")
    require("flock", Path("/usr/bin/flock").exists(), "flock is not installed")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    words = [str(SCRIPTS / "run_localnet.sh"), "--directory", "net", "--port", "0", "--epochs", "1"]
    figures = ["--miners", "2", "--tempo", "8", "--block-seconds", "0.5", "--tasks", "2"]
    with subprocess.Popen(
        [*words, *figures], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        assert first.startswith("The network runs at memory://127.0.0.1:"), first
        other = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        rest = running.stdout.read()
        assert running.wait(120) == 0
    assert (other.returncode, other.stderr.count("another network runs")) == (2, 1)
    assert rest.splitlines()[-1] == "The network stopped after 1 epochs." or "stopped after" in rest
    told = look_at(tmp_path / "net" / "miner-1.db", 5).miner
    assert told is not None
    assert len(told.told) > 0
    assert {path.name for path in (tmp_path / "net" / "wallets").iterdir()} == {
        "validator-1",
        "miner-1",
        "miner-2",
        "own-1",
    }
