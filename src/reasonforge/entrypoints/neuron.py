"""What a validator's and a miner's process have in common: who they are, and their chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from reasonforge.adapters.bittensor.chain import BittensorChain
from reasonforge.adapters.bittensor.subtensor import dial
from reasonforge.adapters.bittensor.wallet import Identity, open_identity, registered
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.chain import Chain
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import NetUid
from reasonforge.domain.metagraph import Neuron
from reasonforge.entrypoints.settings import NeuronSettings


def netuid_of(settings: NeuronSettings) -> NetUid:
    """The subnet's number, which has no default: the wrong subnet costs money."""
    if settings.netuid is None:
        raise OperatorError("--netuid (NETUID) is required: the number of the subnet to work on")
    return NetUid(settings.netuid)


def identity_of(settings: NeuronSettings) -> Identity:
    """The operator's wallet, opened; `OperatorError` with the command to type when it cannot be."""
    return open_identity(settings.wallet_name, settings.wallet_hotkey, settings.wallet_path)


@asynccontextmanager
async def chain_of(settings: NeuronSettings, identity: Identity, epoch_length: int = 361) -> AsyncIterator[Chain]:
    """The chain the settings name: a node's, or `reasonforge chain serve`'s."""
    netuid = netuid_of(settings)
    if settings.is_local_chain:
        local = RemoteMemoryChain(settings.subtensor_chain_endpoint, identity.hotkey, netuid)
        try:
            yield local
        finally:
            local.close()
        return
    network = settings.subtensor_chain_endpoint or settings.subtensor_network
    chain = BittensorChain(
        identity.hotkey,
        netuid,
        dial(network, identity.wallet),
        SystemClock(),
        SystemRandom(),
        epoch_length=epoch_length,
    )
    try:
        yield chain
    finally:
        await chain.close()


async def own_neuron(chain: Chain, settings: NeuronSettings) -> Neuron:
    """Our neuron; an `OperatorError` with the command that registers it when there is none."""
    return registered(
        await chain.metagraph(),
        chain.hotkey,
        settings.subtensor_chain_endpoint or settings.subtensor_network,
        settings.wallet_name,
        settings.wallet_hotkey,
    )
