"""What makes a message one that a stock Axon accepts: the Dendrite's headers, nonce and signature."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field

from reasonforge.adapters.bittensor.post import Message
from reasonforge.adapters.bittensor.sdk import Keypair, version_as_int
from reasonforge.adapters.bittensor.synapses import Exchange
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Endpoint


@define(eq=False)
class Dendrites:
    """Signs messages as one hotkey.

    A miner takes only rising nonces from one (hotkey, dendrite), in the order in which they arrive. So a dendrite,
    which is no more than a name, has one call in flight to a miner: calls beside it go out under another name.
    """

    keypair: Keypair
    clock: Clock
    _idle: defaultdict[Hotkey, list[str]] = field(factory=lambda: defaultdict(list), init=False)
    _last_nonce: int = field(default=0, init=False)

    @contextmanager
    def dendrite_for(self, miner: Hotkey) -> Iterator[str]:
        """A dendrite that no other call to this miner uses meanwhile."""
        idle = self._idle[miner]
        dendrite = idle.pop() if idle else str(uuid.uuid1())
        try:
            yield dendrite
        finally:
            idle.append(dendrite)

    def signed(self, synapse: Exchange, body: dict[str, object], miner: Hotkey, at: Endpoint, dendrite: str) -> Message:
        """The message that carries `body`, the JSON of `synapse`; fresh, so make it when the connection stands."""
        nonce = self._next_nonce()
        hotkey = self.keypair.ss58_address
        body_hash = synapse.body_hash
        signature = self.keypair.sign(f"{nonce}.{hotkey}.{miner}.{dendrite}.{body_hash}").hex()
        asker = {
            "version": version_as_int,
            "nonce": nonce,
            "uuid": dendrite,
            "hotkey": hotkey,
            "signature": f"0x{signature}",
        }
        asked = {"ip": at.host, "port": at.port, "hotkey": str(miner)}
        name = type(synapse).__name__
        headers = {
            "name": name,
            "timeout": str(synapse.timeout),
            "computed_body_hash": body_hash,
            **{f"bt_header_dendrite_{key}": str(value) for key, value in asker.items()},
            **{f"bt_header_axon_{key}": str(value) for key, value in asked.items()},
        }
        whole = {**body, "timeout": synapse.timeout, "dendrite": asker, "axon": asked}
        return Message(f"/{name}", headers, json.dumps(whole).encode())

    def _next_nonce(self) -> int:
        """Nanoseconds since 1970, and always more than the last one."""
        self._last_nonce = max(self._last_nonce + 1, int(self.clock.now() * 1e9))
        return self._last_nonce
