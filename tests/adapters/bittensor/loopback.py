"""Keys in memory and Axons on loopback, for tests."""

from attrs import evolve

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.application.ports.transport import MinerHandlers, Refusal, ScoreNotice
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question
from tests.contracts.transport import VALIDATOR, neuron

VALIDATOR_KEY = Keypair.create_from_uri("//Validator")


def miner_key(number: int) -> Keypair:
    return Keypair.create_from_uri(f"//Miner{number}")


def neuron_at(endpoint: Endpoint, number: int = 0) -> Neuron:
    return evolve(neuron(number), hotkey=Hotkey(miner_key(number).ss58_address), endpoint=endpoint)


def neuron_of(miner: BittensorMinerTransport, number: int = 0) -> Neuron:
    return neuron_at(miner.endpoint, number)


def known_as(handlers: MinerHandlers) -> MinerHandlers:
    """The same handlers, for which the validator's address is the name that the contract suite gives it."""

    def name(caller: Hotkey) -> Hotkey:
        return VALIDATOR if caller == VALIDATOR_KEY.ss58_address else caller

    async def admit(caller: Hotkey) -> Refusal | None:
        return await handlers.admit(name(caller))

    async def solve(caller: Hotkey, asked_for: Question) -> WireFields | Refusal:
        return await handlers.solve(name(caller), asked_for)

    async def learn(caller: Hotkey, notice: ScoreNotice) -> None:
        await handlers.learn(name(caller), notice)

    return MinerHandlers(admit, solve, handlers.health, learn)
