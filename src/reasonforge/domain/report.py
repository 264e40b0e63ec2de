"""What happened in an epoch: every reply scored, every miner's result, the weights that follow."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from reasonforge.domain.epoch import Epoch
from reasonforge.domain.flag import Flag
from reasonforge.domain.identity import BlockNumber, Hotkey, QueryId, Uid
from reasonforge.domain.judgement import Consensus
from reasonforge.domain.likeness import UNLIKE, Likeness
from reasonforge.domain.reply import Silence
from reasonforge.domain.score import NO_SCORE, DimensionScores
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verdict
from reasonforge.domain.weights import WeightRow, WeightsOutcome, WeightsRefused


@frozen
class Variant:
    """A miner's own instance of a task: of the same family, difficulty and size, and answered by something else.

    Attributes:
        seed: from which its family makes it again.
        instance: as in `Task`.
        problem, truth: its statement, and its right answer as text.
    """

    seed: str
    instance: str
    problem: str
    truth: str


@frozen
class ScoredReply:
    """One miner on one task.

    Attributes:
        silence: why there was nothing to score; None when there was.
        submission: what was scored; None on silence.
        elapsed_seconds: the round trip as measured.
        checks: a verdict for every check the task names; empty on silence.
        correctness: the final answer against the ground truth; None when not known or not comparable.
        own_cms: Eq. 2 over this validator's own dimensions, before consensus.
        consensus: the jury's view; None without one.
        dimensions: after consensus.
        cms: Eq. 2 over `dimensions`, after a breakthrough's Eq. 6; in [0, 2].
        void: nothing could be checked: counts neither for nor against (§1.3).
        breakthrough: Eq. 6 applied.
        flags: the kinds of anomaly seen in this reply.
        variant: what this miner was asked, where it was not the task itself.
    """

    query_id: QueryId
    uid: Uid
    hotkey: Hotkey
    elapsed_seconds: float
    silence: Silence | None = None
    submission: Submission | None = None
    checks: Mapping[str, Verdict] = field(factory=dict)
    correctness: float | None = None
    likeness: Likeness = UNLIKE
    own_cms: float = 0.0
    consensus: Consensus | None = None
    dimensions: DimensionScores = NO_SCORE
    cms: float = 0.0
    void: bool = False
    breakthrough: bool = False
    flags: tuple[str, ...] = ()
    variant: Variant | None = None


@frozen
class ScoredTask:
    """One task and everybody who was asked it, in the order of the plan. `index` is its place in the epoch."""

    index: int
    task: Task
    replies: tuple[ScoredReply, ...]


@frozen
class MinerResult:
    """One miner's epoch.

    Attributes:
        asked, answered, void: tasks it was asked; those it answered; those that could not be checked.
        dimensions: the mean over the tasks that count, silences as 0.
        accuracy_right: how many final answers were right.
        trap_score: mean over its traps; None when it saw none.
        trap_penalty: Eq. 9, in [0, 1].
        s_epoch, rank, streak, peb: Eq. 3, the ranking, Eq. 4.
        share: its part of the weights, in [0, 1].
    """

    hotkey: Hotkey
    uid: Uid
    asked: int
    answered: int
    void: int
    right: int
    dimensions: DimensionScores
    trap_score: float | None
    trap_penalty: float
    s_epoch: float
    rank: int
    streak: int
    peb: float
    share: float
    breakthroughs: int = 0
    plagiarised: int = 0


@frozen
class ValidatorResult:
    """One judge's epoch: Eq. 7 over what it judged, and what follows from its history.

    Attributes:
        judged: how many replies it judged.
        vas: None when it judged nothing.
        reputation: the multiplier after this epoch.
        would_be_slashed: Eq. 10 for this epoch, TAO.
    """

    hotkey: Hotkey
    stake: float
    judged: int
    vas: float | None
    reputation: float
    would_be_slashed: float


@frozen
class EpochReport:
    """One validator's epoch, closed.

    Attributes:
        tasks: in the order of the plan.
        miners: by rank.
        weights: the row to publish, or why there is none.
    """

    epoch: Epoch
    validator: Hotkey
    tasks: tuple[ScoredTask, ...]
    miners: tuple[MinerResult, ...]
    validators: tuple[ValidatorResult, ...]
    flags: tuple[Flag, ...]
    weights: WeightRow | WeightsRefused


class EpochState(StrEnum):
    """How far an epoch has come in the store."""

    OPEN = "open"
    CLOSED = "closed"
    PUBLISHING = "publishing"
    """Its weights may have reached the chain, and no answer is noted."""
    PUBLISHED = "published"
    FAILED = "failed"


HAS_RESULTS = frozenset({EpochState.CLOSED, EpochState.PUBLISHING, EpochState.PUBLISHED})
"""States of an epoch that is over and was not given up."""


@frozen
class PendingWeights:
    """Weights of a closed epoch that the chain has not confirmed.

    Attributes:
        sent_after: the block after which the chain showed no weights of ours when these were sent; None while they
            never were. Once it shows weights of a later block, it has taken these.
        last_set: the latest block in which it is known to have taken weights of ours, of whatever epoch.
    """

    epoch: Epoch
    row: WeightRow
    sent_after: BlockNumber | None = None
    last_set: BlockNumber | None = None


@frozen
class Publication:
    """What became of an epoch's weights."""

    epoch: Epoch
    outcome: WeightsOutcome
