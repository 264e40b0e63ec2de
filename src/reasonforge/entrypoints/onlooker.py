"""The chain that the settings name, for a command that only looks on. The SDK is imported when a node is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.chain import Chain
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey, NetUid
from reasonforge.entrypoints.settings import NeuronSettings

NOBODY = Hotkey("nobody")


@asynccontextmanager
async def onlooking_chain(
    settings: NeuronSettings, netuid: NetUid, read_seconds: float, hotkey: Hotkey = NOBODY
) -> AsyncIterator[Chain]:
    """That chain, each call within `read_seconds`.

    Raises:
        OperatorError: the address is none, or the chain is a node's and the SDK cannot be imported.
    """
    if settings.is_local_chain:
        local = RemoteMemoryChain(settings.subtensor_chain_endpoint, hotkey, netuid, deadline_seconds=read_seconds)
        try:
            yield local
        finally:
            local.close()
        return
    try:
        from reasonforge.adapters.bittensor.onlooker import onlooking  # noqa: PLC0415 - an extra, and seconds to import
    except ImportError as error:
        raise without_sdk(error) from error
    network = network_of(settings)
    async with onlooking(network, hotkey, netuid, SystemClock(), SystemRandom(), read_seconds) as chain:
        yield chain


def network_of(settings: NeuronSettings) -> str:
    """What a node is dialled by: its address, or its network's name."""
    return settings.subtensor_chain_endpoint or settings.subtensor_network


def without_sdk(error: ImportError) -> OperatorError:
    """What to do when the chain's SDK is not installed, or is broken."""
    return OperatorError(f"the chain's SDK cannot be imported ({error}): pip install 'reasonforge[bittensor]'")
