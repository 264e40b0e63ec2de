"""`reasonforge chain serve` as a process of its own: its address, its founders, its end."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.localnet.control import LedgerControl
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.weights import WeightRow, WeightsCommitted, WeightsSet
from reasonforge.entrypoints.chain_serve import chain as commands

PROGRAM = """
import sys
from reasonforge.entrypoints import cli
from reasonforge.entrypoints.chain_serve import chain
if not any(group.name == "chain" for group in cli.app.registered_groups):
    cli.app.add_typer(chain)
sys.exit(cli.main(["chain", "serve", *sys.argv[1:]]))
"""
VALIDATOR, MINER = Hotkey("validator-01"), Hotkey("miner-01")


def command(*options: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *options]


@contextlib.contextmanager
def served(*options: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server on any free port, with blocks on demand unless the options say otherwise; its address and process."""
    started = command("--port", "0", "--block-seconds", "0", *options)
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


@contextlib.contextmanager
def neuron(url: str, hotkey: Hotkey, netuid: int = 1) -> Iterator[RemoteMemoryChain]:
    chain = RemoteMemoryChain(url, hotkey, NetUid(netuid))
    try:
        yield chain
    finally:
        chain.close()


@contextlib.contextmanager
def owner(url: str) -> Iterator[LedgerControl]:
    control = LedgerControl(url)
    try:
        yield control
    finally:
        control.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("block_seconds", ["0", "0.05"])
def test_a_signal_ends_it(number: signal.Signals, block_seconds: str) -> None:
    """SIGTERM and SIGINT end the server within two seconds with exit code 0 and nothing on standard error."""
    with served("--validators", "1", "--block-seconds", block_seconds) as (url, process), neuron(url, VALIDATOR) as me:
        assert (asyncio.run(me.metagraph())).of(VALIDATOR) is not None
        assert process.stdout is not None
        assert "local networks and tests" in process.stdout.readline()
        process.send_signal(number)
        began = time.monotonic()
        said = process.communicate(timeout=10)
        assert time.monotonic() - began < 2
        assert (process.returncode, said) == (0, ("", ""))


def test_an_epoch_of_a_local_network() -> None:
    """Founders meet on the chain, a validator sets weights, the epoch pays its miner, and a newcomer joins."""

    async def scene(url: str) -> None:
        with neuron(url, VALIDATOR) as validator, neuron(url, MINER) as miner, owner(url) as control:
            await miner.serve(Endpoint("127.0.0.1", 8091))
            await control.advance(1)
            asked = (await validator.metagraph()).may_be_asked(VALIDATOR)
            assert [(one.hotkey, one.endpoint) for one in asked] == [(MINER, Endpoint("127.0.0.1", 8091))]
            row = WeightRow((asked[0].uid,), (65_535,))
            assert await validator.set_weights(row, 0) == WeightsSet(BlockNumber(1))
            await control.advance(12)
            (epoch,) = [one for one in await control.history() if one.incentive[asked[0].uid] > 0]
            assert epoch.hotkeys == {Uid(0): VALIDATOR, Uid(1): Hotkey("validator-02"), Uid(2): MINER}
            assert sum(epoch.emission.values()) + epoch.unallocated == 5 * RAO_PER_TAO // 2
            price, late = await control.registration_cost(), (Hotkey("late"), Coldkey("purse"))
            await control.fund(late[1], Rao(price + RAO_PER_TAO))
            assert await control.register(*late) == 3
            await control.add_stake(late[0], Rao(RAO_PER_TAO))
            await control.deregister(MINER)
            await control.advance(1)
            metagraph = await validator.metagraph()
            assert [(one.uid, one.stake) for one in metagraph.neurons] == [(0, 1000.0), (1, 1000.0), (3, 1.0)]

    options = ("--validators", "2", "--miners", "1", "--tempo", "9", "--emission", "2.5")
    with served(*options) as (url, _):
        asyncio.run(scene(url))


def test_what_is_founded() -> None:
    """Named founders stand behind the numbered ones, with their stakes to the Rao; the options are the subnet's."""

    async def scene(url: str) -> None:
        with neuron(url, Hotkey("5F3s"), 7) as me, owner(url) as control:
            metagraph = await me.metagraph()
            assert [(one.hotkey, one.stake, one.validator_permit) for one in metagraph.neurons] == [
                ("validator-01", 1000.0, True),
                ("miner-01", 0.0, False),
                ("5F3s", 12.000000001, True),
                ("quiet", 0.0, False),
            ]
            assert (await control.books()).staked == 1_012_000_000_001
            assert await me.hyperparameters() == Hyperparameters(
                tempo=30,
                weights_rate_limit=3,
                min_allowed_weights=2,
                weights_version=5,
                commit_reveal=True,
                reveal_period=2,
            )
            outcome = await me.set_weights(WeightRow((Uid(0), Uid(1)), (9, 65_535)), 5)
            assert outcome == WeightsCommitted(BlockNumber(0), BlockNumber(23 + 31))
            assert await control.block() == 0

    options = "--validators 1 --miners 1 --found 5F3s:12.000000001 --found quiet --netuid 7 --tempo 30 --commit-reveal"
    more = "--weights-rate-limit 3 --min-allowed-weights 2 --weights-version 5 --reveal-period 2"
    with served(*options.split(), *more.split()) as (url, _):
        asyncio.run(scene(url))


def test_blocks_pass_by_themselves() -> None:
    """With --block-seconds the chain moves on without anybody asking."""

    async def scene(url: str) -> None:
        with owner(url) as control:
            async with asyncio.timeout(20):
                while not (history := await control.history()):
                    await control.block()
            assert history[0].block == 3

    with served("--block-seconds", "0.02", "--tempo", "4") as (url, _):
        asyncio.run(scene(url))


def test_a_port_in_use() -> None:
    """A port that somebody else has is one sentence and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = subprocess.run(command("--port", str(port)), capture_output=True, text=True, timeout=60, check=False)
    sentence = f"port {port} of 127.0.0.1 is in use already: choose another, or 0 for any that is free"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"reasonforge: {sentence}\n")


def test_nobody_else_reaches_it() -> None:
    """It listens on 127.0.0.1 and on no other address of this machine."""
    with served() as (url, _):
        port = int(url.rpartition(":")[2])
        assert url == f"memory://127.0.0.1:{port}"
        with socket.create_server(("127.0.0.2", port)):  # free, as it would not be under a server on all addresses
            pass


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--block-seconds -1", "--block-seconds"),
        ("--block-seconds nan", "--block-seconds"),
        ("--block-seconds inf", "--block-seconds"),
        ("--emission lots", "--emission"),
        ("--emission -1", "--emission"),
        ("--emission nan", "--emission"),
        ("--emission 1e400", "--emission"),
        ("--emission 0.0000000001", "--emission"),
        ("--found :5", "--found"),
        ("--found a:", "the stake of a"),
        ("--found a:b:5", "the stake of a"),
        ("--found a:-5", "the stake of a"),
        ("--found a --found a", "a is registered already"),
        ("--miners 257", "256 slots"),
    ],
)
def test_a_mistake_is_the_operator_s(options: str, said: str) -> None:
    """Options that no subnet could have are refused with a sentence that names them, before anything listens."""
    with pytest.raises(OperatorError, match=said) as refusal:
        commands(["serve", "--port", "0", *options.split()], standalone_mode=False)
    assert "\n" not in str(refusal.value)


def test_a_reader_that_stops_reading_is_no_error() -> None:
    """Whoever reads the address and closes the pipe leaves the server running."""
    with served("--validators", "1") as (url, process):
        assert process.stdout is not None
        process.stdout.close()
        with neuron(url, VALIDATOR) as me:
            assert asyncio.run(me.current_block()) == 0
        process.terminate()
        assert process.wait(10) == 0
