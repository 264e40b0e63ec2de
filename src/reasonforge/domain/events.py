"""What an onlooker may watch while it happens: the demo's screen, logs, metrics, traces, the gateway's stream."""

from enum import StrEnum

from attrs import frozen

from reasonforge.domain.commitment import SeedRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, QueryId
from reasonforge.domain.metagraph import Hyperparameters, Metagraph
from reasonforge.domain.report import EpochReport, Publication, ScoredTask
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Task


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
class SubnetSeen:
    """A neuron read its subnet off the chain: who is there, and by which rules."""

    observer: Hotkey
    metagraph: Metagraph
    hyperparameters: Hyperparameters


@frozen
class BlockSeen:
    """The chain answered a neuron; `at` in UTC seconds."""

    observer: Hotkey
    block: BlockNumber
    at: float


@frozen
class TaskAsked:
    """A task of the plan goes out to `miners` miners; its `TaskScored` follows, or the epoch's failure."""

    validator: Hotkey
    epoch: Epoch
    index: int
    task: Task
    miners: int


@frozen
class EpochFailed:
    """Work on the epoch broke off; it is taken up again at the next look, from what was recorded."""

    validator: Hotkey
    epoch: Epoch
    reason: str


@frozen
class VitalSigns:
    """How a neuron's process is.

    Attributes:
        at: UTC seconds.
        lag_seconds: how late its event loop wakes up, the worst since the last signs.
        store_seconds: what an empty write to the store took; None when it failed.
        store_fault: why it failed; empty when it did not.
        free_bytes: room where the state is kept; None when that is not a disk of this machine.
        sandbox_answers: whether the sandbox's runner does; None where there is no sandbox.
    """

    observer: Hotkey
    at: float
    lag_seconds: float
    store_seconds: float | None
    store_fault: str = ""
    free_bytes: int | None = None
    sandbox_answers: bool | None = None


class Declined(StrEnum):
    """Why a miner gave no answer to a question that it admitted."""

    BUSY = "busy"
    LATE = "late"
    NOT_SERVED = "not_served"
    NO_ANSWER = "no_answer"
    OTHER = "other"


@frozen
class QuestionCame:
    """A miner has admitted a question."""

    miner: Hotkey
    validator: Hotkey
    query_id: QueryId
    discipline: Discipline
    difficulty: int


@frozen
class QuestionSettled:
    """What became of it, after `seconds` of the miner's clock; `declined` is None when it was answered."""

    came: QuestionCame
    seconds: float
    declined: Declined | None = None


@frozen
class ScoresTold:
    """A validator told a miner what an epoch earned it; its word, within bounds, and no more than that.

    Attributes:
        cms: one a task, in [0, 2].
        dimensions: the mean over the tasks.
        flags: the kinds of anomaly that the validator saw, one for each task that it saw it in.
        total_tao: what the chain paid while that validator watched.
    """

    miner: Hotkey
    validator: Hotkey
    epoch: EpochNumber
    s_epoch: float
    rank: int
    cms: tuple[float, ...]
    dimensions: DimensionScores
    flags: tuple[str, ...]
    total_tao: float


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


@frozen
class TextsForgotten:
    """Once an epoch: `rows` of tasks, replies and reasoning were old enough to go; `fault` says why none could."""

    validator: Hotkey
    epoch: Epoch
    rows: int
    fault: str = ""


Event = (
    SeedCommitted
    | SeedRevealed
    | EpochStarted
    | TaskAsked
    | TaskScored
    | EpochClosed
    | EpochFailed
    | WeightsPublished
    | SubnetSeen
    | BlockSeen
    | VitalSigns
    | QuestionCame
    | QuestionSettled
    | ScoresTold
    | TextsForgotten
)
