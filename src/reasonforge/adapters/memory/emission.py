"""What an epoch agrees on, what it pays, to the Rao, and the record it leaves."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from attrs import asdict, evolve, field, frozen
from numpy.typing import NDArray

from reasonforge.domain.identity import NOTHING, BlockNumber, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.numbers import unit
from reasonforge.domain.yuma import YumaOutcome, yuma_epoch


@frozen
class YumaSettings:
    """The subnet's parameters of Yuma Consensus (3-protocol §3.4), each in [0, 1]."""

    kappa: float = field(default=0.5, validator=unit)
    bonds_penalty: float = field(default=1.0, validator=unit)
    bonds_moving_average: float = field(default=0.9, validator=unit)
    yuma3: bool = False


@frozen
class ChainEpoch:
    """What Yuma Consensus made of one epoch, at `block`. Figures and emission by uid, as the slots were held then.

    `emission` and `unallocated` add up to the epoch's emission.
    """

    block: BlockNumber
    hotkeys: Mapping[Uid, Hotkey]
    consensus: Mapping[Uid, float]
    validator_trust: Mapping[Uid, float]
    incentive: Mapping[Uid, float]
    dividends: Mapping[Uid, float]
    emission: Mapping[Uid, Rao]
    unallocated: Rao

    @classmethod
    def of(cls, block: BlockNumber, neurons: Sequence[Neuron], outcome: YumaOutcome, total: Rao) -> "ChainEpoch":
        """The record of `outcome` over `neurons`, in their order, with `total` emitted."""
        uids = [neuron.uid for neuron in neurons]

        def by_uid(values: NDArray[np.float64]) -> Mapping[Uid, float]:
            return MappingProxyType(dict(zip(uids, values.tolist(), strict=True)))

        emission = split_to_the_rao(total, by_uid(outcome.server_emission + outcome.validator_emission))
        return cls(
            block=block,
            hotkeys=MappingProxyType({neuron.uid: neuron.hotkey for neuron in neurons}),
            consensus=by_uid(outcome.consensus),
            validator_trust=by_uid(outcome.validator_trust),
            incentive=by_uid(outcome.incentive),
            dividends=by_uid(outcome.dividends),
            emission=MappingProxyType(emission),
            unallocated=Rao(total - sum(emission.values())),
        )

    def shown_by(self, neuron: Neuron) -> Neuron:
        """`neuron` with this epoch's figures."""
        return evolve(
            neuron,
            emission=self.emission[neuron.uid],
            incentive=self.incentive[neuron.uid],
            consensus=self.consensus[neuron.uid],
            dividends=self.dividends[neuron.uid],
            validator_trust=self.validator_trust[neuron.uid],
        )


def split_to_the_rao(total: Rao, shares: Mapping[Uid, float]) -> dict[Uid, Rao]:
    """`total` in proportion to `shares` ≥ 0, in whole Rao that add up to `total` exactly (largest remainder).

    Everybody gets the whole part of his due; what is left goes one Rao each to the greatest fractions, of equals to
    the lower uid. No share above 0: everybody gets nothing.

    >>> split_to_the_rao(Rao(10), {Uid(0): 0.5, Uid(1): 0.5, Uid(2): 0.5})
    {0: 4, 1: 3, 2: 3}
    """
    exact = {uid: Fraction(share) for uid, share in sorted(shares.items())}
    whole = sum(exact.values())
    if whole == 0:
        return dict.fromkeys(exact, NOTHING)
    due = {uid: total * share / whole for uid, share in exact.items()}
    paid = {uid: Rao(int(amount)) for uid, amount in due.items()}
    left = total - sum(paid.values())
    for uid in sorted(due, key=lambda uid: (paid[uid] - due[uid], uid))[:left]:
        paid[uid] = Rao(paid[uid] + 1)
    return paid


def agree(
    neurons: Sequence[Neuron],
    heard: Sequence[bool],
    *,
    weights: NDArray[np.float64],
    bonds: NDArray[np.float64],
    least_stake: float,
    owner: Hotkey | None,
    settings: YumaSettings,
) -> YumaOutcome:
    """Yuma Consensus over `neurons`, in their order, by the stakes of those that are `heard`.

    A stake below `least_stake` TAO counts as none. When nobody with stake is heard, all stakes share the emission.
    The stakes of the others must be out before that, or Yuma 3 would go on paying their old bonds, which the chain
    does not do.
    """
    stakes = [neuron.stake if neuron.stake >= least_stake else 0.0 for neuron in neurons]
    counted = [stake if listened else 0.0 for stake, listened in zip(stakes, heard, strict=True)]
    return yuma_epoch(
        weights,
        counted if any(counted) else stakes,
        bonds,
        permits=heard,
        owner=next((index for index, neuron in enumerate(neurons) if neuron.hotkey == owner), None),
        **asdict(settings),
    )
