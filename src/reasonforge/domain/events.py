"""What an onlooker may watch while it happens: the demo's screen, logs, metrics, the gateway's stream."""

from attrs import frozen

from reasonforge.domain.commitment import SeedRecord
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.report import EpochReport, Publication, ScoredTask


@frozen
class EpochStarted:
    """A validator drew its plan. `resumed` tasks were already recorded before a restart."""

    validator: Hotkey
    epoch: Epoch
    tasks: int
    miners: int
    resumed: int = 0


@frozen
class TaskScored:
    """One task was asked, checked, scored and recorded; `of` tasks are in the plan."""

    validator: Hotkey
    epoch: Epoch
    scored: ScoredTask
    of: int


@frozen
class EpochClosed:
    """The epoch's result was recorded."""

    report: EpochReport


@frozen
class WeightsPublished:
    """The chain answered, or did not."""

    validator: Hotkey
    publication: Publication


@frozen
class SeedCommitted:
    """Before anybody is asked: what the epoch's tasks will be drawn by."""

    validator: Hotkey
    record: SeedRecord


@frozen
class SeedRevealed:
    """After the epoch: the seed, from which anybody can draw its tasks again."""

    validator: Hotkey
    record: SeedRecord


Event = SeedCommitted | SeedRevealed | EpochStarted | TaskScored | EpochClosed | WeightsPublished
