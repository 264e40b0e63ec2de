"""The subnet as the chain shows it at one block."""

from collections.abc import Mapping
from functools import cached_property

from attrs import define, frozen

from reasonforge.domain.identity import GENESIS, NOTHING, BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid


@frozen
class Endpoint:
    """Where a neuron says it serves. `host` may be anything: who dials it vets it first."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@frozen
class Neuron:
    """One slot of the subnet.

    Attributes:
        stake: TAO behind it, ≥ 0.
        validator_permit: may set weights that count.
        endpoint: None when it serves nothing.
        last_update: block of its last weights (its registration before the first).
        registered_at: block of its registration.
        emission: what the last epoch paid it.
        incentive, consensus, dividends, validator_trust: Yuma's figures of the last epoch, in [0, 1].
    """

    uid: Uid
    hotkey: Hotkey
    coldkey: Coldkey
    stake: float
    validator_permit: bool
    endpoint: Endpoint | None
    last_update: BlockNumber
    registered_at: BlockNumber = GENESIS
    emission: Rao = NOTHING
    incentive: float = 0.0
    consensus: float = 0.0
    dividends: float = 0.0
    validator_trust: float = 0.0


@frozen
class Hyperparameters:
    """What the chain asks of this subnet. Blocks, unless it says otherwise.

    Attributes:
        tempo: an epoch is tempo + 1 blocks.
        weights_rate_limit: least blocks between two weight settings of one neuron.
        min_allowed_weights: least count of nonzero weights.
        max_weight_limit: greatest share of the sum one weight may have, in (0, 1].
        weights_version: a version key below it is refused.
        commit_reveal: weights are committed hidden and count only after `reveal_period` epochs.
        max_uids, max_validators: slots, and how many of them may hold a permit.
        immunity_period: how long a new neuron cannot be pruned.
        activity_cutoff: a validator silent for longer does not count.
        min_validator_stake: TAO below which weights are refused.
    """

    tempo: int = 360
    weights_rate_limit: int = 100
    min_allowed_weights: int = 1
    max_weight_limit: float = 1.0
    weights_version: int = 0
    commit_reveal: bool = False
    reveal_period: int = 1
    max_uids: int = 256
    max_validators: int = 64
    immunity_period: int = 7200
    activity_cutoff: int = 5000
    min_validator_stake: float = 0.0


@define(frozen=True, slots=False)  # slots=False: cached_property keeps its index in the instance
class Metagraph:
    """All neurons at `block`, in the order of their uids. `weights[i][j]` in [0, 1] when it was asked for."""

    netuid: NetUid
    block: BlockNumber
    neurons: tuple[Neuron, ...]
    weights: Mapping[Uid, Mapping[Uid, float]] | None = None

    @cached_property
    def _by_hotkey(self) -> dict[Hotkey, Neuron]:
        return {neuron.hotkey: neuron for neuron in self.neurons}

    @cached_property
    def _by_uid(self) -> dict[Uid, Neuron]:
        return {neuron.uid: neuron for neuron in self.neurons}

    def of(self, hotkey: Hotkey) -> Neuron | None:
        """The neuron that signs with `hotkey`, or None when it is not registered."""
        return self._by_hotkey.get(hotkey)

    def at(self, uid: Uid) -> Neuron | None:
        """The neuron in slot `uid`, or None when it is empty."""
        return self._by_uid.get(uid)

    def may_be_asked(self, asker: Hotkey) -> tuple[Neuron, ...]:
        """Who serves an endpoint and is not a validator, nor the asker itself."""
        return tuple(n for n in self.neurons if n.endpoint and not n.validator_permit and n.hotkey != asker)

    def may_ask(self, hotkey: Hotkey, least_stake: float = 0.0) -> bool:
        """Whether a miner should work for this caller: registered, with permit, and stake ≥ `least_stake`."""
        neuron = self.of(hotkey)
        return neuron is not None and neuron.validator_permit and neuron.stake >= least_stake

    def validators(self) -> tuple[Neuron, ...]:
        """Who holds a permit."""
        return tuple(n for n in self.neurons if n.validator_permit)
