"""What a miner keeps of what it was asked, and of what it was told that it earned."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Hotkey, NetUid, QueryId, Rao, Uid


@frozen
class ToldScores:
    """One validator's word on one epoch of ours (TaskResult of 3-protocol §3.1), bounded and checked.

    Attributes:
        uid: under which it knew us; `incentive` in [0, 1] and `emission` of the chain's last epoch, as it saw them.
        rank: 1 is the best; 0 when the epoch ranked us nowhere.
        total_tao: what the chain paid us while it watched.
        told_at: UTC seconds by our clock.
        scores: one for each task, in the order told.
    """

    validator: Hotkey
    epoch: EpochNumber
    uid: Uid
    s_epoch: float
    rank: int
    total_tao: float
    incentive: float
    emission: Rao
    told_at: float
    scores: tuple[TaskScore, ...]


class AnswerState(StrEnum):
    """What became of a question."""

    OPEN = "open"
    """Being thought about; or cut off, at its deadline or with the process."""
    ANSWERED = "answered"
    DECLINED = "declined"


@frozen
class AskedQuestion:
    """A question of a validator, and what we did with it: what its scores, which name only the question, refer to.

    Attributes:
        timeout_seconds: how long it was open.
        asked_at: UTC seconds by our clock.
        state, detail: what we did, and why when it was declined.
        seconds: what that took; None while open.
    """

    validator: Hotkey
    query_id: QueryId
    discipline: Discipline
    difficulty: int
    timeout_seconds: float
    asked_at: float
    state: AnswerState = AnswerState.OPEN
    detail: str = ""
    seconds: float | None = None


@frozen
class BookOwner:
    """Whose book it is."""

    hotkey: Hotkey
    netuid: NetUid


@frozen
class BookLimits:
    """How much a book keeps; what is oldest in the order of arrival goes first. All ≥ 1.

    Attributes:
        epochs: of one validator.
        questions: of one validator.
        validators: of whom anything is kept.
    """

    epochs: int = 64
    questions: int = 1_024
    validators: int = 128


DEFAULT_BOOK_LIMITS = BookLimits()


class ScoreBook(Protocol):
    """The miner's memory. It is shown to the operator, and nothing is decided by it.

    Promises:
        - what a method returned from is still there after a crash (but for the memory adapter);
        - `learn` and `ask` are idempotent: what came first under one key stays;
        - what is kept never exceeds the book's limits, and one validator's flood displaces only its own entries, as
          long as there are no more validators than the limit;
        - values come back equal to what went in, newest first;
        - failures of the medium are `StoreFault`, and lose nothing kept before.
    """

    async def own(self, owner: BookOwner) -> None:
        """Say whose book it is; `OperatorError` when it is somebody else's already."""
        ...

    async def learn(self, told: ToldScores) -> bool:
        """Keep what a validator told of an epoch; whether it was not known before."""
        ...

    async def ask(self, question: AskedQuestion) -> None:
        """Keep that a question came."""
        ...

    async def settle(self, question: AskedQuestion) -> None:
        """What became of a kept question that was open; of any other nothing changes."""
        ...

    async def told(self, limit: int) -> Sequence[ToldScores]:
        """Of each validator the newest `limit` epochs; all of them in the order of arrival, newest first."""
        ...

    async def asked(self) -> Sequence[AskedQuestion]:
        """All questions kept, newest first."""
        ...
