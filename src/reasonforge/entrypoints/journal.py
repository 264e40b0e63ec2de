"""What a neuron does, a line at a time on standard error: words on a terminal, JSON elsewhere. No miner's text."""

import json
from typing import Any, TextIO

from attrs import frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.notifier import OperatorNotice, Severity
from reasonforge.domain.events import (
    EpochClosed,
    EpochStarted,
    Event,
    SeedCommitted,
    SeedRevealed,
    TaskScored,
    WeightsPublished,
)
from reasonforge.domain.weights import (
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)


@frozen
class Journal:
    """Telemetry and Notifier of a running neuron.

    Attributes:
        as_json: one JSON object a line, with `level`, `at` (UTC seconds), `event` and its figures.
    """

    stream: TextIO
    clock: Clock
    as_json: bool
    neuron: str

    def emit(self, event: Event) -> None:
        match event:
            case SeedCommitted(_, record):
                self.note("seed committed", epoch=record.committed.epoch.number, commitment=record.committed.commitment)
            case SeedRevealed(_, record):
                self.note(
                    "seed revealed",
                    epoch=record.committed.epoch.number,
                    commitment=record.committed.commitment,
                    seed=None if record.revealed is None else record.revealed.secret.hex(),
                )
            case EpochStarted():
                self.note(
                    "epoch started",
                    epoch=event.epoch.number,
                    tasks=event.tasks,
                    miners=event.miners,
                    resumed=event.resumed,
                )
            case TaskScored():
                replies = event.scored.replies
                self.note(
                    "task scored",
                    epoch=event.epoch.number,
                    task=f"{event.scored.index + 1}/{event.of}",
                    domain=event.scored.task.discipline.value,
                    difficulty=event.scored.task.difficulty,
                    asked=len(replies),
                    answered=sum(reply.silence is None for reply in replies),
                    right=sum(reply.correctness == 1.0 for reply in replies),
                )
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

    async def tell(self, notice: OperatorNotice) -> None:
        self.note(notice.what, level=notice.severity, do=notice.do)

    def note(self, event: str, level: Severity = Severity.INFO, **figures: Any) -> None:
        """One line."""
        if self.as_json:
            line = json.dumps(
                {"at": self.clock.now(), "level": level, "neuron": self.neuron, "event": event, **figures}
            )
        else:
            told = " ".join(f"{name}={value}" for name, value in figures.items() if value is not None)
            line = f"{self.neuron} {level}: {event} {told}".rstrip()
        self.stream.write(f"{line}\n")
        self.stream.flush()


def _spoken(outcome: WeightsOutcome) -> dict[str, Any]:
    match outcome:
        case WeightsSet(block):
            return {"outcome": "set", "block": block}
        case WeightsCommitted(block, reveals_at):
            return {"outcome": "committed", "block": block, "reveals_at": reveals_at}
        case WeightsRefused(reason, detail):
            return {"outcome": "refused", "reason": reason.value, "detail": detail}
    return {"outcome": "unreachable", "detail": outcome.detail}
