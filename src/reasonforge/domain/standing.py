"""What one epoch leaves to the next, keyed by hotkey: a uid that changed hands starts from nothing."""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from reasonforge.domain.identity import NOTHING, BlockNumber, Hotkey, Rao
from reasonforge.domain.numbers import mean

BLOCKS_PER_DAY = 7_200
RECENT_CMS = 20
"""How many of a miner's last CMS values the anomaly check looks at."""
KEPT_STANDINGS = 10
"""Newest closed epochs whose standing is kept whole; pruning leaves only the figures of older ones."""


@frozen
class MinerStanding:
    """A miner after its last epoch.

    Attributes:
        s_epoch, peb, rank, streak: of the last epoch it was ranked in; rank 0 before the first.
        task_count, breakthroughs: over its life.
        total_earned: what the chain paid it while this validator watched.
        recent_cms: its last values, oldest first, at most `RECENT_CMS`.
    """

    hotkey: Hotkey
    s_epoch: float = 0.0
    peb: float = 0.0
    rank: int = 0
    streak: int = 0
    task_count: int = 0
    breakthroughs: int = 0
    total_earned: Rao = NOTHING
    recent_cms: tuple[float, ...] = ()


@frozen
class VasReading:
    """A validator's accuracy (Eq. 7) in one epoch, dated by the epoch's first block."""

    block: BlockNumber
    vas: float


@frozen
class ValidatorStanding:
    """A validator after its last judged epoch.

    Attributes:
        readings: of the last 30 days of blocks, oldest first.
        reputation: the multiplier of Eq. 8, in [1, 1.5].
        would_be_slashed: TAO, the sum of Eq. 10 over its life; reported, never executed on a real chain.
        total_earned: what the chain paid it while this validator watched.
    """

    hotkey: Hotkey
    readings: tuple[VasReading, ...] = ()
    reputation: float = 1.0
    would_be_slashed: float = 0.0
    total_earned: Rao = NOTHING

    def average(self, now: BlockNumber, days: int) -> float | None:
        """Mean VAS over the last `days` of blocks; None when nothing was read in them."""
        since = now - days * BLOCKS_PER_DAY
        recent = [reading.vas for reading in self.readings if reading.block > since]
        return mean(recent) if recent else None


@frozen
class Standing:
    """Everybody's standing before an epoch."""

    miners: Mapping[Hotkey, MinerStanding] = field(factory=dict)
    validators: Mapping[Hotkey, ValidatorStanding] = field(factory=dict)

    def of_miner(self, hotkey: Hotkey) -> MinerStanding:
        """A stranger's standing is an empty one."""
        return self.miners.get(hotkey) or MinerStanding(hotkey)

    def of_validator(self, hotkey: Hotkey) -> ValidatorStanding:
        """A stranger's standing is an empty one."""
        return self.validators.get(hotkey) or ValidatorStanding(hotkey)

    def figures(self) -> "Standing":
        """Without what only the next epoch needs: the last CMS values and the readings."""
        return Standing(
            {hotkey: evolve(miner, recent_cms=()) for hotkey, miner in self.miners.items()},
            {hotkey: evolve(judge, readings=()) for hotkey, judge in self.validators.items()},
        )
