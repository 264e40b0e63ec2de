"""The subnet at one block: who is who, who may be asked, who may ask."""

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Uid
from reasonforge.domain.metagraph import Endpoint, Metagraph, Neuron


def neuron(uid: int, *, permit: bool = False, serves: bool = True, stake: float = 0.0) -> Neuron:
    return Neuron(
        uid=Uid(uid),
        hotkey=Hotkey(f"5Hot{uid}"),
        coldkey=Coldkey(f"5Cold{uid}"),
        stake=stake,
        validator_permit=permit,
        endpoint=Endpoint("203.0.113.7", 8000 + uid) if serves else None,
        last_update=BlockNumber(0),
    )


def subnet(*neurons: Neuron) -> Metagraph:
    return Metagraph(NetUid(1), BlockNumber(100), neurons)


rosters = st.lists(
    st.builds(
        neuron,
        st.integers(0, 255),
        permit=st.booleans(),
        serves=st.booleans(),
        stake=st.floats(0.0, 1e6),
    ),
    max_size=20,
    unique_by=lambda one: one.uid,
).map(lambda neurons: tuple(sorted(neurons, key=lambda one: one.uid)))


@given(neurons=rosters)
def test_a_neuron_is_found_by_its_hotkey_and_by_its_uid(neurons: tuple[Neuron, ...]) -> None:
    """Every neuron is found under both of its names, and nobody else is."""
    graph = subnet(*neurons)
    assert [graph.of(one.hotkey) for one in neurons] == list(neurons)
    assert [graph.at(one.uid) for one in neurons] == list(neurons)
    assert graph.of(Hotkey("5Stranger")) is None
    assert graph.at(Uid(256)) is None


@given(neurons=rosters, asker=st.integers(0, 255))
def test_who_serves_and_is_no_validator_may_be_asked(neurons: tuple[Neuron, ...], asker: int) -> None:
    """Miners with an endpoint, in the order of their uids, without the asker itself."""
    asked = subnet(*neurons).may_be_asked(Hotkey(f"5Hot{asker}"))
    assert asked == tuple(
        one for one in neurons if one.endpoint is not None and not one.validator_permit and one.uid != asker
    )


@given(neurons=rosters, least=st.floats(0.0, 1e6))
def test_only_a_permit_with_enough_stake_may_ask(neurons: tuple[Neuron, ...], least: float) -> None:
    """A miner works for registered validators with the stake it wants, the exact amount included."""
    graph = subnet(*neurons)
    for one in neurons:
        assert graph.may_ask(one.hotkey, least) == (one.validator_permit and one.stake >= least)
        assert graph.may_ask(one.hotkey, one.stake) == one.validator_permit
    assert not graph.may_ask(Hotkey("5Stranger"))


@given(neurons=rosters)
def test_validators_are_who_holds_a_permit(neurons: tuple[Neuron, ...]) -> None:
    """In the order of their uids."""
    assert subnet(*neurons).validators() == tuple(one for one in neurons if one.validator_permit)


def test_a_metagraph_is_a_value() -> None:
    """Two readings of one block are equal, whatever was looked up in them, and neither can be changed."""
    graph, again = subnet(neuron(1), neuron(2, permit=True)), subnet(neuron(1), neuron(2, permit=True))
    assert graph.of(Hotkey("5Hot1")) is not None
    assert graph == again
    assert graph != evolve(again, block=BlockNumber(101))
    with pytest.raises(FrozenInstanceError):
        graph.block = BlockNumber(5)  # type: ignore[misc]  # the point of the test


def test_an_endpoint_reads_as_an_address() -> None:
    """Host and port with a colon between."""
    assert str(Endpoint("203.0.113.7", 8091)) == "203.0.113.7:8091"
