"""Each check of `reasonforge doctor` where it must fail, and the whole of it on a network that works."""

import asyncio
import errno
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter

import pytest

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from bittensor_wallet import Wallet

from reasonforge.adapters.localnet.server import LedgerServer, pass_blocks
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.runner.server import RunnerServer
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.score_book import SqlAlchemyScoreBook
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.telemetry.page_server import PageServer
from reasonforge.application.ports.score_book import BookOwner
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.events import BlockSeen, VitalSigns
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, NetUid, Rao
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.entrypoints.cli import main
from reasonforge.entrypoints.doctor import Role, diagnose
from reasonforge.entrypoints.doctor_checks.chain import published
from reasonforge.entrypoints.doctor_checks.diagnosis import Check, Diagnosis, State, examine, fine, in_thread
from reasonforge.entrypoints.doctor_checks.machine import (
    Requirement,
    fits,
    look_at_disk,
    look_at_packages,
    look_at_python,
    requirements,
)
from reasonforge.entrypoints.doctor_checks.node_time import drift, network
from reasonforge.entrypoints.doctor_checks.pages import look_at_collector, look_at_pages
from reasonforge.entrypoints.doctor_checks.port import look_at_port
from reasonforge.entrypoints.doctor_checks.state import look_at_state
from reasonforge.entrypoints.doctor_checks.tools import (
    MissingTool,
    docker_engine,
    look_at_tools,
    look_at_verifier,
    program,
    told,
)
from reasonforge.entrypoints.noticeboard import Neuron, Noticeboard
from reasonforge.entrypoints.settings import MinerSettings, ValidatorSettings, read_settings, rows
from reasonforge.entrypoints.verification import inline_verifier
from tests.entrypoints.observed_demo import NothingRuns
from tests.entrypoints.processes import free_port
from tests.strategies import epoch_of

SECRET = "sk-very-secret-0123456789"  # noqa: S105 - it opens nothing
ANYWHERE = "0.0.0.0"  # noqa: S104 - nobody listens there
STATES = {State.OK: "ok", State.WARN: "warn", State.FAIL: "fail"}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's environment nor its .env reaches a test."""
    monkeypatch.chdir(tmp_path)
    for model in (MinerSettings, ValidatorSettings):
        for _, variables, _ in rows(model):
            for variable in variables:
                monkeypatch.delenv(variable, raising=False)
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DOCKER_HOST"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def hotkey(tmp_path: Path) -> Hotkey:
    """The wallet `default` in ./w, with its keys."""
    wallet = Wallet(name="default", hotkey="default", path=str(tmp_path / "w"))
    wallet.create_new_coldkey(use_password=False, overwrite=True, suppress=True)
    wallet.create_new_hotkey(use_password=False, overwrite=True, suppress=True)
    return Hotkey(str(wallet.hotkey.ss58_address))


def state_of(found: Sequence[Diagnosis], name: str) -> list[tuple[State, str]]:
    return [(one.state, one.detail) for one in found if one.name == name]


def only(found: Sequence[Diagnosis], name: str) -> Diagnosis:
    (one,) = (each for each in found if each.name == name)
    return one


@asynccontextmanager
async def chain(
    *founders: tuple[Hotkey, int], block_seconds: float = 0.1, rules: Hyperparameters | None = None
) -> AsyncIterator[tuple[str, MemoryLedger]]:
    """A local chain with these hotkeys and their TAO; its address."""
    ledger = MemoryLedger(rules or Hyperparameters(), NetUid(1), emission_per_epoch=Rao(RAO_PER_TAO))
    for name, stake in founders:
        ledger.add_founder(name, Coldkey(f"{name}-cold"), Rao(stake * RAO_PER_TAO))
    async with LedgerServer(ledger, "a-chain").listening(0) as address:
        passing = asyncio.create_task(pass_blocks(ledger, SystemClock(), block_seconds)) if block_seconds else None
        try:
            yield str(address), ledger
        finally:
            if passing is not None:
                passing.cancel()
                await asyncio.wait({passing})


async def looked(role: Role, url: str, *flags: str, moving_seconds: float = 1.0) -> list[Diagnosis]:
    common = ["--netuid", "1", "--subtensor.chain_endpoint", url, "--wallet.path", "w"]
    own = ["--miner.backend", "solver"] if role is Role.MINER else ["--validator.embedding_model", "hashing"]
    return await diagnose(role, [*common, *own, *flags], live=False, clock=SystemClock(), moving_seconds=moving_seconds)


class TestTheWhole:
    """Exit codes, lines, JSON, bounds."""

    def test_a_miner_on_a_network_that_works(self, hotkey: Hotkey) -> None:
        """Nothing fails for a registered hotkey, a free port, a living chain; what is not done yet is a warning."""

        async def go() -> list[Diagnosis]:
            async with chain((hotkey, 0)) as (url, _):
                return await looked(Role.MINER, url)

        found = asyncio.run(go())
        assert [one for one in found if one.state is State.FAIL] == []
        for name in ("settings", "wallet", "port", "python", "chain", "subnet", "registration", "blocks", "state file"):
            assert only(found, name).state is State.OK, name
        assert only(found, "endpoint").state is State.WARN
        assert hotkey in only(found, "registration").detail
        assert not Path("state").exists(), "a doctor makes nothing"

    def test_exit_code_and_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A line each with what to do, and code 1 when something fails; no traceback."""
        flags = ["--netuid", "1", "--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--wallet.path", "w"]
        assert main(["doctor", "miner", *flags, "--miner.backend", "solver"]) == 1
        said, err = capsys.readouterr()
        lines = said.splitlines()
        assert "fail  wallet: there is no wallet 'default' in w" in lines
        assert lines[lines.index("fail  wallet: there is no wallet 'default' in w") + 1].startswith("        → `btcli")
        assert any(line.startswith("fail  chain: the local chain at memory://127.0.0.1:9") for line in lines)
        assert lines[-1].endswith(" fail")
        assert "Traceback" not in said + err

    def test_json_and_every_bad_setting(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each setting that cannot be right is a line of its own that names flag and variable, and not its value."""
        monkeypatch.setenv("NETUID", SECRET)
        assert main(["doctor", "miner", "--miner.port", "99999", "--miner.domains", "astrology", "--json"]) == 1
        said = capsys.readouterr().out
        document = json.loads(said)
        assert (document["role"], document["works"]) == ("miner", False)
        details = [one["detail"] for one in document["checks"] if one["name"] == "settings"]
        assert [detail.split(":")[0] for detail in details] == [
            "--netuid (NETUID)",
            "--miner.port (MINER_PORT)",
            "--miner.domains (MINER_DOMAINS)",
        ]
        assert SECRET not in said

    @pytest.mark.parametrize("arguments", [["oracle"], ["miner", "--bogus"], ["validator", "--miner.port", "1"]])
    def test_what_nobody_knows_is_refused(self, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
        """Another role and other flags: one sentence, code 2."""
        assert main(["doctor", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_a_missing_netuid_is_named(self, hotkey: Hotkey) -> None:
        """The subnet's number has no default; what needs it is left out, the rest is looked at."""
        flags = ["--wallet.path", "w", "--miner.backend", "solver"]
        found = asyncio.run(diagnose(Role.MINER, flags, live=False, clock=SystemClock()))
        assert "--netuid (NETUID)" in only(found, "settings").detail
        assert only(found, "settings").state is State.FAIL
        assert state_of(found, "chain") == []
        assert hotkey in only(found, "wallet").detail

    def test_secrets_are_not_shown(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither a key, nor what an address carries of one, whatever is wrong with it."""
        monkeypatch.setenv("OPENAI_API_KEY", f"{SECRET}\x7f")
        flags = ["--netuid", "1", "--subtensor.chain_endpoint", f"memory://u:{SECRET}@127.0.0.1:9/?k={SECRET}"]
        assert main(["doctor", "miner", *flags, "--state.db", f"postgresql://me:{SECRET}@host/db"]) == 1
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)
        flags = [*flags, "--miner.base_url", f"http://u:{SECRET}@127.0.0.1:9/v1?key={SECRET}"]
        assert main(["doctor", "miner", *flags]) == 1
        said, err = capsys.readouterr()
        assert "reasoner" in said
        assert SECRET not in said + err

    def test_a_check_that_breaks_or_hangs_ends_nothing(self) -> None:
        """A bug and a hung disk are lines like others, in their order, and in bounded time."""
        never = asyncio.Event

        async def breaks() -> Sequence[Diagnosis]:
            raise KeyError(SECRET)

        async def hangs() -> Sequence[Diagnosis]:
            await never().wait()
            return []

        def disk() -> list[Diagnosis]:
            Path("pipe").read_text()  # nobody ever writes
            return []

        async def good() -> Sequence[Diagnosis]:
            return [fine("d", "good")]

        os.mkfifo("pipe")
        began = perf_counter()
        checks = [
            Check("a", breaks),
            Check("b", hangs, 0.2),
            Check("c", lambda: in_thread(disk), 0.2),
            Check("d", good),
        ]
        found = asyncio.run(examine(checks))
        assert perf_counter() - began < 2.0
        assert [(one.name, one.state) for one in found] == [(name, State.FAIL) for name in "abc"] + [("d", State.OK)]
        assert SECRET not in found[0].detail


class TestChain:
    """What the chain says, or does not."""

    def test_a_node_that_says_nothing_ends_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A server that takes connections and is mute is unreachable after the adapter's deadline."""
        monkeypatch.setattr("reasonforge.entrypoints.doctor_checks.chain.READ_SECONDS", 0.5)

        async def go() -> list[Diagnosis]:
            async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await asyncio.sleep(20)
                writer.close()

            async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
                port = server.sockets[0].getsockname()[1]
                found = await looked(Role.MINER, f"memory://127.0.0.1:{port}")
                server.close()
                return found

        began = perf_counter()
        found = asyncio.run(asyncio.wait_for(go(), 25))
        assert perf_counter() - began < 20
        assert "did not answer within 0.5 s" in only(found, "chain").detail
        assert only(found, "chain").state is State.FAIL

    def test_a_real_node_that_says_nothing_ends_in_time(self, hotkey: Hotkey, monkeypatch: pytest.MonkeyPatch) -> None:
        """The SDK's client too is under the adapter's deadline, for the blocks and for the clock."""
        assert hotkey
        for module in ("chain", "node_time"):
            monkeypatch.setattr(f"reasonforge.entrypoints.doctor_checks.{module}.READ_SECONDS", 0.7)
        with closed_port() as port:
            found = asyncio.run(looked(Role.MINER, f"ws://127.0.0.1:{port}"))
        assert only(found, "chain").state is State.FAIL
        assert only(found, "network").state is State.FAIL

    def test_an_unregistered_hotkey_gets_the_command(self, hotkey: Hotkey) -> None:
        """The command names subnet, wallet and network."""

        async def go() -> list[Diagnosis]:
            async with chain((Hotkey("somebody"), 0)) as (url, _):
                return await looked(Role.MINER, url)

        one = only(asyncio.run(go()), "registration")
        assert (one.state, hotkey in one.detail) == (State.FAIL, True)
        assert one.remedy.startswith("btcli subnet register --netuid 1 --wallet-name default --hotkey default")

    def test_another_subnet_is_refused(self) -> None:
        """A chain without our subnet."""

        async def go() -> list[Diagnosis]:
            async with chain() as (url, _):
                return await looked(Role.MINER, url, "--netuid", "7")

        one = only(asyncio.run(go()), "chain")
        assert (one.state, "has subnet 1, and not 7" in one.detail) == (State.FAIL, True)

    def test_a_chain_that_stands_still(self, hotkey: Hotkey) -> None:
        """No new block within the time: a warning where blocks may be made on demand."""

        async def go() -> list[Diagnosis]:
            async with chain((hotkey, 0), block_seconds=0) as (url, _):
                return await looked(Role.MINER, url, moving_seconds=0.6)

        assert only(asyncio.run(go()), "blocks").state is State.WARN

    def test_a_validator_without_permit_or_stake(self, hotkey: Hotkey) -> None:
        """Neither permit nor the stake that weights need."""

        async def go(stake: int) -> list[Diagnosis]:
            rules = Hyperparameters(max_validators=1, min_validator_stake=500.0)
            async with chain((Hotkey("rich"), 1000), (hotkey, stake), rules=rules) as (url, ledger):
                ledger.advance_to(ledger.tempo.epoch_at(ledger.block).last_block + 1)  # type: ignore[arg-type]
                return await looked(Role.VALIDATOR, url)

        poor, rich = asyncio.run(go(0)), asyncio.run(go(2000))
        assert [only(poor, name).state for name in ("permit", "stake")] == [State.FAIL, State.FAIL]
        assert [only(rich, name).state for name in ("permit", "stake")] == [State.OK, State.OK]

    def test_weights_that_are_overdue(self, hotkey: Hotkey) -> None:
        """More than three tempos without weights."""

        async def go() -> list[Diagnosis]:
            async with chain((hotkey, 1000), rules=Hyperparameters(tempo=5)) as (url, ledger):
                for _ in range(30):
                    ledger.advance_to(ledger.block + 1)  # type: ignore[arg-type]
                return await looked(Role.VALIDATOR, url)

        assert only(asyncio.run(go()), "weights").state is State.WARN


MINER = ("--netuid", "1", "--miner.port", "8091")


@pytest.mark.parametrize(
    ("flags", "endpoint", "listening", "state"),
    [
        (("--miner.external_ip", "8.8.8.8"), Endpoint("8.8.8.8", 8091), True, State.OK),
        (("--miner.external_ip", "8.8.8.8"), Endpoint("8.8.8.8", 8092), True, State.FAIL),
        (("--miner.external_ip", "8.8.8.8"), Endpoint("8.8.4.4", 8091), False, State.WARN),
        (("--miner.external_ip", "8.8.8.8"), None, False, State.WARN),
        (("--miner.external_ip", "8.8.8.8"), None, True, State.FAIL),
        (("--miner.external_ip", "192.168.1.4"), Endpoint("192.168.1.4", 8091), True, State.FAIL),
        (("--miner.external_ip", "my.host"), None, False, State.FAIL),
        ((), Endpoint("8.8.8.8", 8091), True, State.FAIL),
        (("--subtensor.chain_endpoint", "memory://127.0.0.1:9"), Endpoint("127.0.0.1", 8091), True, State.OK),
        (
            ("--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--miner.port", "0"),
            Endpoint("127.0.0.1", 40000),
            True,
            State.OK,
        ),
    ],
    ids=range(10),
)
def test_the_published_endpoint_is_this_machines(
    flags: tuple[str, ...], endpoint: Endpoint | None, listening: bool, state: State
) -> None:
    """What the chain says against what is set; a running miner has published it, one that is stopped may not have."""
    settings = read_settings(MinerSettings, "doctor", [*MINER, *flags])
    assert published(endpoint, settings, listening=listening).state is state


@pytest.mark.parametrize(
    ("age", "state"),
    [(0.0, "ok"), (17.0, "ok"), (-1.0, "ok"), (-3.0, "warn"), (21.0, "warn"), (-10.0, "fail"), (29.0, "fail")],
)
def test_a_clock_that_drifts(age: float, state: str) -> None:
    """Two seconds are told, ten end all talk; a block may be 18 seconds old."""
    assert STATES[drift(age).state] == state


@pytest.mark.parametrize(
    ("flags", "genesis", "state"),
    [
        ((), "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03", "ok"),
        ((), "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105", "fail"),
        ((), "0xabc", "fail"),
        (("--subtensor.network", "test"), "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03", "fail"),
        (("--subtensor.network", "local"), "0xabc", "ok"),
        (("--subtensor.chain_endpoint", "ws://a:1"), "0xabc", "warn"),
    ],
    ids=range(6),
)
def test_the_network_is_known_by_its_first_block(flags: tuple[str, ...], genesis: str, state: str) -> None:
    """Who asks for finney must not be answered by another chain."""
    settings = read_settings(MinerSettings, "doctor", flags)
    assert STATES[network(genesis, settings).state] == state


class TestWallet:
    """Files and their permissions."""

    def found(self, *flags: str) -> list[Diagnosis]:
        common = ["--wallet.path", "w", "--miner.backend", "solver"]
        found = asyncio.run(diagnose(Role.MINER, [*common, *flags], live=False, clock=SystemClock()))
        return [one for one in found if one.name == "wallet"]

    def test_a_hotkey_that_is_not_there(self, hotkey: Hotkey) -> None:
        """The command that makes it."""
        assert hotkey
        one = self.found("--wallet.hotkey", "gone")[0]
        assert one.state is State.FAIL
        assert "btcli wallet new-hotkey" in one.remedy

    def test_a_hotkey_that_is_no_key(self, hotkey: Hotkey) -> None:
        """A file that holds something else is told, and not shown."""
        assert hotkey
        Path("w/default/hotkeys/default").write_text(f'{{"secretPhrase": "{SECRET}"}}')
        one = self.found()[0]
        assert one.state is State.FAIL
        assert SECRET not in one.detail + one.remedy

    def test_keys_that_others_may_read(self, hotkey: Hotkey) -> None:
        """A private key that the group or the world may read is a warning with the command."""
        assert hotkey
        Path("w/default/hotkeys/default").chmod(0o644)
        Path("w/default/coldkey").chmod(0o640)
        found = [one for one in self.found() if one.state is State.WARN]
        assert [one.remedy for one in found] == ["chmod 600 w/default/hotkeys/default", "chmod 600 w/default/coldkey"]

    def test_no_public_coldkey(self, hotkey: Hotkey) -> None:
        """What the neuron needs of the coldkey is its public half."""
        Path("w/default/coldkeypub.txt").unlink()
        found = self.found()
        assert [one.state for one in found] == [State.OK, State.WARN]
        assert hotkey in found[0].detail


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, and that nobody else gets."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class TestPort:
    """Free, taken, or ours."""

    def test_a_port_somebody_listens_at(self) -> None:
        """A stranger's is a failure; with the state file in use too it is this neuron's own."""
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            port = held.getsockname()[1]
            stranger = look_at_port("127.0.0.1", port, "--miner.port", running=False)
            assert (stranger.diagnosis.state, stranger.taken) == (State.FAIL, True)
            assert os.strerror(errno.EADDRINUSE) in stranger.diagnosis.detail
            assert look_at_port("127.0.0.1", port, "--miner.port", running=True).diagnosis.state is State.OK
        assert look_at_port("127.0.0.1", port, "--miner.port", running=False).diagnosis.state is State.OK

    def test_a_port_an_axon_does_not_take(self) -> None:
        """80 needs another user, and an Axon takes none below 1025."""
        assert look_at_port("127.0.0.1", 80, "--miner.port", running=False).diagnosis.state is State.FAIL


class TestState:
    """The file of what must survive."""

    ME, OTHER = Hotkey("5Me"), Hotkey("5Other")

    def worst(self, role: str | None, where: str, hotkey: Hotkey | None = None) -> tuple[State, str]:
        found = look_at_state(role, where, hotkey)
        bad = max(found, key=lambda one: list(State).index(one.state))
        return bad.state, bad.detail

    def miner_file(self) -> None:
        with open_database("m.db") as database:
            asyncio.run(SqlAlchemyScoreBook(database).own(BookOwner(self.ME, NetUid(1))))

    def validator_file(self) -> None:
        with open_database("v.db") as database:
            asyncio.run(SqlAlchemyStore(database, self.ME, SystemClock()).open_epoch(epoch_of(1)))

    def test_a_file_that_is_ours(self) -> None:
        """The wallet's hotkey, the right role, the newest schema."""
        self.miner_file()
        self.validator_file()
        assert self.worst("miner", "m.db", self.ME)[0] is State.OK
        assert self.worst("validator", "v.db", self.ME)[0] is State.OK

    def test_a_file_that_is_somebody_elses(self) -> None:
        """Another hotkey's, or a neuron's of the other kind."""
        self.miner_file()
        self.validator_file()
        assert self.worst("miner", "m.db", self.OTHER)[0] is State.FAIL
        assert self.worst("validator", "v.db", self.OTHER)[0] is State.WARN
        assert self.worst("validator", "m.db", self.ME) == (State.FAIL, "m.db is a miner's")
        assert self.worst("miner", "v.db", self.ME) == (State.FAIL, "v.db is a validator's")

    def test_a_running_neuron_is_seen_by_its_lock(self) -> None:
        """The lock is told, and let be."""
        with open_database("m.db"):
            held = only(look_at_state("miner", "m.db", None), "lock")
        free = only(look_at_state("miner", "m.db", None), "lock")
        assert ("a running neuron holds" in held.detail, "no neuron holds" in free.detail) == (True, True)

    @pytest.mark.parametrize("where", ["diary.db", "folder", "diary.db/below.db", "", "postgresql://a:b@c/d"])
    def test_what_can_be_no_state_file(self, where: str) -> None:
        """Another file, a folder, a path below a file, no path, another database."""
        Path("diary.db").write_text("Dear diary, …" * 999)
        Path("folder").mkdir()
        assert self.worst("miner", where)[0] is State.FAIL

    def test_nothing_is_made(self) -> None:
        """A file that is not there yet stays so."""
        assert self.worst("miner", "a/b/c.db")[0] is State.OK
        assert list(Path().iterdir()) == []


class TestMachine:
    """Python, packages, disk."""

    def test_pythons(self) -> None:
        """Too old fails, too new is a warning."""
        found = [STATES[look_at_python(version).state] for version in ((3, 10), (3, 11), (3, 13), (3, 14))]
        assert found == ["fail", "ok", "ok", "warn"]

    def test_packages(self) -> None:
        """Missing or out of bounds fails, unless no role needs it; another release than the tested one warns."""
        needs = [
            Requirement("numpy", ">=2.0,<3", None),
            Requirement("bittensor", ">=10.3,<11", "bittensor"),
            Requirement("openai", ">=3", "miner-openai"),
        ]
        miner = frozenset({"bittensor"})
        good = {"numpy": "2.1", "bittensor": "10.5.0"}

        def found(installed: dict[str, str], pins: dict[str, str] | None = None) -> list[tuple[str, str]]:
            look = look_at_packages(miner, needs, installed, pins or {})
            return [(STATES[one.state], one.detail) for one in look]

        assert [state for state, _ in found(good)] == ["ok"]
        assert found({"numpy": "2.1"}) == [("fail", "bittensor is not installed")]
        assert found(good | {"bittensor": "11.0.0"}) == [("fail", "bittensor 11.0.0 is not >=10.3,<11")]
        assert found(good | {"numpy": "1.26"}) == [("fail", "numpy 1.26 is not >=2.0,<3")]
        assert [state for state, _ in found(good, {"numpy": "2.0"})] == ["warn"]
        assert [state for state, _ in found(good, {"numpy": "2.1"})] == ["ok"]
        assert [state for state, _ in found(good | {"numpy": "2.1+cpu"}, {"numpy": "2.1"})] == ["ok"]

    @pytest.mark.parametrize(
        ("version", "bounds", "fit"),
        [
            ("10.3", ">=10.3,<11", True),
            ("10.2.9", ">=10.3,<11", False),
            ("0.3.3", "==0.3.3", True),
            ("0.3.3.1", "==0.3.3", False),
            ("2.0", "==2.0.0", True),
            ("1.9", "~=1.4", True),
            ("2.0", "~=1.4", False),
            ("1.5.0", "!=1.5", False),
            ("3.0rc1", ">=3", True),
        ],
    )
    def test_bounds(self, version: str, bounds: str, fit: bool) -> None:
        """Numbers are compared as numbers, with as many zeros as it takes."""
        assert fits(version, bounds) is fit

    def test_the_packages_own_metadata_is_understood(self) -> None:
        """What is installed here has base requirements, and those of extras by name."""
        lines = ["attrs>=24.2", "bittensor<11,>=10.3; extra == 'bittensor'", 'x (>=1) ; extra == "y"', "z[q]>=2"]
        assert list(requirements(lines)) == [
            Requirement("attrs", ">=24.2", None),
            Requirement("bittensor", "<11,>=10.3", "bittensor"),
            Requirement("x", ">=1", "y"),
            Requirement("z", ">=2", None),
        ]

    def test_a_full_disk(self, tmp_path: Path) -> None:
        """Where no byte is free; and a folder that is not there yet counts as the one it will be in."""
        assert look_at_disk(Path("/proc")).state is State.FAIL
        assert str(tmp_path) in look_at_disk(tmp_path / "a" / "b").detail


class TestTools:
    """What checks miners' work."""

    def test_self_tests_and_missing_tools(self) -> None:
        """A tool that lies fails; one that is missing makes checks unavailable, which costs no miner anything."""
        found = told(
            [SelfTest("a/1", True, "good"), SelfTest("b/1", False, "accepts its false example")],
            [MissingTool("sandbox", "no engine", "start Docker")],
        )
        assert [(one.name, one.state) for one in found] == [
            ("checker a/1", State.OK),
            ("checker b/1", State.FAIL),
            ("checker sandbox", State.WARN),
        ]
        assert "accepts its false example" in found[1].detail
        assert found[2].remedy == "start Docker"

    @pytest.mark.parametrize(
        ("answer", "state"),
        [(b"HTTP/1.0 200 OK\r\n\r\nOK", "ok"), (b"HTTP/1.0 500 No\r\n\r\n", "warn"), (b"220 smtp 200 \r\n", "warn")],
    )
    def test_an_engine_is_known_by_its_answer(self, answer: bytes, state: str) -> None:
        """Docker answers a ping with 200; anything else at that socket is none."""

        async def go() -> Diagnosis:
            async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                assert b"/_ping" in await reader.readline()
                writer.write(answer)
                await writer.drain()
                writer.close()

            async with await asyncio.start_unix_server(say, "docker.sock"):
                return await in_thread(lambda: docker_engine(f"unix://{Path('docker.sock').resolve()}"))

        assert STATES[asyncio.run(go()).state] == state

    def test_no_engine(self) -> None:
        """No socket, a socket nobody listens at, a host in another way."""
        with closed_port() as port:
            for host in ("unix:///nowhere/docker.sock", f"tcp://127.0.0.1:{port}", "ssh://me@there"):
                assert docker_engine(host).state is State.WARN

    def test_a_program_that_is_broken(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not there, or there and broken, or there and well."""
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "is not on the PATH" in asyncio.run(program("coq", "coqc")).detail
        for code, state in ((3, State.WARN), (0, State.OK)):
            (tmp_path / "coqc").write_text(f"#!{sys.executable}\nprint('Coq 8')\nraise SystemExit({code})\n")
            (tmp_path / "coqc").chmod(0o755)
            assert asyncio.run(program("coq", "coqc")).state is state


class TestThinking:
    """The embedding model and the reasoner."""

    def miner(self, *flags: str, live: bool = False) -> list[Diagnosis]:
        return asyncio.run(diagnose(Role.MINER, ["--netuid", "1", *LOCAL, *flags], live=live, clock=SystemClock()))

    def test_no_key(self) -> None:
        """The variable is named."""
        one = only(self.miner(), "reasoner")
        assert (one.state, "OPENAI_API_KEY" in one.remedy) == (State.FAIL, True)

    def test_a_backend_of_weights_that_are_not_there(self) -> None:
        """No model, or a path to none."""
        for flags in ((), ("--miner.model", "/nowhere/a.gguf")):
            assert only(self.miner("--miner.backend", "local", *flags), "reasoner").state is State.FAIL

    def test_a_service_that_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The key is there, and nobody listens."""
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)
        with closed_port() as port:
            found = self.miner("--miner.base_url", f"http://127.0.0.1:{port}/v1")
        assert only(found, "reasoner").state is State.OK
        assert "OPENAI_API_KEY is set" in only(found, "reasoner").detail
        assert only(found, "reasoner's service").state is State.FAIL

    @pytest.mark.parametrize("accepts", [True, False])
    def test_live_makes_one_request(self, monkeypatch: pytest.MonkeyPatch, accepts: bool) -> None:
        """Only with --live; a service that refuses the key fails, one that answers is well, and the key is not told."""
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)

        async def go(live: bool) -> tuple[list[Diagnosis], list[bytes]]:
            heard: list[bytes] = []

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    if not (line := await reader.readline()):
                        break
                    head += line
                if head:
                    heard.append(head)
                    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ready"}}
                    good = {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
                    body = json.dumps(good if accepts else {"error": {"message": f"bad key {SECRET}"}}).encode()
                    status = b"200 OK" if accepts else b"401 Unauthorized"
                    length = str(len(body)).encode()
                    writer.write(
                        b"HTTP/1.1 " + status + b"\r\ncontent-type: application/json\r\nconnection: close\r\n"
                        b"content-length: " + length + b"\r\n\r\n" + body
                    )
                    await writer.drain()
                writer.close()

            async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
                url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
                flags = ["--netuid", "1", *LOCAL, "--miner.base_url", url]
                return await diagnose(Role.MINER, flags, live=live, clock=SystemClock()), heard

        found, heard = asyncio.run(go(live=False))
        assert (heard, state_of(found, "reasoner's answer")) == ([], [])
        found, heard = asyncio.run(go(live=True))
        assert heard
        assert only(found, "reasoner's answer").state is (State.OK if accepts else State.FAIL)
        assert SECRET not in repr(found)

    def test_an_embedding_model_that_is_not_there(self) -> None:
        """A folder without one fails; hashing needs none, and is told."""
        for model, state in (("/nowhere/model", State.FAIL), ("hashing", State.WARN)):
            flags = ["--netuid", "1", *LOCAL, "--validator.embedding_model", model]
            found = asyncio.run(diagnose(Role.VALIDATOR, flags, live=False, clock=SystemClock()))
            assert only(found, "embedding model").state is state


LOCAL = ("--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--wallet.path", "w")


def test_without_settings_every_tool_that_needs_nothing_is_put_to_its_test() -> None:
    """Each has a line, and passes here."""
    found = asyncio.run(look_at_verifier(inline_verifier(SystemClock())))
    assert len(found) > 5
    assert [one for one in found if one.state is not State.OK] == []


class TestTheValidatorsTools:
    """The very verifier that a validator with these settings would start."""

    def looked(self, *flags: str) -> list[Diagnosis]:
        settings = read_settings(ValidatorSettings, "doctor", ["--netuid", "1", *LOCAL, *flags])
        return asyncio.run(look_at_tools(settings))

    def test_without_a_sandbox(self) -> None:
        """Every checker passes, and it is said that programs and proofs are not asked for."""
        found = self.looked()
        assert [one for one in found if one.state is not State.OK] == []
        assert "not asked for" in only(found, "tasks").detail
        assert len(found) > 5

    def test_a_sandbox_that_is_not_there(self) -> None:
        """A runner's socket that nobody made fails with the command that makes it."""
        (found,) = self.looked("--validator.sandbox_enabled", "--validator.sandbox", "/nowhere/sandbox.sock")
        assert (found.name, found.state) == ("sandbox", State.FAIL)
        assert "reasonforge sandbox serve" in found.detail

    def test_the_weaker_sandbox_is_for_local_chains(self) -> None:
        """Bubblewrap on a real chain is refused, as the validator refuses it."""
        settings = read_settings(
            ValidatorSettings,
            "doctor",
            ["--netuid", "1", "--validator.sandbox_enabled", "--validator.sandbox", "bubblewrap"],
        )
        (found,) = asyncio.run(look_at_tools(settings))
        assert (found.state, "local chains only" in found.detail) == (State.FAIL, True)

    def test_what_is_asked_for_and_cannot_be_had_is_named(self) -> None:
        """A sandbox without Coq and without Python's tools: a warning each, with what to do."""
        with tempfile.TemporaryDirectory(prefix="rf-") as folder:
            socket_path = Path(folder, "s")

            async def go() -> list[Diagnosis]:
                flags = [
                    "--validator.sandbox_enabled",
                    "--validator.coq_enabled",
                    "--validator.sandbox",
                    str(socket_path),
                ]
                settings = read_settings(ValidatorSettings, "doctor", ["--netuid", "1", *LOCAL, *flags])
                async with RunnerServer(NothingRuns()).listening(socket_path):
                    return await look_at_tools(settings)

            found = asyncio.run(go())
        assert only(found, "checker coq").state is State.WARN
        assert only(found, "checker programs").state is State.WARN


class TestPages:
    """The ports of metrics and health, and what a running neuron says there."""

    def looked(self, *flags: str) -> list[Diagnosis]:
        settings = read_settings(ValidatorSettings, "doctor", ["--netuid", "1", *flags])
        return asyncio.run(look_at_pages(settings))

    def test_free_taken_and_none(self) -> None:
        """A free port is well, a taken one fails with its flag, 0 is none."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            found = self.looked("--metrics.port", str(port), "--validator.port", str(free_port()))
        assert [one.state for one in found] == [State.FAIL, State.OK]
        assert "--metrics.port (PROMETHEUS_PORT)" in found[0].remedy
        found = self.looked("--metrics.port", "0", "--validator.port", "0", "--metrics.host", ANYWHERE)
        assert [one.detail for one in found] == ["none: nothing is served there"] * 2

    def test_pages_that_strangers_can_read(self) -> None:
        """Any address but this machine's own is a warning."""
        found = self.looked("--metrics.port", str(free_port()), "--validator.port", "0", "--metrics.host", ANYWHERE)
        assert only(found, "metrics host").state is State.WARN

    @pytest.mark.parametrize("well", [True, False])
    def test_a_running_neuron_is_asked_how_it_is(self, well: bool) -> None:
        """Its /readyz is read while it holds its file; what is not well is told in its own words."""
        board = Noticeboard(Neuron.VALIDATOR, Hotkey("me"), SystemClock(), started=well)
        now = SystemClock().now()
        board.emit(BlockSeen(Hotkey("me"), BlockNumber(5), now))
        board.emit(VitalSigns(Hotkey("me"), now, 0.0, 0.001))

        async def go() -> list[Diagnosis]:
            async with PageServer(board.pages()).listening("127.0.0.1", 0) as port:
                flags = ["--metrics.port", str(port), "--validator.port", "0", "--state.db", "mine.db"]
                settings = read_settings(ValidatorSettings, "doctor", ["--netuid", "1", *flags])
                return await look_at_pages(settings)

        with open_database("mine.db"):
            found = asyncio.run(go())
        assert only(found, "metrics port").state is State.OK
        health = only(found, "health")
        assert health.state is (State.OK if well else State.FAIL)
        assert ("started: still starting" in health.detail) is not well

    def test_a_neuron_that_does_not_answer(self) -> None:
        """Something else at its port, or nothing, fails."""
        with open_database("mine.db"), closed_port() as port:
            found = self.looked("--metrics.port", str(port), "--validator.port", "0", "--state.db", "mine.db")
        assert only(found, "health").state is State.FAIL

    def test_a_collector(self) -> None:
        """None asked for: no line; one that is away: a warning; one that is there, and an address that is none."""

        def looked(endpoint: str) -> list[State]:
            settings = read_settings(ValidatorSettings, "doctor", ["--netuid", "1", "--otel.endpoint", endpoint])
            return [one.state for one in asyncio.run(look_at_collector(settings))]

        assert looked("") == []
        with closed_port() as port:
            assert looked(f"http://127.0.0.1:{port}") == [State.WARN]
        with socket.socket() as there:
            there.bind(("127.0.0.1", 0))
            there.listen()
            assert looked(f"http://127.0.0.1:{there.getsockname()[1]}") == [State.OK]
        assert looked("udp://127.0.0.1:1") == [State.FAIL]


class TestGateway:
    """`reasonforge doctor gateway`, of one that does not run; the one that does is in test_gateway_process.py."""

    SECRET = "0123456789abcdef" * 4

    def looked(self, *flags: str) -> list[Diagnosis]:
        quiet = ["--gateway.port", str(free_port()), "--metrics.port", "0", "--state.db", "shared.db"]
        return asyncio.run(diagnose(Role.GATEWAY, [*quiet, *flags], live=False, clock=SystemClock()))

    def test_all_is_well(self) -> None:
        """With a secret of its own and free ports nothing fails, and the secret is shown nowhere."""
        found = self.looked("--gateway.api_key_secret", self.SECRET)
        assert [one for one in found if one.state is State.FAIL] == []
        assert only(found, "secret").state is State.OK
        assert self.SECRET not in str(found)

    def test_a_secret_that_is_not_there_or_is_the_examples(self) -> None:
        """Either fails, with the command that makes one."""
        for flags in ([], ["--gateway.api_key_secret", "change-me-to-32-random-characters-or-more"]):
            found = only(self.looked(*flags), "secret")
            assert (found.state, "token_hex" in found.detail) == (State.FAIL, True)

    def test_a_port_that_another_program_has(self) -> None:
        """What does not answer as a gateway is another program: its port fails, with the flag."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            found = only(self.looked("--gateway.port", str(port)), "port")
        assert (found.state, "--gateway.port (GATEWAY_PORT)" in found.remedy) == (State.FAIL, True)

    def test_what_strangers_can_reach_is_a_warning(self) -> None:
        """An address of the world, and webhooks to private ones."""
        found = self.looked("--gateway.host", ANYWHERE, "--gateway.webhook_hosts", "127.0.0.1")
        assert only(found, "gateway host").state is State.WARN
        assert only(found, "webhook hosts").state is State.WARN

    def test_a_value_that_cannot_be(self) -> None:
        """Settings that cannot be read are told by flag and variable."""
        (found,) = self.looked("--gateway.most_queued", "0")
        assert (found.state, "GATEWAY_MOST_QUEUED" in found.detail) == (State.FAIL, True)
