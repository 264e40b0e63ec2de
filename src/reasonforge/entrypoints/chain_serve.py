"""`reasonforge chain serve`: the in-memory chain for other processes of this machine."""

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from attrs import frozen

from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.server import LedgerServer, pass_blocks
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.errors import ChainRefused, OperatorError
from reasonforge.domain.identity import NOTHING, RAO_PER_TAO, SECONDS_PER_BLOCK, Coldkey, Hotkey, NetUid, Rao
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.numbers import nonnegative
from reasonforge.entrypoints.terminal import Terminal

PORT = 9945
VALIDATOR_STAKE = Rao(1_000 * RAO_PER_TAO)
DEFAULTS = Hyperparameters()

chain = typer.Typer(
    name="chain",
    help="A chain for a network on this machine, without Substrate.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@frozen
class Founder:
    """Who is there from genesis on, with its stake in Rao."""

    hotkey: Hotkey
    stake: Rao = NOTHING


@chain.callback()
def _group() -> None:
    """A chain for a network on this machine, without Substrate."""


@chain.command(
    epilog="Example: reasonforge chain serve --validators 2 --miners 4 --tempo 20 --block-seconds 1 "
    "--found 5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1repo5EYjQX:1000",
)
def serve(
    *,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 takes any that is free.")] = PORT,
    netuid: Annotated[int, typer.Option(min=0, max=65_535, help="Number of the subnet.")] = 1,
    tempo: Annotated[int, typer.Option(min=1, help="An epoch is tempo + 1 blocks.")] = DEFAULTS.tempo,
    block_seconds: Annotated[
        float, typer.Option(help="Seconds from block to block; 0: blocks pass only on demand.")
    ] = SECONDS_PER_BLOCK,
    validators: Annotated[
        int, typer.Option(min=0, help="Found validator-01, validator-02, … with 1000 TAO of stake each.")
    ] = 0,
    miners: Annotated[int, typer.Option(min=0, help="Found miner-01, miner-02, … without stake.")] = 0,
    found: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:STAKE]", help="Found this hotkey, with so much TAO of stake. Repeatable."),
    ] = None,
    emission: Annotated[
        str, typer.Option(metavar="TAO", help="TAO an epoch; 1 a block when not given.", show_default=False)
    ] = "",
    weights_rate_limit: Annotated[
        int, typer.Option(min=0, help="Least blocks between two weight settings of a neuron.")
    ] = DEFAULTS.weights_rate_limit,
    min_allowed_weights: Annotated[
        int, typer.Option(min=0, help="Least count of weights above 0.")
    ] = DEFAULTS.min_allowed_weights,
    weights_version: Annotated[int, typer.Option(min=0, help="Least version key.")] = DEFAULTS.weights_version,
    commit_reveal: Annotated[
        bool, typer.Option("--commit-reveal", help="Weights are committed hidden and revealed later.")
    ] = False,
    reveal_period: Annotated[
        int, typer.Option(min=1, help="With --commit-reveal: after how many epochs.")
    ] = DEFAULTS.reveal_period,
) -> None:
    """Serve an in-memory chain to the neurons of this machine, until SIGTERM or Ctrl-C.

    For local networks and tests: nothing is signed, nothing is kept, and nothing but loopback can reach it. The first
    line is its address, which neurons take as their chain.
    """
    rules = Hyperparameters(
        tempo=tempo,
        weights_rate_limit=weights_rate_limit,
        min_allowed_weights=min_allowed_weights,
        weights_version=weights_version,
        commit_reveal=commit_reveal,
        reveal_period=reveal_period,
    )
    try:
        seconds = nonnegative(block_seconds, "--block-seconds")
        paid = _rao(emission, "--emission") if emission else Rao((tempo + 1) * RAO_PER_TAO)
        ledger = MemoryLedger(rules, NetUid(netuid), emission_per_epoch=paid)
        founders = (*_numbered(validators, miners), *map(_founder, found or ()))
        _settle(ledger, founders)
    except (ValueError, ChainRefused) as error:
        raise OperatorError(str(error)) from error
    asyncio.run(_serve(ledger, port, seconds))


def _numbered(validators: int, miners: int) -> list[Founder]:
    return [
        *(Founder(Hotkey(f"validator-{number:02d}"), VALIDATOR_STAKE) for number in range(1, validators + 1)),
        *(Founder(Hotkey(f"miner-{number:02d}")) for number in range(1, miners + 1)),
    ]


def _founder(given: str) -> Founder:
    name, colon, stake = given.partition(":")
    if not name or not name.isprintable():
        raise OperatorError(f"--found takes NAME or NAME:STAKE, not {given!r}")
    return Founder(Hotkey(name), _rao(stake, f"the stake of {name}") if colon else NOTHING)


def _rao(tao: str, name: str) -> Rao:
    """An amount of TAO, exactly."""
    try:
        amount = Decimal(tao) * RAO_PER_TAO
        if amount.is_finite() and amount >= 0 and amount == int(amount) and amount < 2**63:
            return Rao(int(amount))
    except InvalidOperation as error:
        raise OperatorError(f"{name} is an amount of TAO, not {tao!r}") from error
    raise OperatorError(f"{name} is an amount of TAO ≥ 0 with at most 9 decimals, not {tao!r}")


def _settle(ledger: MemoryLedger, founders: Sequence[Founder]) -> None:
    slots = ledger.hyperparameters.max_uids
    if len(founders) > slots:
        raise OperatorError(f"the subnet has {slots} slots, and {len(founders)} founders were named")
    for founder in founders:
        ledger.add_founder(founder.hotkey, Coldkey(f"{founder.hotkey}-coldkey"), founder.stake)


async def _serve(ledger: MemoryLedger, port: int, block_seconds: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with LedgerServer(ledger, secrets.token_hex(8)).listening(port) as address:
        _tell(ledger, address, block_seconds)
        if block_seconds == 0:
            await stop.wait()
            return
        passing = asyncio.create_task(pass_blocks(ledger, SystemClock(), block_seconds))
        passing.add_done_callback(lambda _: stop.set())
        await stop.wait()
        passing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await passing


def _tell(ledger: MemoryLedger, address: LocalAddress, block_seconds: float) -> None:
    rhythm = f"a block every {block_seconds:g} s" if block_seconds else "blocks on demand"
    Terminal().print(
        f"{address}\n"
        f"Subnet {ledger.netuid}, tempo {ledger.tempo.tempo}, {rhythm}, {len(ledger.neurons)} neurons founded. "
        "For local networks and tests: unsigned, on this machine only, and gone when this ends.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
