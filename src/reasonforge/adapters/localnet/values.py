"""The chain's values as JSON and back, equal to what they were."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import asdict, fields, frozen

from reasonforge.adapters.localnet.ledger import BooksFigures, EpochFigures
from reasonforge.adapters.localnet.wire import Unreadable, as_list, as_object
from reasonforge.domain.identity import BlockNumber, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph, Neuron
from reasonforge.domain.weights import (
    RefusalReason,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)

Value = TypeVar("Value")


@frozen
class LedgerEpoch:
    """What Yuma Consensus made of one epoch on the served chain, at `block`; figures by uid.

    `emission` and `unallocated` add up to the epoch's emission, in Rao.
    """

    block: BlockNumber
    hotkeys: Mapping[Uid, Hotkey]
    consensus: Mapping[Uid, float]
    validator_trust: Mapping[Uid, float]
    incentive: Mapping[Uid, float]
    dividends: Mapping[Uid, float]
    emission: Mapping[Uid, Rao]
    unallocated: Rao


@frozen
class LedgerBooks:
    """Where all money of the served chain came from and where it is, in Rao.

    `funded + issued = free + staked + burned + unallocated`, and `issued = paid + unallocated`.
    """

    funded: Rao
    issued: Rao
    paid: Rao
    unallocated: Rao
    burned: Rao
    free: Rao
    staked: Rao


_LAYOUTS: Mapping[type, Mapping[str, Any]] = MappingProxyType(
    {
        kind: {one.name: getattr(one.type, "__supertype__", one.type) for one in fields(kind)}
        for kind in (
            Neuron,
            Endpoint,
            Hyperparameters,
            LedgerBooks,
            WeightsSet,
            WeightsCommitted,
            WeightsRefused,
            WeightsUnreachable,
        )
    }
)
"""The fields of each and their types, `NewType`s seen through."""


def read_block(given: object) -> BlockNumber:
    """A block."""
    return BlockNumber(_of_type(given, int, "a block"))


def read_uid(given: object) -> Uid:
    """A slot."""
    return Uid(_of_type(given, int, "a uid"))


def read_rao(given: object) -> Rao:
    """An amount."""
    return Rao(_of_type(given, int, "an amount"))


def read_nothing(given: object) -> None:
    """The answer to a call that only does something."""
    if given is not None:
        raise Unreadable("there is nothing to answer")


def hyperparameters_fields(chain: Hyperparameters) -> dict[str, Any]:
    """As JSON."""
    return asdict(chain)


def read_hyperparameters(given: object) -> Hyperparameters:
    """And back."""
    return _plain(Hyperparameters, given)


def metagraph_fields(metagraph: Metagraph) -> dict[str, Any]:
    """As JSON."""
    weights = metagraph.weights
    return {
        "netuid": metagraph.netuid,
        "block": metagraph.block,
        "neurons": [_neuron_fields(neuron) for neuron in metagraph.neurons],
        "weights": None if weights is None else {uid: dict(row) for uid, row in weights.items()},
    }


def read_metagraph(given: object) -> Metagraph:
    """And back."""
    found = as_object(given, "a metagraph")
    rows = found.get("weights")
    return Metagraph(
        netuid=NetUid(_typed(found, "netuid", int)),
        block=BlockNumber(_typed(found, "block", int)),
        neurons=tuple(_neuron(one) for one in as_list(found.get("neurons"), "neurons")),
        weights=None if rows is None else _by_uid(rows, lambda row: _by_uid(row, _float)),
    )


def outcome_fields(outcome: WeightsOutcome) -> dict[str, Any]:
    """As JSON."""
    return {"outcome": type(outcome).__name__, **asdict(outcome)}


def read_outcome(given: object) -> WeightsOutcome:
    """And back."""
    found = as_object(given, "an outcome")
    match found.get("outcome"):
        case WeightsSet.__name__:
            return _plain(WeightsSet, found)
        case WeightsCommitted.__name__:
            return _plain(WeightsCommitted, found)
        case WeightsUnreachable.__name__:
            return _plain(WeightsUnreachable, found)
        case WeightsRefused.__name__:
            return _plain(WeightsRefused, found, reason=_reason(found.get("reason")))
        case _:
            raise Unreadable("an outcome must be one of those that there are")


def epoch_fields(epoch: EpochFigures) -> dict[str, Any]:
    """As JSON."""
    return {
        "block": epoch.block,
        "hotkeys": dict(epoch.hotkeys),
        "consensus": dict(epoch.consensus),
        "validator_trust": dict(epoch.validator_trust),
        "incentive": dict(epoch.incentive),
        "dividends": dict(epoch.dividends),
        "emission": dict(epoch.emission),
        "unallocated": epoch.unallocated,
    }


def read_epoch(given: object) -> LedgerEpoch:
    """And back."""
    found = as_object(given, "an epoch")
    return LedgerEpoch(
        block=BlockNumber(_typed(found, "block", int)),
        hotkeys=_by_uid(found.get("hotkeys"), lambda value: Hotkey(_of_type(value, str, "a hotkey"))),
        consensus=_by_uid(found.get("consensus"), _float),
        validator_trust=_by_uid(found.get("validator_trust"), _float),
        incentive=_by_uid(found.get("incentive"), _float),
        dividends=_by_uid(found.get("dividends"), _float),
        emission=_by_uid(found.get("emission"), lambda value: Rao(_of_type(value, int, "an emission"))),
        unallocated=Rao(_typed(found, "unallocated", int)),
    )


def books_fields(books: BooksFigures) -> dict[str, Any]:
    """As JSON."""
    return {name: getattr(books, name) for name in _LAYOUTS[LedgerBooks]}


def read_books(given: object) -> LedgerBooks:
    """And back."""
    return _plain(LedgerBooks, given)


def _neuron_fields(neuron: Neuron) -> dict[str, Any]:
    found = {name: getattr(neuron, name) for name in _LAYOUTS[Neuron]}  # a sixth of what asdict takes
    if neuron.endpoint is not None:
        found["endpoint"] = asdict(neuron.endpoint)
    return found


def _neuron(given: object) -> Neuron:
    found = as_object(given, "a neuron")
    endpoint = found.get("endpoint")
    return _plain(Neuron, found, endpoint=None if endpoint is None else _plain(Endpoint, endpoint))


def _reason(given: object) -> RefusalReason:
    try:
        return RefusalReason(_of_type(given, str, "a reason"))
    except ValueError as error:
        raise Unreadable("a reason must be one of those that there are") from error


def _by_uid(given: object, read: Callable[[Any], Value]) -> Mapping[Uid, Value]:
    """A mapping from uids, which are texts in JSON."""
    found = as_object(given, "what is told by uid")
    return MappingProxyType({_uid(name): read(value) for name, value in found.items()})


def _uid(name: str) -> Uid:
    try:
        return Uid(int(name))
    except ValueError as error:
        raise Unreadable("what is told by uid must have numbers for names") from error


def _plain(kind: type[Value], given: object, **made: object) -> Value:
    """An attrs value of numbers, texts and booleans, with the fields `made` already."""
    found = as_object(given, kind.__name__)
    read = {name: _typed(found, name, expected) for name, expected in _LAYOUTS[kind].items() if name not in made}
    return kind(**read, **made)


def _typed(found: Mapping[str, Any], name: str, expected: type[Value]) -> Value:
    return _of_type(found.get(name), expected, name)


def _float(value: object) -> float:
    return _of_type(value, float, "a figure")


def _of_type(value: Any, expected: type[Value], name: str) -> Value:
    """`value`, when it is of this very type; a float may have been written as a whole number, and stays one."""
    kind = type(value)
    if kind is not expected and not (expected is float and kind is int):
        raise Unreadable(f"{name} must be of type {expected.__name__}, and is of type {kind.__name__}")
    found: Value = value
    return found
