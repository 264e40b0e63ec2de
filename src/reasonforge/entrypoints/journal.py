"""What a neuron does, a line at a time on standard error: words on a terminal, JSON elsewhere. No miner's text."""

from typing import Any

from attrs import define, field

from reasonforge.adapters.telemetry.structured_log import StructuredLog
from reasonforge.application.ports.notifier import OperatorNotice, Severity
from reasonforge.domain.commitment import SeedRecord
from reasonforge.domain.events import (
    EpochClosed,
    EpochStarted,
    Event,
    QuestionCame,
    QuestionSettled,
    ScoresTold,
    SeedCommitted,
    SeedRevealed,
    TaskAsked,
    TaskScored,
    TextsForgotten,
    WeightsPublished,
)
from reasonforge.domain.numbers import mean
from reasonforge.domain.weights import (
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)


@define
class Journal:
    """Telemetry and Notifier of a running neuron: its happenings as lines of the process's log.

    Every line tells the epoch and the task that are being worked on.
    """

    log: StructuredLog
    _epoch: int | None = field(default=None, init=False)
    _task: str | None = field(default=None, init=False)
    _tasks: int = field(default=0, init=False)

    def emit(self, event: Event) -> None:
        match event:
            case SeedCommitted(_, record) | SeedRevealed(_, record):
                self._seed(record)
            case EpochStarted():
                self._epoch, self._task, self._tasks = event.epoch.number, None, event.tasks
                self.note("epoch started", tasks=event.tasks, miners=event.miners, resumed=event.resumed)
            case TaskAsked():
                self._task = f"{event.index + 1}/{self._tasks}"
                self._detail("task asked", domain=event.task.discipline.value, miners=event.miners)
            case TaskScored():
                replies = event.scored.replies
                self.note(
                    "task scored",
                    task=f"{event.scored.index + 1}/{event.of}",
                    domain=event.scored.task.discipline.value,
                    difficulty=event.scored.task.difficulty,
                    asked=len(replies),
                    answered=sum(reply.silence is None for reply in replies),
                    right=sum(reply.correctness == 1.0 for reply in replies),
                )
                self._task = None
            case EpochClosed(report):
                best = report.miners[0] if report.miners else None
                self.note(
                    "epoch closed",
                    epoch=report.epoch.number,
                    best=None if best is None else best.hotkey,
                    weights=len(report.weights.uids) if isinstance(report.weights, WeightRow) else 0,
                    flags=len(report.flags),
                )
            case WeightsPublished(_, publication):
                self.note("weights", epoch=publication.epoch.number, **_spoken(publication.outcome))
            case TextsForgotten() if event.rows:
                self.note("old texts deleted", epoch=event.epoch.number, rows=event.rows)
            case QuestionCame() | QuestionSettled() | ScoresTold():
                self._mine(event)

    def _mine(self, event: QuestionCame | QuestionSettled | ScoresTold) -> None:
        """A miner's happenings."""
        match event:
            case QuestionCame():
                self._detail("question came", domain=event.discipline.value, validator=event.validator)
            case QuestionSettled():
                self.note(
                    "question answered" if event.declined is None else "question declined",
                    domain=event.came.discipline.value,
                    difficulty=event.came.difficulty,
                    validator=event.came.validator,
                    seconds=round(event.seconds, 3),
                    reason=None if event.declined is None else event.declined.value,
                )
            case ScoresTold():
                self.note(
                    "scores told",
                    epoch=event.epoch,
                    validator=event.validator,
                    s_epoch=round(event.s_epoch, 4),
                    rank=event.rank,
                    tasks=len(event.cms),
                    mean_cms=round(mean(event.cms), 4) if event.cms else None,
                )

    def _seed(self, record: SeedRecord) -> None:
        """What was committed to, or what is no secret any more."""
        of, seed = record.committed, record.revealed
        if seed is None:
            self.note("seed committed", epoch=of.epoch.number, commitment=of.commitment)
        else:
            self.note("seed revealed", epoch=of.epoch.number, commitment=of.commitment, seed=seed.secret.hex())

    async def tell(self, notice: OperatorNotice) -> None:
        self.note(notice.what, level=notice.severity, do=notice.do)

    def note(self, event: str, level: Severity = Severity.INFO, **figures: Any) -> None:
        """One line."""
        self.log.line(event, level, **{"epoch": self._epoch, "task": self._task, **figures})

    def _detail(self, event: str, **figures: Any) -> None:
        """One line, for who asked to see everything."""
        if self.log.debug:
            self.log.line(event, "debug", **{"epoch": self._epoch, "task": self._task, **figures})


def _spoken(outcome: WeightsOutcome) -> dict[str, Any]:
    match outcome:
        case WeightsSet(block):
            return {"outcome": "set", "block": block}
        case WeightsCommitted(block, reveals_at):
            return {"outcome": "committed", "block": block, "reveals_at": reveals_at}
        case WeightsRefused(reason, detail):
            return {"outcome": "refused", "reason": reason.value, "detail": detail}
    return {"outcome": "unreachable", "detail": outcome.detail}
