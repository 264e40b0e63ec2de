from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reasonforge.application.miner.explain_earnings import FLAGS
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.score_book import ScoreBook, ToldScores
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import ScoreNotice, TaskScore
from reasonforge.domain.errors import CallerError, StoreFault
from reasonforge.domain.events import ScoresTold
from reasonforge.domain.identity import RAO_PER_TAO, EpochNumber, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.legible import legible
from reasonforge.domain.numbers import finite
from reasonforge.domain.score import DimensionScores, mean_dimensions

MOST_TASKS = 256
MOST_CHECKS = 32
LONGEST_NAME = 64
LONGEST_WORD = 240
MOST_NUMBER = 2**48
"""Beyond any epoch, rank or uid."""
MOST_TAO = 21_000_000
MOST_CMS = 2.0
MOST_S_EPOCH = 4.0
"""What Eq. 6 and Eq. 3 can give."""


@frozen
class RememberScores:
    """What a validator told us we earned is kept, when it is about us and its figures can be a task result's.

    Who may tell us anything was decided before (`AdmitCaller`), over a signature. An admitted validator can still tell
    us nonsense: that is bounded, shown to the operator as that validator's word, and nothing is decided by it. A book
    that cannot be written is told to the operator; the validator loses nothing by it.

    Raises:
        CallerError: it is another miner's, or no task result.
    """

    book: ScoreBook
    own: Hotkey
    clock: Clock
    notifier: Notifier
    telemetry: Telemetry

    async def __call__(self, caller: Hotkey, notice: ScoreNotice) -> None:
        if notice.neuron.hotkey != self.own:
            raise CallerError("these scores are another miner's")
        try:
            told = _checked(caller, notice, self.clock.now())
        except (TypeError, ValueError, AttributeError) as error:
            raise CallerError(f"this is no task result: {error}") from error
        try:
            if await self.book.learn(told):
                self.telemetry.emit(_as_event(self.own, told))
        except StoreFault as fault:
            notice_of_loss = OperatorNotice(
                Severity.WARNING, f"the scores of epoch {told.epoch} were not kept: {fault}", "see `reasonforge doctor`"
            )
            await self.notifier.tell(notice_of_loss)


def _as_event(own: Hotkey, told: ToldScores) -> ScoresTold:
    flags = [flag for score in told.scores for flag in score.checks.get(FLAGS, "").split(", ") if flag]
    return ScoresTold(
        miner=own,
        validator=told.validator,
        epoch=told.epoch,
        s_epoch=told.s_epoch,
        rank=told.rank,
        cms=tuple(score.cms for score in told.scores),
        dimensions=mean_dimensions([score.dimensions for score in told.scores]),
        flags=tuple(flags),
        total_tao=told.total_tao,
    )


def _checked(caller: Hotkey, notice: ScoreNotice, now: float) -> ToldScores:
    """The notice within bounds, or a `ValueError`."""
    if len(notice.scores) > MOST_TASKS:
        raise ValueError(f"it has {len(notice.scores)} tasks, and at most {MOST_TASKS} are read")
    scores = tuple(_score(score) for score in notice.scores)
    if len({score.query_id for score in scores}) < len(scores):
        raise ValueError("it scores one question twice")
    return ToldScores(
        validator=caller,
        epoch=EpochNumber(_count(notice.epoch, "the epoch")),
        uid=Uid(_count(notice.neuron.uid, "the uid")),
        s_epoch=_within(notice.s_epoch, MOST_S_EPOCH, "s_epoch"),
        rank=_count(notice.rank, "the rank"),
        total_tao=_within(notice.total_tao, MOST_TAO, "total_tao"),
        incentive=_within(notice.neuron.incentive, 1.0, "the incentive"),
        emission=Rao(_count(notice.neuron.emission, "the emission", MOST_TAO * RAO_PER_TAO)),
        told_at=now,
        scores=scores,
    )


def _score(score: TaskScore) -> TaskScore:
    if not isinstance(score.dimensions, DimensionScores):
        raise ValueError("a score has four dimensions")  # noqa: TRY004 - one kind of mistake, whatever a stranger sent
    return TaskScore(
        query_id=QueryId(_words(score.query_id, LONGEST_NAME, "a task_id")),
        cms=_within(score.cms, MOST_CMS, "a CMS"),
        rank=_count(score.rank, "a rank"),
        dimensions=score.dimensions,
        checks=_checks(score.checks),
    )


def _checks(checks: Mapping[Any, Any]) -> Mapping[str, str]:
    if len(checks) > MOST_CHECKS:
        raise ValueError(f"the checks of a task are at most {MOST_CHECKS} words by name")
    return {
        _words(name, LONGEST_NAME, "a check"): _words(word, LONGEST_WORD, "a check") for name, word in checks.items()
    }


def _words(text: object, most: int, name: str) -> str:
    """One legible line of at most `most` characters."""
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004 - as above
    return " ".join(legible(text[:most]).split())


def _count(value: object, name: str, most: int = MOST_NUMBER) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name} must be a whole number from 0 to {most}")
    return value


def _within(value: float, most: float, name: str) -> float:
    number = finite(value, name)
    if not 0.0 <= number <= most:
        raise ValueError(f"{name} must lie in [0, {most:g}]")
    return number
