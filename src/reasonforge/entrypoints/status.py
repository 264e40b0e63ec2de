"""`reasonforge status`: what a neuron's state file says, for people and as JSON. It only looks on."""

import asyncio
import json as jsons
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from reasonforge.adapters.sqlalchemy.state_file import StateFile, look_at
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.errors import ChainError, OperatorError
from reasonforge.domain.identity import NetUid
from reasonforge.domain.metagraph import Metagraph
from reasonforge.entrypoints.onlooker import onlooking_chain
from reasonforge.entrypoints.settings import MinerSettings, NeuronSettings, ValidatorSettings, read_settings
from reasonforge.entrypoints.status_miner import miner_document, miner_lines
from reasonforge.entrypoints.status_validator import validator_document, validator_lines
from reasonforge.entrypoints.terminal import Terminal

MOST_EPOCHS = 1_000
CHAIN_SECONDS = 10.0


def status(
    *,
    state_db: Annotated[
        str,
        typer.Option("--state.db", metavar="PATH", help="Its state; else STATE_DB_URL, STATE_DB_PATH, the default."),
    ] = "",
    epochs: Annotated[int, typer.Option(min=1, max=MOST_EPOCHS, help="How many epochs to show.")] = 3,
    netuid: Annotated[
        int | None, typer.Option("--netuid", min=0, help="The subnet, to ask its chain how old the weights are.")
    ] = None,
    chain_endpoint: Annotated[
        str, typer.Option("--subtensor.chain_endpoint", metavar="URL", help="The chain's node, or memory://HOST:PORT.")
    ] = "",
    network: Annotated[str, typer.Option("--subtensor.network", help="finney, test or local.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")] = False,
) -> None:
    """Show what a neuron's state file says: a validator's own epochs, or why a miner earns what it earns.

    The file says whose it is. It is read only, and its neuron may be running.
    """
    settings = _settings(netuid, chain_endpoint, network)
    found = look_at(_file(state_db), epochs)
    netuid_known = found.miner.owner.netuid if found.miner else settings.netuid
    metagraph = asyncio.run(_ask_chain(settings, netuid_known))
    console, now = Terminal(), SystemClock().now()
    if json:
        text = jsons.dumps(_document(found, metagraph, now), indent=2, ensure_ascii=False, sort_keys=True)
        console.out(text, highlight=False)
        return
    for line in _lines(found, metagraph, now):
        console.out(line, highlight=False)


def _settings(netuid: int | None, chain_endpoint: str, network: str) -> NeuronSettings:
    given = {"--netuid": netuid, "--subtensor.chain_endpoint": chain_endpoint, "--subtensor.network": network}
    flags = [word for flag, value in given.items() if value not in {None, ""} for word in (flag, str(value))]
    return read_settings(NeuronSettings, "reasonforge status", flags)


def _file(named: str) -> str:
    """The database that was named by flag or variable, or the one of the defaults that is there."""
    if named:
        return named
    defaults = {model.model_fields["state_db"].default for model in (ValidatorSettings, MinerSettings)}
    set_to = {read_settings(model, "reasonforge status", []).state_db for model in (ValidatorSettings, MinerSettings)}
    there = sorted(one for one in set_to if "://" in one or Path(one).is_file())
    if set_to <= defaults and len(there) > 1:
        raise OperatorError(f"there are {' and '.join(there)}: say which by --state.db")
    if not there:
        raise OperatorError(
            f"there is no state file {' or '.join(sorted(set_to))}: start the neuron once, or name its file by "
            "--state.db (STATE_DB_PATH)"
        )
    return there[0]


async def _ask_chain(settings: NeuronSettings, netuid: NetUid | int | None) -> Metagraph | str:
    """The subnet now; or why it is not known."""
    if netuid is None:
        return "the chain was not asked: --netuid (NETUID) is not set"
    try:
        async with (
            asyncio.timeout(2 * CHAIN_SECONDS),
            onlooking_chain(settings, NetUid(netuid), CHAIN_SECONDS) as chain,
        ):
            return await chain.metagraph()
    except TimeoutError:
        return f"the chain did not answer within {2 * CHAIN_SECONDS:g} s"
    except (ChainError, OperatorError) as error:
        return f"the chain was not reached: {error}"


def _document(found: StateFile, metagraph: Metagraph | str, now: float) -> Mapping[str, Any]:
    return {
        "file": found.named,
        "schema": found.version,
        "chain": metagraph if isinstance(metagraph, str) else {"netuid": metagraph.netuid, "block": metagraph.block},
        "miner": None if found.miner is None else miner_document(found.miner, metagraph, now),
        "validators": [validator_document(one, metagraph) for one in found.validators],
    }


def _lines(found: StateFile, metagraph: Metagraph | str, now: float) -> list[str]:
    lines = []
    if found.miner is not None:
        lines += miner_lines(found.miner, metagraph, now)
    for one in found.validators:
        lines += validator_lines(one, metagraph)
    if found.miner is None and not found.validators:
        lines.append(f"{found.named} holds nothing yet: its neuron has not begun an epoch.")
    if isinstance(metagraph, str):
        lines.append(f"{metagraph[0].upper()}{metagraph[1:]}.")
    else:
        lines.append(f"The chain is at block {metagraph.block}.")
    return lines
