"""Why the chain would not take our weights, before it is asked, and what its answer means."""

import re

from async_substrate_interface.errors import SubstrateRequestException
from attrs import frozen

from reasonforge.adapters.bittensor.subtensor import LINK_FAILURES, ExtrinsicResponse
from reasonforge.domain.identity import GENESIS, BlockNumber, Hotkey
from reasonforge.domain.metagraph import Hyperparameters, Metagraph, Neuron
from reasonforge.domain.weights import U16_MAX, RefusalReason, WeightRow, WeightsRefused, WeightsUnreachable

_ROUNDING = 1e-12
"""Of a row that was made to sit on the limit."""


@frozen
class Accepted:
    """In a block. `committed`: hidden until its reveal. `block`: None when the receipt does not say which."""

    block: BlockNumber | None
    committed: bool


@frozen
class TryLater:
    """Refused for what can pass by itself within a few blocks."""

    refusal: WeightsRefused


def preflight(
    row: WeightRow, version_key: int, hotkey: Hotkey, metagraph: Metagraph, chain: Hyperparameters
) -> WeightsRefused | None:
    """The first of the chain's conditions that fails at the metagraph's block, or None.

    The rate limit is asked last, so that what is refused for it can succeed later, unchanged.
    """
    neuron = metagraph.of(hotkey)
    if neuron is None:
        return WeightsRefused(RefusalReason.NOT_REGISTERED, f"{hotkey} is not registered in subnet {metagraph.netuid}")
    return _refuse_row(row, metagraph, chain) or _refuse_caller(neuron, version_key, metagraph.block, chain)


def _refuse_row(row: WeightRow, metagraph: Metagraph, chain: Hyperparameters) -> WeightsRefused | None:
    if len(row.uids) != len(row.values):
        detail = f"there are {len(row.uids)} uids and {len(row.values)} weights"
        return WeightsRefused(RefusalReason.LENGTHS_DIFFER, detail)
    if not row.uids:
        return WeightsRefused(RefusalReason.EMPTY, "there are no weights in the row")
    outside = [value for value in row.values if not 0 <= value <= U16_MAX]
    if outside:
        detail = f"a weight is a whole number from 0 to {U16_MAX}, and one is {outside[0]}"
        return WeightsRefused(RefusalReason.VALUE_OUT_OF_RANGE, detail)
    if not any(row.values):
        return WeightsRefused(RefusalReason.ALL_ZERO, "all weights are 0, which would wipe the previous ones")
    if len(set(row.uids)) != len(row.uids):
        return WeightsRefused(RefusalReason.DUPLICATE_UIDS, "a uid is named twice")
    unknown = [uid for uid in row.uids if metagraph.at(uid) is None]
    if unknown:
        detail = f"there is no neuron with uid {unknown[0]} in block {metagraph.block}"
        return WeightsRefused(RefusalReason.UNKNOWN_UID, detail)
    count = sum(value > 0 for value in row.values)
    if count < chain.min_allowed_weights:
        detail = f"{count} weights are above 0, and the subnet asks for at least {chain.min_allowed_weights}"
        return WeightsRefused(RefusalReason.TOO_FEW_WEIGHTS, detail)
    largest = max(row.values) / sum(row.values)
    if largest > chain.max_weight_limit * (1 + _ROUNDING):
        detail = f"the largest weight is {largest:.4f} of the row, above the limit of {chain.max_weight_limit:.4f}"
        return WeightsRefused(RefusalReason.ABOVE_MAX_WEIGHT, detail)
    return None


def _refuse_caller(
    neuron: Neuron, version_key: int, block: BlockNumber, chain: Hyperparameters
) -> WeightsRefused | None:
    if not neuron.validator_permit:
        return WeightsRefused(RefusalReason.NO_PERMIT, f"uid {neuron.uid} has no validator permit")
    if neuron.stake < chain.min_validator_stake:
        detail = f"uid {neuron.uid} has {neuron.stake} TAO staked, and the chain asks for {chain.min_validator_stake}"
        return WeightsRefused(RefusalReason.NOT_ENOUGH_STAKE, detail)
    if version_key < chain.weights_version:
        detail = f"the version key is {version_key}, and the subnet is at {chain.weights_version}: update"
        return WeightsRefused(RefusalReason.VERSION_KEY_STALE, detail)
    passed = block - neuron.last_update
    if passed < chain.weights_rate_limit and neuron.last_update != GENESIS:
        detail = f"{passed} blocks have passed since the last weights, and {chain.weights_rate_limit} must"
        return WeightsRefused(RefusalReason.RATE_LIMITED, detail)
    return None


_NAMED = {
    "NotEnoughStakeToSetWeights": RefusalReason.NOT_ENOUGH_STAKE,
    "NeuronNoValidatorPermit": RefusalReason.NO_PERMIT,
    "SettingWeightsTooFast": RefusalReason.RATE_LIMITED,
    "CommittingWeightsTooFast": RefusalReason.RATE_LIMITED,
    "TxRateLimitExceeded": RefusalReason.RATE_LIMITED,
    "HotKeyNotRegisteredInSubNet": RefusalReason.NOT_REGISTERED,
    "HotKeyNotRegisteredInNetwork": RefusalReason.NOT_REGISTERED,
    "HotKeyAccountNotExists": RefusalReason.NOT_REGISTERED,
    "not registered in subnet": RefusalReason.NOT_REGISTERED,  # the SDK's own words
    "IncorrectWeightVersionKey": RefusalReason.VERSION_KEY_STALE,
    "WeightVecNotEqualSize": RefusalReason.LENGTHS_DIFFER,
    "InputLengthsUnequal": RefusalReason.LENGTHS_DIFFER,
    "DuplicateUids": RefusalReason.DUPLICATE_UIDS,
    "UidVecContainInvalidOne": RefusalReason.UNKNOWN_UID,
    "UidsLengthExceedUidsInSubNet": RefusalReason.UNKNOWN_UID,
    "WeightVecLengthIsLow": RefusalReason.TOO_FEW_WEIGHTS,
    "MaxWeightExceeded": RefusalReason.ABOVE_MAX_WEIGHT,
}
"""Errors of the SubtensorModule, by what they mean for weights."""

_NUMBERED = {
    1: RefusalReason.NOT_ENOUGH_STAKE,
    4: RefusalReason.NOT_REGISTERED,
    6: RefusalReason.RATE_LIMITED,
    10: RefusalReason.NOT_REGISTERED,
}
"""CustomTransactionError, with which a node refuses a transaction before it is in any block
(docs.learnbittensor.org/errors/custom)."""

_PASSING = (
    "Priority is too low",  # another transaction of ours with the same nonce is on its way
    "Transaction is outdated",
    "Transaction is temporarily banned",
    "Immediately dropped",  # the node's pool is full
    "CommitRevealEnabled",  # switched between the SDK's question and its transaction
    "CommitRevealDisabled",
)
_LINK_LOST = "open subscriptions"
"""In the SDK's error when the socket closed while it waited for a block."""

_CUSTOM_ERROR = re.compile(r"Custom error: (\d+)")


def read_answer(response: ExtrinsicResponse) -> Accepted | TryLater | WeightsRefused | WeightsUnreachable:
    """What the SDK's response says. Only `success` counts: the response itself is true whatever it says."""
    if response.success:
        receipt = response.extrinsic_receipt
        block = None if receipt is None or receipt.block_number is None else BlockNumber(int(receipt.block_number))
        return Accepted(block, committed="reveal_round" in (response.data or ()))
    error = response.error
    if response.message is None and error is None:
        # It looked at the rate limit, which it holds to be one block longer than the chain does, and did nothing.
        detail = "the SDK holds it too soon since the last weights"
        return TryLater(WeightsRefused(RefusalReason.RATE_LIMITED, detail))
    told = " ".join(str(part) for part in (response.message, error and type(error).__name__, error) if part)
    if isinstance(error, LINK_FAILURES) or _LINK_LOST in told:
        return WeightsUnreachable(f"the connection was lost before the answer came: {told}")
    refusal = WeightsRefused(_reason(told), f"the chain refused: {response.message or told}")
    if refusal.reason is RefusalReason.RATE_LIMITED or any(passing in told for passing in _PASSING):
        return TryLater(refusal)
    if error is None or isinstance(error, dict | SubstrateRequestException):
        return refusal
    return WeightsUnreachable(f"the answer could not be read: {told}")


def _reason(told: str) -> RefusalReason:
    numbered = _CUSTOM_ERROR.search(told)
    if numbered is not None:
        return _NUMBERED.get(int(numbered[1]), RefusalReason.OTHER)
    return next((reason for name, reason in _NAMED.items() if name in told), RefusalReason.OTHER)
