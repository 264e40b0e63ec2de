"""The SDK's values → the domain's."""

from typing import Any

import pytest
from attrs import evolve
from bittensor.core.chain_data import AxonInfo, SubnetHyperparameters

from reasonforge.adapters.bittensor.readings import hyperparameters, neurons, weight_shares
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph, Neuron
from tests.adapters.bittensor_chain.ledger_client import metagraph_info

NEURON = Neuron(
    uid=Uid(0),
    hotkey=Hotkey("5Alice"),
    coldkey=Coldkey("5Bank"),
    stake=1234.567890123,
    validator_permit=True,
    endpoint=Endpoint("203.0.113.9", 8091),
    last_update=BlockNumber(77),
    registered_at=BlockNumber(5),
    emission=Rao(987_654_321),
    incentive=1.0,
    consensus=1 / 3,
    dividends=0.0,
    validator_trust=2 / 3,
)
ASKED: dict[str, Any] = {
    "tempo": 99,
    "weights_rate_limit": 7,
    "min_allowed_weights": 8,
    "max_weights_limit": 455,
    "weights_version": 3,
    "commit_reveal_weights_enabled": True,
    "commit_reveal_period": 2,
    "max_validators": 12,
    "immunity_period": 4096,
    "activity_cutoff": 500,
}


def shown(neuron: Neuron) -> Metagraph:
    return Metagraph(NetUid(1), BlockNumber(100), (neuron,))


def test_a_neuron() -> None:
    """Every figure arrives in its unit: stake in TAO, emission in Rao, shares in [0, 1], the address as text."""
    assert neurons(metagraph_info(shown(NEURON)), [43_690]) == (NEURON,)


@pytest.mark.parametrize(
    ("axon", "endpoint"),
    [
        ({"ip": 0, "port": 0, "ip_type": 0}, None),
        ({"ip": 0, "port": 8091, "ip_type": 4}, None),
        ({"ip": 0xCB007109, "port": 0, "ip_type": 4}, None),
        ({"ip": 0xCB007109, "port": 8091, "ip_type": 4}, Endpoint("203.0.113.9", 8091)),
        ({"ip": 1 << 40, "port": 8091, "ip_type": 4}, None),
        ({"ip": 0x20010DB8 << 96 | 1, "port": 1, "ip_type": 6}, Endpoint("2001:db8::1", 1)),
        (AxonInfo(1, "203.0.113.9", 8091, 4, "h", "c"), Endpoint("203.0.113.9", 8091)),
        (AxonInfo(1, "0.0.0.0", 0, 0, "h", "c"), None),  # noqa: S104 - what the chain shows of who never served
        (AxonInfo(1, "not an address", 1, 4, "h", "c"), None),
    ],
)
def test_an_endpoint(axon: Any, endpoint: Endpoint | None) -> None:
    """Numbers and texts are addresses of either kind; zeros and what is no address are no endpoint."""
    info = metagraph_info(shown(NEURON))
    info.axons = [axon]
    assert neurons(info, [43_690]) == (evolve(NEURON, endpoint=endpoint),)


def test_columns_of_different_length() -> None:
    """A subnet that grew between two figures: what a uid does not have yet is nothing, and nobody is lost."""
    info = metagraph_info(shown(NEURON))
    info.hotkeys = ["5Alice", "5Late"]
    expected = Neuron(Uid(1), Hotkey("5Late"), Coldkey(""), 0.0, False, None, BlockNumber(0))
    assert neurons(info, [43_690]) == (NEURON, expected)


def test_weights_of_a_trimmed_subnet() -> None:
    """Rows of uids that are gone, weights on them and zeros are left out; the rest are shares of what remains."""
    present = [evolve(NEURON, uid=Uid(uid)) for uid in range(3)]
    rows = [(7, [(0, 65_535)]), (1, [(2, 30_000), (0, 10_000), (9, 65_535)]), (0, [(1, 0)]), (2, [])]
    assert weight_shares(rows, present) == {Uid(1): {Uid(0): 0.25, Uid(2): 0.75}}


@pytest.mark.parametrize("version", [2, 3])
def test_hyperparameters(version: int) -> None:
    """As the chain's third and second calls give them; the largest weight comes as u16, the stake in Rao."""
    named = [{"name": name, "value": {"U64": value}} for name, value in ASKED.items()]
    asked = SubnetHyperparameters.from_any(named if version == 3 else ASKED)
    assert hyperparameters(asked, 192, 1000 * 10**9) == Hyperparameters(
        tempo=99,
        weights_rate_limit=7,
        min_allowed_weights=8,
        max_weight_limit=455 / 65_535,
        weights_version=3,
        commit_reveal=True,
        reveal_period=2,
        max_uids=192,
        max_validators=12,
        immunity_period=4096,
        activity_cutoff=500,
        min_validator_stake=1000.0,
    )


@pytest.mark.parametrize("name", sorted(ASKED.keys() - {"activity_cutoff", "max_weights_limit"}))
def test_a_hyperparameter_that_is_missing(name: str) -> None:
    """An answer without one of them is not filled in with a guess."""
    asked = SubnetHyperparameters.from_any({key: value for key, value in ASKED.items() if key != name})
    with pytest.raises(ValueError, match=name):
        hyperparameters(asked, 192, 0)
