"""Why the chain would not take our weights, before it is asked, and what its answer means."""

import re

from async_substrate_interface.errors import SubstrateRequestException
from attrs import frozen

from reasonforge.adapters.bittensor.subtensor import LINK_FAILURES, ExtrinsicResponse
from reasonforge.domain.identity import GENESIS, BlockNumber, Hotkey
from reasonforge.domain.metagraph import Hyperparameters, Metagraph
from reasonforge.domain.weight_rules import refuse_row, refuse_setter, too_soon
from reasonforge.domain.weights import RefusalReason, WeightRow, WeightsRefused, WeightsUnreachable


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
    present = {one.uid for one in metagraph.neurons}
    refusal = refuse_row(row, present, chain) or refuse_setter(neuron, version_key, chain)
    if refusal is not None or neuron.last_update == GENESIS:
        return refusal
    return too_soon(metagraph.block - neuron.last_update, chain)


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
