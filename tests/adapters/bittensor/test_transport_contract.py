from collections.abc import Sequence

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import MinerHandlers
from reasonforge.domain.identity import Uid
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, known_as, miner_key, neuron_of
from tests.contracts.transport import TransportContract, Wiring


class TestBittensorTransport(TransportContract):
    """Axons and a Dendrite's messages over loopback, on the machine's own clock."""

    short, long = 0.05, 3.0

    def clock(self) -> Clock:
        return SystemClock()

    async def wire(self, handlers: Sequence[MinerHandlers], clock: Clock) -> Wiring:
        miners = []
        for number, one in enumerate(handlers):
            miner = BittensorMinerTransport(miner_key(number), clock, host="127.0.0.1", port=0)
            await miner.serve(Uid(number), known_as(one))
            miners.append(miner)
        neurons = [neuron_of(miner, number) for number, miner in enumerate(miners)]
        return Wiring(BittensorTransport(VALIDATOR_KEY, clock, allow_private=True), neurons, miners)
