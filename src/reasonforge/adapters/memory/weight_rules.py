"""What the chain asks of weights, and of who sets them."""

from collections.abc import Container

from reasonforge.domain.identity import GENESIS, BlockNumber, Uid
from reasonforge.domain.metagraph import Hyperparameters, Neuron
from reasonforge.domain.weights import U16_MAX, RefusalReason, WeightRow, WeightsRefused

MOST_HIDDEN_ROWS = 10
"""How many committed rows of one validator may wait for their reveal, as on the chain."""


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
    if largest > chain.max_weight_limit * (1 + 1e-12):  # rounding of a row made to sit on the limit
        detail = f"the largest weight is {largest:.4f} of the row, above the limit of {chain.max_weight_limit:.4f}"
        return WeightsRefused(RefusalReason.ABOVE_MAX_WEIGHT, detail)
    return None


def refuse_caller(
    neuron: Neuron, version_key: int, block: BlockNumber, chain: Hyperparameters, *, hidden_rows: int, has_set: bool
) -> WeightsRefused | None:
    """Why the chain would not take any row from this neuron in `block`, or None.

    The rate limit is asked last, so that what is refused for it can succeed later, unchanged. It counts from the last
    weights, or from the registration; at genesis it does not, so that a founder can set its first weights at once.
    """
    if not neuron.validator_permit:
        return WeightsRefused(RefusalReason.NO_PERMIT, f"uid {neuron.uid} has no validator permit")
    if neuron.stake < chain.min_validator_stake:
        detail = f"uid {neuron.uid} has {neuron.stake} TAO staked, and the subnet asks for {chain.min_validator_stake}"
        return WeightsRefused(RefusalReason.NOT_ENOUGH_STAKE, detail)
    if version_key < chain.weights_version:
        detail = f"the version key is {version_key}, and the subnet is at {chain.weights_version}: update"
        return WeightsRefused(RefusalReason.VERSION_KEY_STALE, detail)
    if chain.commit_reveal and hidden_rows >= MOST_HIDDEN_ROWS:
        return WeightsRefused(RefusalReason.OTHER, f"{hidden_rows} rows wait for their reveal already")
    first_of_a_founder = neuron.registered_at == GENESIS and not has_set
    passed = block - neuron.last_update
    if passed < chain.weights_rate_limit and not first_of_a_founder:
        detail = f"{passed} blocks have passed since the last weights, and {chain.weights_rate_limit} must"
        return WeightsRefused(RefusalReason.RATE_LIMITED, detail)
    return None


def vet(chain: Hyperparameters) -> Hyperparameters:
    """`chain`, or a ValueError when no subnet could have such hyperparameters."""
    for name, value, least in (
        ("tempo", chain.tempo, 1),
        ("max_uids", chain.max_uids, 1),
        ("reveal_period", chain.reveal_period, 1),
        ("max_validators", chain.max_validators, 0),
        ("min_validator_stake", chain.min_validator_stake, 0),
    ):
        if not value >= least:  # NaN included
            message = f"{name} is at least {least}, and is {value!r}"
            raise ValueError(message)
    if not 0.0 < chain.max_weight_limit <= 1.0:
        message = f"max_weight_limit lies in (0, 1], and is {chain.max_weight_limit!r}"
        raise ValueError(message)
    return chain
