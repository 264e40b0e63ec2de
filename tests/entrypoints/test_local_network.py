"""A network of processes on this machine: chain, validators and miners as on a real chain, over real Axons."""

import asyncio
import hashlib
import re
import signal
import time
from itertools import combinations
from pathlib import Path

import pytest
from attrs import evolve, frozen

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from reasonforge import InProcessSubnet
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.localnet.control import LedgerControl
from reasonforge.adapters.tasks.solver import SolverReasoner
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.identity import BlockNumber, Hotkey
from reasonforge.domain.metagraph import Hyperparameters, Metagraph
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import MinerResult
from reasonforge.entrypoints import miner, validator
from reasonforge.entrypoints.cast import Solver, VoiceOf
from tests.entrypoints.processes import Holdings, Network, holdings, network, results, wallet

SKILLS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.3, 0.1)
VALIDATORS, EPOCHS, TASKS, SEED = 2, 3, 6, 7
EPOCH_BLOCKS = 21
QUIET_SECONDS = 1.0
MOST_GROWTH = 4_000
"""Kilobytes of its own that a neuron may take on from its second to its third epoch."""
CLOSE_CALL = 0.02
"""Miners whose S_epoch lies closer than this may change places: what was measured differs from run to run."""


@frozen
class Voiced(Solver):
    """A solver on the in-process subnet that speaks like a given process: `reasonforge-miner` takes its address."""

    voice: str = ""

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        del number, voice_of
        return SolverReasoner(self.skill, self.voice, clock)


def in_one_process(miners: list[Hotkey]) -> list[dict[int, tuple[MinerResult, ...]]]:
    """What each validator's epochs come to when chain, validators and miners are one process: miners by number."""

    async def go() -> list[dict[int, tuple[MinerResult, ...]]]:
        parts = [Voiced(skill, voice=hotkey) for skill, hotkey in zip(SKILLS, miners, strict=True)]
        rules = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=TASKS))
        chain = Hyperparameters(tempo=EPOCH_BLOCKS - 1, weights_rate_limit=5)
        async with InProcessSubnet(VALIDATORS, parts, SEED, rules=rules, chain=chain, jury=False) as subnet:
            run = await subnet.run_epochs(EPOCHS)
            name = {member.hotkey: hotkey for member, hotkey in zip(subnet.miners, miners, strict=True)}
        return [
            {
                epoch.epoch.number: tuple(
                    evolve(result, hotkey=name[result.hotkey]) for result in epoch.reports[number].miners
                )
                for epoch in run.epochs
            }
            for number in range(VALIDATORS)
        ]

    return asyncio.run(go())


def secret_of(number: int) -> bytes:
    """The secret that the in-process subnet gives to its validator of this number, from 0."""
    return hashlib.sha256(f"reasonforge/{SEED}/validator-{number + 1:02d}".encode()).digest()


def advance(url: str, blocks: int) -> BlockNumber:
    control = LedgerControl(url)
    try:
        return asyncio.run(control.advance(blocks))
    finally:
        control.close()


def metagraph(url: str) -> Metagraph:
    chain = RemoteMemoryChain(url, Hotkey("nobody"))
    try:
        return asyncio.run(chain.metagraph(with_weights=True))
    finally:
        chain.close()


def row_of(shown: Metagraph, validator: Hotkey) -> dict[int, float]:
    """The validator's weights on the chain, those of note, as shares by uid."""
    own = shown.of(validator)
    assert own is not None
    assert shown.weights is not None
    return {uid: weight for uid, weight in shown.weights[own.uid].items() if weight > 1e-4}


def start_miners(subnet: Network, skills: dict[str, float]) -> None:
    for name, skill in skills.items():
        subnet.neuron(
            name,
            "miner",
            *("--miner.backend", "solver", "--miner.skill", str(skill), "--miner.pace", "0.02", "--miner.port", "0"),
        )
    for name in skills:
        subnet.wait_for(name, "served")


def start_validator(subnet: Network, name: str, tasks: int) -> None:
    subnet.neuron(
        name,
        "validator",
        *("--validator.tasks_per_epoch", str(tasks), "--validator.timeout", "30"),
        *("--validator.embedding_model", "hashing"),
    )


def weights_set(epoch: int) -> str:
    """What a validator's journal says of an epoch whose weights are set."""
    return rf'"epoch": {epoch}, "outcome": "set"'


@pytest.mark.slow
def test_a_network_of_processes_ranks_as_one_process_does_and_leaks_nothing(tmp_path: Path) -> None:
    """Ten miners and two validators over Axon and Dendrite for three epochs: right and rank as in one process, weights
    set, and after each epoch the same sockets, files, threads and tasks, in memory that stays.
    """
    validators = {f"v{number}": wallet(tmp_path / "w", f"v{number}") for number in range(VALIDATORS)}
    miners = {f"m{number}": wallet(tmp_path / "w", f"m{number}") for number in range(len(SKILLS))}
    for number, name in enumerate(validators):
        (tmp_path / f"{name}.db.secret").write_bytes(secret_of(number))
    found = [f"{hotkey}:1000" for hotkey in validators.values()] + list(miners.values())
    held: list[dict[str, tuple[Holdings, list[str]]]] = []
    with network(tmp_path, *found, block_seconds=0) as subnet:
        start_miners(subnet, dict(zip(miners, SKILLS, strict=True)))
        for name in validators:
            start_validator(subnet, name, TASKS)
        for epoch in range(EPOCHS):
            if epoch > 0:
                advance(subnet.url, EPOCH_BLOCKS)
            for name in validators:
                subnet.wait_for(name, weights_set(epoch), 60)
            time.sleep(QUIET_SECONDS)
            neurons = (*validators, *miners)
            held.append({name: (holdings(subnet.running[name].pid), subnet.tasks_of(name)) for name in neurons})
        advance(subnet.url, 1)  # what is set in a block shows from the next one on
        shown = metagraph(subnet.url)
        assert subnet.stop() == dict.fromkeys(subnet.running, 0)

    for (name, hotkey), expected in zip(validators.items(), in_one_process(list(miners.values())), strict=True):
        epochs = asyncio.run(results(tmp_path, name, hotkey))
        compare(epochs, expected)
        earned = {one.uid: one.share for one in epochs[EPOCHS - 1] if one.share > 1e-4}
        assert row_of(shown, hotkey) == pytest.approx(earned, abs=1e-4), "the chain holds what the validator recorded"
    for name in (*validators, *miners):
        (first, doing), (second, doing_then), (third, doing_now) = (one[name] for one in held)
        assert doing == doing_then == doing_now, name
        assert (second.sockets, second.files, second.threads) == (third.sockets, third.files, third.threads), name
        assert third.sockets <= first.sockets, name
        assert third.kilobytes - second.kilobytes < MOST_GROWTH, (name, first, second, third)


def compare(found: dict[int, tuple[MinerResult, ...]], expected: dict[int, tuple[MinerResult, ...]]) -> None:
    """The same tasks, answered alike: who was right how often is the same, and so is the ranking, but for ties."""
    assert found.keys() == expected.keys() == set(range(EPOCHS))
    for epoch, there in expected.items():
        here = {one.hotkey: one for one in found[epoch]}
        for one in there:
            mine = here[one.hotkey]
            assert (mine.asked, mine.answered, mine.right) == (one.asked, one.answered, one.right)
        for a, b in combinations(there, 2):
            if abs(a.s_epoch - b.s_epoch) > CLOSE_CALL:
                ahead = here[a.hotkey].s_epoch > here[b.hotkey].s_epoch
                assert ahead is (a.s_epoch > b.s_epoch), (epoch, a.hotkey, b.hotkey)


@pytest.mark.slow
def test_a_chain_that_freezes_within_an_epoch_costs_it_nothing(tmp_path: Path) -> None:
    """A validator whose chain stops answering, and whose miners' chain does, asks and scores on, closes the epoch, says
    that its weights are not on the chain, and sets them once the chain is back.
    """
    v0 = wallet(tmp_path / "w", "v0")
    skills = {"m0": 1.0, "m1": 0.9, "m2": 0.5}
    miners = {name: wallet(tmp_path / "w", name) for name in skills}
    with network(tmp_path, f"{v0}:1000", *miners.values(), block_seconds=0) as subnet:
        start_miners(subnet, skills)
        start_validator(subnet, "v0", 8)
        subnet.wait_for("v0", r'(?s)("event": "task scored".*){2}')
        chain = subnet.running["chain"]
        chain.send_signal(signal.SIGSTOP)
        try:
            before = subnet.log_of("v0").count("task scored")
            assert before < 8, "the epoch was over before the chain froze"
            subnet.wait_for("v0", '"event": "epoch closed"', 60)
            subnet.wait_for(
                "v0", "the weights of epoch 0 are not on the chain: the local chain at .* did not answer", 60
            )
        finally:
            chain.send_signal(signal.SIGCONT)
        subnet.wait_for("v0", weights_set(0), 60)
        advance(subnet.url, 1)  # what is set in a block shows from the next one on
        shown = metagraph(subnet.url)
        assert subnet.stop() == dict.fromkeys(subnet.running, 0)
    scored = re.findall(r'"task": "(\d)/8".*"asked": (\d), "answered": (\d)', subnet.log_of("v0"))
    assert scored == [(str(number), "3", "3") for number in range(1, 9)], "frozen, the miners knew whom to work for"
    (epoch,) = asyncio.run(results(tmp_path, "v0", v0)).values()
    earned = {one.uid: one.share for one in epoch if one.share > 1e-4}
    assert len(earned) > 0
    assert row_of(shown, v0) == pytest.approx(earned, abs=1e-4)


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
