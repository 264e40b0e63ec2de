"""A node's genesis and its newest block's time: the right chain, and a clock that others agree with."""

from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import ChainError, OperatorError
from reasonforge.domain.identity import SECONDS_PER_BLOCK
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning
from reasonforge.entrypoints.onlooker import network_of, without_sdk
from reasonforge.entrypoints.settings import NeuronSettings

READ_SECONDS = 12.0
NONCE_SECONDS = 10.0
"""How far a message's nonce may lie from the receiver's clock (adapters/bittensor/replay.py)."""
_NOTICEABLE_SECONDS = 2.0
_ON_ITS_WAY = 6.0
"""Seconds until a block has reached a node that is well connected."""
_GENESIS = {
    # As btcli has them, in `genesis_block_hash_map`.
    "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03": "finney",
    "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105": "test",
}


async def look_at_node(settings: NeuronSettings, clock: Clock) -> list[Diagnosis]:
    """Network and clock, by what the node says; a local chain has neither."""
    if settings.is_local_chain:
        return [fine("network", "a chain of `reasonforge chain serve`: no money, and no time to compare with")]
    try:
        from reasonforge.adapters.bittensor.onlooker import heartbeat  # noqa: PLC0415 - an extra, and seconds to import
    except ImportError as error:
        return [failure("network", str(without_sdk(error)), "see the line about the packages")]
    try:
        beat = await heartbeat(network_of(settings), READ_SECONDS)
    except (ChainError, OperatorError) as error:
        return [failure("network", str(error), "see the line about the chain")]
    return [network(beat.genesis, settings), drift(clock.now() - beat.made_at)]


def network(genesis: str, settings: NeuronSettings) -> Diagnosis:
    """Which chain it is, by its first block; the wrong one costs money."""
    known = _GENESIS.get(genesis)
    asked = settings.subtensor_network
    if settings.subtensor_chain_endpoint:
        if known is None:
            return warning("network", f"a chain of its own, with genesis {genesis}", "right for a local net only")
        return fine("network", f"{known}, through the endpoint that was set")
    if known == asked or (known is None and asked not in _GENESIS.values()):
        return fine("network", f"{known or asked}, with genesis {genesis}")
    return failure("network", f"{asked} was asked for, and {known or genesis} answers", "see --subtensor.network")


def drift(age: float) -> Diagnosis:
    """How far this machine's clock is off, when the newest block was made `age` seconds ago by it.

    A block is up to a block's time old, and some seconds on its way.
    """
    off = -age if age < 0 else max(0.0, age - SECONDS_PER_BLOCK - _ON_ITS_WAY)
    way = "behind" if age < 0 else "ahead (or the chain is late)"
    remedy = "timedatectl set-ntp true, or start chrony"
    if off >= NONCE_SECONDS:
        said = (
            f"this machine's clock is {off:.0f} s {way}: messages whose nonce is more than {NONCE_SECONDS:g} s off are "
            "refused"
        )
        return failure("clock", said, remedy)
    if off >= _NOTICEABLE_SECONDS:
        return warning("clock", f"this machine's clock is {off:.0f} s {way}; {NONCE_SECONDS:g} s end all talk", remedy)
    return fine("clock", f"it agrees with the chain: the newest block is {max(0.0, age):.0f} s old")
