"""What every chain of the network asks of a row of weights, and of who sets it, before it looks at the clock."""

from collections.abc import Container

from reasonforge.domain.identity import Uid
from reasonforge.domain.metagraph import Hyperparameters, Neuron
from reasonforge.domain.weights import U16_MAX, RefusalReason, WeightRow, WeightsRefused

_ROUNDING = 1e-12
"""Of a row that was made to sit on the limit."""


def refuse_row(row: WeightRow, present: Container[Uid], chain: Hyperparameters) -> WeightsRefused | None:
    """Why the chain would not take this row from anybody, or None. `present` holds the uids in use."""
    if len(row.uids) != len(row.values):
        detail = f"there are {len(row.uids)} uids and {len(row.values)} weights"
        return WeightsRefused(RefusalReason.LENGTHS_DIFFER, detail)
    if not row.uids:
        return WeightsRefused(RefusalReason.EMPTY, "there are no weights in the row")
    outside = [value for value in row.values if type(value) is not int or not 0 <= value <= U16_MAX]
    if outside:
        detail = f"a weight is a whole number from 0 to {U16_MAX}, and one is {outside[0]!r}"
        return WeightsRefused(RefusalReason.VALUE_OUT_OF_RANGE, detail)
    if not any(row.values):
        return WeightsRefused(RefusalReason.ALL_ZERO, "all weights are 0, which would wipe the previous ones")
    if len(set(row.uids)) != len(row.uids):
        return WeightsRefused(RefusalReason.DUPLICATE_UIDS, "a uid is named twice")
    unknown = [uid for uid in row.uids if type(uid) is not int or uid not in present]
    if unknown:
        return WeightsRefused(RefusalReason.UNKNOWN_UID, f"there is no neuron with uid {unknown[0]!r}")
    count = sum(value > 0 for value in row.values)
    if count < chain.min_allowed_weights:
        detail = f"{count} weights are above 0, and the subnet asks for at least {chain.min_allowed_weights}"
        return WeightsRefused(RefusalReason.TOO_FEW_WEIGHTS, detail)
    largest = max(row.values) / sum(row.values)
    if largest > chain.max_weight_limit * (1 + _ROUNDING):
        detail = f"the largest weight is {largest:.4f} of the row, above the limit of {chain.max_weight_limit:.4f}"
        return WeightsRefused(RefusalReason.ABOVE_MAX_WEIGHT, detail)
    return None


def refuse_setter(neuron: Neuron, version_key: int, chain: Hyperparameters) -> WeightsRefused | None:
    """Why the chain would not take any row from this neuron, whenever it came, or None."""
    if not neuron.validator_permit:
        return WeightsRefused(RefusalReason.NO_PERMIT, f"uid {neuron.uid} has no validator permit")
    if neuron.stake < chain.min_validator_stake:
        detail = f"uid {neuron.uid} has {neuron.stake} TAO staked, and the subnet asks for {chain.min_validator_stake}"
        return WeightsRefused(RefusalReason.NOT_ENOUGH_STAKE, detail)
    if version_key < chain.weights_version:
        detail = f"the version key is {version_key}, and the subnet is at {chain.weights_version}: update"
        return WeightsRefused(RefusalReason.VERSION_KEY_STALE, detail)
    return None


def too_soon(passed: int, chain: Hyperparameters) -> WeightsRefused | None:
    """Whether the rate limit forbids another row `passed` blocks after the last."""
    if passed >= chain.weights_rate_limit:
        return None
    detail = f"{passed} blocks have passed since the last weights, and {chain.weights_rate_limit} must"
    return WeightsRefused(RefusalReason.RATE_LIMITED, detail)
