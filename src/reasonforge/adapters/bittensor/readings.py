"""What the chain says, as the SDK decodes it → values of the domain."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from reasonforge.adapters.bittensor.subtensor import MetagraphInfo, SubnetHyperparameters
from reasonforge.domain.identity import GENESIS, NOTHING, RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Neuron
from reasonforge.domain.weights import U16_MAX

_IPV6 = 6
_DEFAULTS = Hyperparameters()


def neurons(info: MetagraphInfo, validator_trust: Sequence[int]) -> tuple[Neuron, ...]:
    """The subnet's neurons in the order of their uids.

    The chain stores a column a figure and grows and trims them one by one: a figure that a uid does not have is 0.
    `validator_trust` is u16; it is the one figure that the metagraph call leaves out.
    """
    return tuple(
        Neuron(
            uid=Uid(uid),
            hotkey=Hotkey(hotkey),
            coldkey=Coldkey(str(_at(info.coldkeys, uid, ""))),
            stake=int(_at(info.total_stake, uid, 0)) / RAO_PER_TAO,
            validator_permit=bool(_at(info.validator_permit, uid, default=False)),
            endpoint=_endpoint(_at(info.axons, uid, None)),
            last_update=BlockNumber(int(_at(info.last_update, uid, GENESIS))),
            registered_at=BlockNumber(int(_at(info.block_at_registration, uid, GENESIS))),
            emission=Rao(int(_at(info.emission, uid, NOTHING))),
            incentive=float(_at(info.incentives, uid, 0.0)),
            consensus=float(_at(info.consensus, uid, 0.0)),
            dividends=float(_at(info.dividends, uid, 0.0)),
            validator_trust=int(_at(validator_trust, uid, 0)) / U16_MAX,
        )
        for uid, hotkey in enumerate(info.hotkeys)
    )


def weight_shares(
    rows: Sequence[tuple[int, Sequence[tuple[int, int]]]], present: Sequence[Neuron]
) -> Mapping[Uid, Mapping[Uid, float]]:
    """Each row as shares of its sum, in rising order of uids.

    A trimmed subnet leaves rows of uids that are gone and weights on them: they are left out.
    """
    uids = {neuron.uid for neuron in present}
    shares = {}
    for uid, row in sorted(rows):
        held = {Uid(int(to)): int(value) for to, value in sorted(row) if int(value) > 0 and to in uids}
        total = sum(held.values())
        if uid in uids and total:
            shares[Uid(uid)] = {to: value / total for to, value in held.items()}
    return shares


def hyperparameters(asked: SubnetHyperparameters, max_uids: int, stake_threshold: int) -> Hyperparameters:
    """The subnet's hyperparameters; `stake_threshold` in Rao.

    Raises:
        ValueError: the node's answer lacks one that matters.
    """
    return Hyperparameters(
        tempo=_required(asked, "tempo"),
        weights_rate_limit=_required(asked, "weights_rate_limit"),
        min_allowed_weights=_required(asked, "min_allowed_weights"),
        # u16; 0 would forbid every row, and a share must be above 0
        max_weight_limit=max(1, _required(asked, "max_weight_limit")) / U16_MAX,
        weights_version=_required(asked, "weights_version"),
        commit_reveal=bool(_required(asked, "commit_reveal_weights_enabled")),
        reveal_period=_required(asked, "commit_reveal_period"),
        max_uids=max_uids,
        max_validators=_required(asked, "max_validators"),
        immunity_period=_required(asked, "immunity_period"),
        # gone from the newest runtimes, which say it as a factor of the tempo
        activity_cutoff=int(asked.get("activity_cutoff", _DEFAULTS.activity_cutoff)),
        min_validator_stake=stake_threshold / RAO_PER_TAO,
    )


def _required(asked: SubnetHyperparameters, name: str) -> int:
    value = asked.get(name)
    if value is None:
        message = f"the node does not say the subnet's {name}"
        raise ValueError(message)
    return int(value)


def _at(column: Sequence[Any] | None, uid: int, default: Any) -> Any:
    return column[uid] if column is not None and uid < len(column) else default


def _endpoint(axon: Any) -> Endpoint | None:
    """None for 0.0.0.0:0, which the chain shows of a neuron that never served, and for what is no address."""
    if axon is None:
        return None
    served = axon if isinstance(axon, Mapping) else vars(axon)
    ip, port = served["ip"], int(served["port"])
    try:
        if isinstance(ip, int):
            address = IPv6Address(ip) if int(served["ip_type"]) == _IPV6 else IPv4Address(ip)
        else:
            address = ip_address(ip)
    except ValueError:
        return None
    return Endpoint(str(address), port) if port and int(address) else None
