from reasonforge.application.ports.event_log import EventKind, PublicEvent
from reasonforge.domain.events import EpochClosed, EpochStarted, Event, TaskScored, WeightsPublished
from reasonforge.domain.numbers import mean
from reasonforge.domain.report import EpochReport
from reasonforge.domain.weights import WeightsCommitted, WeightsRefused, WeightsSet

TOP = 10
USERS = "api"


def describe_event(event: Event, at: float) -> PublicEvent | None:
    """What anybody may know of an event: no text, nothing that tells a trap, nothing of users' tasks; or None."""
    match event:
        case EpochStarted():
            figures = {
                "epoch": event.epoch.number,
                "validator": event.validator,
                "first_block": event.epoch.first_block,
                "last_block": event.epoch.last_block,
                "tasks": event.tasks,
                "miners": event.miners,
                "resumed": event.resumed,
            }
            return PublicEvent(EventKind.EPOCH_STARTED, at, figures)
        case TaskScored() if event.scored.task.source != USERS:
            return PublicEvent(EventKind.TASK_SCORED, at, _scored(event))
        case EpochClosed(report):
            return PublicEvent(EventKind.EPOCH_CLOSED, at, _closed(report))
        case WeightsPublished(validator, publication):
            outcome = publication.outcome
            said = {WeightsSet: "set", WeightsCommitted: "committed", WeightsRefused: "refused"}
            figures = {
                "epoch": publication.epoch.number,
                "validator": validator,
                "outcome": said.get(type(outcome), "unreachable"),
                "block": outcome.block if isinstance(outcome, WeightsSet | WeightsCommitted) else None,
            }
            return PublicEvent(EventKind.WEIGHTS_SET, at, figures)
        case _:
            return None


def _scored(event: TaskScored) -> dict[str, object]:
    replies, task = event.scored.replies, event.scored.task
    return {
        "epoch": event.epoch.number,
        "validator": event.validator,
        "index": event.scored.index,
        "of": event.of,
        "domain": task.discipline.value,
        "difficulty": task.difficulty,
        "asked": len(replies),
        "answered": sum(reply.silence is None for reply in replies),
        "right": sum(reply.correctness == 1.0 for reply in replies),
        "average_cms": mean([reply.cms for reply in replies]) if replies else 0.0,
    }


def _closed(report: EpochReport) -> dict[str, object]:
    top = [
        {
            "rank": one.rank,
            "uid": one.uid,
            "hotkey": one.hotkey,
            "s_epoch": one.s_epoch,
            "peb": one.peb,
            "streak": one.streak,
            "share": one.share,
        }
        for one in report.miners[:TOP]
    ]
    return {"epoch": report.epoch.number, "validator": report.validator, "miners": len(report.miners), "top": top}
