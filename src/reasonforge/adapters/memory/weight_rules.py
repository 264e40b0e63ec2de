"""What the in-memory chain asks of who sets weights, and of its own hyperparameters."""

from reasonforge.domain.identity import GENESIS, BlockNumber
from reasonforge.domain.metagraph import Hyperparameters, Neuron
from reasonforge.domain.weight_rules import refuse_setter, too_soon
from reasonforge.domain.weights import RefusalReason, WeightsRefused

MOST_HIDDEN_ROWS = 10
"""How many committed rows of one validator may wait for their reveal, as on the chain."""


def refuse_caller(
    neuron: Neuron, version_key: int, block: BlockNumber, chain: Hyperparameters, *, hidden_rows: int, has_set: bool
) -> WeightsRefused | None:
    """Why the chain would not take any row from this neuron in `block`, or None.

    The rate limit is asked last, so that what is refused for it can succeed later, unchanged. It counts from the last
    weights, or from the registration; at genesis it does not, so that a founder can set its first weights at once.
    """
    refusal = refuse_setter(neuron, version_key, chain)
    if refusal is not None:
        return refusal
    if chain.commit_reveal and hidden_rows >= MOST_HIDDEN_ROWS:
        return WeightsRefused(RefusalReason.OTHER, f"{hidden_rows} rows wait for their reveal already")
    first_of_a_founder = neuron.registered_at == GENESIS and not has_set
    return None if first_of_a_founder else too_soon(block - neuron.last_update, chain)


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
