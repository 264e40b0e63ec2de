"""The chain: reached, alive, the right one; and what it says of our neuron."""

import asyncio
from ipaddress import ip_address

from attrs import field, frozen

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import ChainError, OperatorError
from reasonforge.domain.identity import SECONDS_PER_BLOCK, BlockNumber, Hotkey, NetUid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph, Neuron
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, State, failure, fine, warning
from reasonforge.entrypoints.onlooker import NOBODY, network_of, onlooking_chain
from reasonforge.entrypoints.settings import MinerSettings, NeuronSettings, ValidatorSettings

READ_SECONDS = 10.0
MOVING_SECONDS = 2.5 * SECONDS_PER_BLOCK
_LOOK_SECONDS = 0.5
_OVERDUE_TEMPOS = 3


@frozen
class ChainLook:
    """What a look at the chain needs to know.

    Attributes:
        hotkey: ours; None when the wallet cannot be opened.
        listening: whether the miner's port is taken by our own miner.
        moving_seconds: how long a new block is waited for.
    """

    settings: NeuronSettings
    netuid: NetUid
    hotkey: Hotkey | None
    clock: Clock
    listening: bool = False
    moving_seconds: float = field(default=MOVING_SECONDS)

    async def __call__(self) -> list[Diagnosis]:
        """Chain, blocks, registration, permit and stake or endpoint; it stops where the chain stops answering."""
        found: list[Diagnosis] = []
        remedy = "see --subtensor.network and --subtensor.chain_endpoint, and whether the node runs"
        try:
            async with onlooking_chain(self.settings, self.netuid, READ_SECONDS, self.hotkey or NOBODY) as chain:
                block = await chain.current_block()
                found.append(fine("chain", f"{self._where} answers: block {block}"))
                metagraph, rules = await chain.metagraph(), await chain.hyperparameters()
                said = f"subnet {self.netuid}: {len(metagraph.neurons)} neurons, tempo {rules.tempo}"
                found += [fine("subnet", said), *self._neuron(metagraph, rules)]
                found.append(await self._moving(chain, block))
        except OperatorError as error:
            found.append(failure("chain", str(error), remedy))
        except ChainError as error:
            found.append(failure("chain", str(error), remedy))
        return found

    @property
    def _where(self) -> str:
        return network_of(self.settings)

    async def _moving(self, chain: Chain, first: BlockNumber) -> Diagnosis:
        """A node that answers with the same block for ever is as good as none."""
        began = self.clock.monotonic()
        while (waited := self.clock.monotonic() - began) < self.moving_seconds:
            if (block := await chain.current_block()) > first:
                return fine("blocks", f"block {block} came {waited:.0f} s later")
            await asyncio.sleep(_LOOK_SECONDS)
        said = f"no block came after {first} within {self.moving_seconds:g} s"
        if self.settings.is_local_chain:
            return warning(
                "blocks", said, "right for `chain serve --block-seconds 0` or slow blocks; else start it anew"
            )
        return failure("blocks", said, "the node has stopped following the chain: restart it, or use another")

    def _neuron(self, metagraph: Metagraph, rules: Hyperparameters) -> list[Diagnosis]:
        if self.hotkey is None:
            return []
        neuron = metagraph.of(self.hotkey)
        if neuron is None:
            command = (
                f"btcli subnet register --netuid {self.netuid} --wallet-name {self.settings.wallet_name} --hotkey "
                f"{self.settings.wallet_hotkey} --network {self._where}"
            )
            return [failure("registration", f"{self.hotkey} is not registered on subnet {self.netuid}", command)]
        found = [fine("registration", f"{self.hotkey} has uid {neuron.uid} on subnet {self.netuid}")]
        if isinstance(self.settings, ValidatorSettings):
            found += [permit(neuron), stake(neuron, rules), weights_age(neuron, metagraph, rules)]
        if isinstance(self.settings, MinerSettings):
            found.append(published(neuron.endpoint, self.settings, listening=self.listening))
        return found


def permit(neuron: Neuron) -> Diagnosis:
    """Without a permit no miner answers and no weights count."""
    if neuron.validator_permit:
        return fine("permit", "the neuron may validate")
    remedy = "more stake: the chain gives permits to the highest at the end of each epoch (btcli stake add)"
    return failure("permit", f"uid {neuron.uid} has no validator permit: no miner answers, no weights count", remedy)


def stake(neuron: Neuron, rules: Hyperparameters) -> Diagnosis:
    """Below the chain's threshold weights are refused."""
    if neuron.stake < rules.min_validator_stake:
        said = f"{neuron.stake:g} TAO, and weights need {rules.min_validator_stake:g}"
        return failure("stake", said, "btcli stake add")
    return fine("stake", f"{neuron.stake:g} TAO (needed: {rules.min_validator_stake:g})")


def weights_age(neuron: Neuron, metagraph: Metagraph, rules: Hyperparameters) -> Diagnosis:
    """How long ago the chain heard of this validator."""
    age = max(0, metagraph.block - neuron.last_update)
    said = f"last set (or registered) {age} blocks ago"
    if age > _OVERDUE_TEMPOS * (rules.tempo + 1):
        remedy = f"after {rules.activity_cutoff} blocks its stake no longer counts: is the validator running?"
        return warning("weights", said, remedy)
    return fine("weights", said)


def published(endpoint: Endpoint | None, settings: MinerSettings, *, listening: bool) -> Diagnosis:
    """Whether the chain says where this miner serves; a running miner publishes within a minute."""
    name = "endpoint"
    host = "127.0.0.1" if settings.is_local_chain else settings.external_ip
    if not host:
        said = "--miner.external_ip (MINER_EXTERNAL_IP) is not set"
        return failure(name, said, "set it to the address validators reach this machine at")
    if not settings.is_local_chain and not _is_global(host):
        said = f"{host} is no address that validators on other machines reach"
        return failure(name, said, "set --miner.external_ip (MINER_EXTERNAL_IP) to the public one")
    wanted = f"{host}:{settings.port or 'any port'}"
    if endpoint is not None and endpoint.host == host and settings.port in {0, endpoint.port}:
        return fine(name, f"published: {endpoint}")
    said = f"the chain says {endpoint or 'nothing'}, and the settings {wanted}"
    if listening:
        return failure(name, said, "the running miner could not publish it: see its log")
    return warning(name, said, "the miner publishes it when it starts; until then validators ask elsewhere")


def _is_global(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def worst(found: list[Diagnosis]) -> State:
    """How it stands as a whole."""
    order = list(State)
    return max((one.state for one in found), key=order.index, default=State.OK)
