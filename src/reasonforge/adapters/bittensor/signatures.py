"""Who signed a message, and whether it was them."""

from functools import lru_cache

from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.adapters.bittensor.synapses import Exchange
from reasonforge.domain.identity import Hotkey

_LONGEST = 1_024
"""Nonce, two addresses, the dendrite's name, a hash and the signature take 400 characters."""


class NotOursError(Exception):
    """A message that is not signed as it should be."""


def fits(caller: Hotkey, message: str, signature: str) -> bool:
    """Whether this is the caller's signature of the message. The last thousand are remembered: it is asked at the
    threshold and again behind it.
    """
    return len(caller) + len(message) + len(signature) <= _LONGEST and _verified(caller, message, signature)


@lru_cache(maxsize=1_024)
def _verified(caller: Hotkey, message: str, signature: str) -> bool:
    try:
        return bool(Keypair(ss58_address=caller).verify(message, signature))
    except (ValueError, TypeError):  # no address, or no signature at all
        return False


def signed_by(synapse: Exchange) -> tuple[Hotkey, str, int]:
    """Caller, dendrite and nonce as the headers have them."""
    asker = synapse.dendrite
    if asker is None or not asker.hotkey or not asker.uuid or asker.nonce is None:
        raise NotOursError("hotkey, uuid or nonce is missing")
    return Hotkey(asker.hotkey), asker.uuid, asker.nonce
