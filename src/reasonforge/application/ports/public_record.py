"""What anybody may read of what validators recorded. Nothing in it is a user's."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, Rao, Uid
from reasonforge.domain.report import EpochState
from reasonforge.domain.score import DimensionScores


@frozen
class Ranked:
    """A miner on the leaderboard; within one discipline `rank`, `s_epoch` and `dimensions` are over its tasks alone."""

    rank: int
    uid: Uid
    hotkey: Hotkey
    s_epoch: float
    peb: float
    streak: int
    dimensions: DimensionScores
    share: float
    total_earned: Rao


@frozen
class Leaderboard:
    """The newest closed epoch's ranking; `epoch` is None while there is none."""

    epoch: EpochNumber | None
    discipline: Discipline | None
    miners: tuple[Ranked, ...]


@frozen
class MinerEpoch:
    """A miner's figures of one closed epoch."""

    epoch: EpochNumber
    rank: int
    s_epoch: float
    peb: float
    streak: int
    trap_penalty: float
    share: float
    dimensions: DimensionScores
    asked: int
    answered: int
    right: int


@frozen
class MinerTask:
    """How a miner fared on one task; a check that could not be made is None. No text of anybody."""

    epoch: EpochNumber
    discipline: Discipline
    difficulty: int
    cms: float
    checks: Mapping[str, float | None]


@frozen
class MinerPage:
    """One miner: its epochs, oldest first, and its tasks of the newest."""

    uid: Uid
    hotkey: Hotkey
    epochs: tuple[MinerEpoch, ...]
    tasks: tuple[MinerTask, ...]


@frozen
class WeightsNote:
    """What became of an epoch's weights; `outcome` is None before the chain answered. `at`: UTC seconds."""

    epoch: EpochNumber
    outcome: str | None
    block: BlockNumber | None
    at: float | None


@frozen
class TaskNote:
    """One task of an epoch. Whether it was a trap, and its family, only when the epoch is over."""

    index: int
    discipline: Discipline
    difficulty: int
    asked: int
    answered: int
    right: int
    average_cms: float
    is_trap: bool | None
    family: str | None


@frozen
class EpochPage:
    """One validator's epoch."""

    epoch: EpochNumber
    validator: Hotkey
    state: EpochState
    first_block: BlockNumber
    last_block: BlockNumber
    opened_at: float
    ended_at: float | None
    tasks: tuple[TaskNote, ...]
    miners: tuple[Ranked, ...]
    weights: WeightsNote | None


@frozen
class ValidatorNote:
    """A validator's health, as far as an epoch tells; `weights` is of its own newest closed epoch, if one is here."""

    hotkey: Hotkey
    stake: float
    vas: float | None
    reputation: float
    last_epoch: EpochNumber
    weights: WeightsNote | None


@frozen
class LastEpoch:
    """The newest epoch that was closed."""

    epoch: EpochNumber
    validator: Hotkey
    state: EpochState
    closed_at: float
    tasks: int
    miners: int
    average_cms: float


@frozen
class Statistics:
    """The network in figures, over all epochs recorded here; a rate is of the newest closed epoch.

    Attributes:
        miners, validators: hotkeys seen in the newest closed epoch.
        miners_earned, validators_earned: what the chain paid while the validators watched.
        peb_share: the part of the newest epoch's miners' shares that is due to the bonus of Eq. 4, in [0, 1].
    """

    epochs: int
    tasks: int
    miners: int
    validators: int
    submissions: int
    average_cms: float
    miners_earned: Rao
    validators_earned: Rao
    peb_share: float
    last_epoch: LastEpoch | None
    last_weights: WeightsNote | None


class PublicRecord(Protocol):
    """The network as an onlooker sees it; each method is one snapshot.

    Promises:
        - tasks of users appear nowhere, neither their texts nor that they were asked;
        - of an open epoch nothing tells a trap from another task;
        - failures of the medium are `StoreFault`.
    """

    async def leaderboard(self, discipline: Discipline | None, limit: int) -> Leaderboard: ...

    async def miner(self, uid: Uid, limit: int) -> MinerPage | None:
        """Who holds the uid in the newest closed epoch that knows it, with its newest `limit` epochs; or None."""
        ...

    async def epoch(self, number: EpochNumber) -> EpochPage | None: ...

    async def statistics(self) -> Statistics: ...

    async def validators(self) -> Sequence[ValidatorNote]: ...
