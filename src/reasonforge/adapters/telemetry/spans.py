"""Events as spans: epoch → task → miner → check, and a miner's questions."""

from collections.abc import Mapping

from attrs import define, field
from opentelemetry.trace import Span, SpanContext, Status, StatusCode, Tracer, set_span_in_context

from reasonforge.application.ports.clock import Clock
from reasonforge.domain.events import (
    EpochClosed,
    EpochFailed,
    EpochStarted,
    Event,
    QuestionCame,
    QuestionSettled,
    TaskAsked,
    TaskScored,
    WeightsPublished,
)
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.report import Publication, ScoredReply
from reasonforge.domain.verdict import Unavailable, Verdict

MOST_QUESTIONS = 4_096
"""Open at a time; the oldest is ended for the newcomer."""
_NANOSECONDS = 1_000_000_000
Figures = dict[str, str | int | float | bool]


@define
class _Open:
    span: Span
    began: float


@define(eq=False)
class SpanTelemetry:
    """Telemetry that draws spans. Miners' words are in none of them: only figures, names of ours and hotkeys.

    A miner's span goes from the question to its last check; `elapsed_seconds` is its round trip.
    """

    tracer: Tracer
    clock: Clock
    _epochs: dict[Hotkey, _Open] = field(factory=dict, init=False)
    _tasks: dict[Hotkey, _Open] = field(factory=dict, init=False)
    _questions: dict[tuple[Hotkey, QueryId], _Open] = field(factory=dict, init=False)
    _last_epochs: dict[Hotkey, Span] = field(factory=dict, init=False)
    _newest: SpanContext | None = field(default=None, init=False)

    def emit(self, event: Event) -> None:
        match event:
            case EpochStarted():
                self._break_off(event.validator, "another epoch began")
                figures: Figures = {"epoch": event.epoch.number, "tasks": event.tasks, "miners": event.miners}
                self._epochs[event.validator] = self._begin("epoch", None, figures)
                self._last_epochs[event.validator] = self._epochs[event.validator].span
            case TaskAsked():
                figures = {
                    "task": event.index + 1,
                    "domain": event.task.discipline.value,
                    "difficulty": event.task.difficulty,
                    "miners": event.miners,
                }
                self._tasks[event.validator] = self._begin("task", self._epochs.get(event.validator), figures)
            case TaskScored():
                self._score(event)
            case EpochClosed(report):
                if (opened := self._epochs.pop(report.validator, None)) is not None:
                    opened.span.set_attribute("flags", len(report.flags))
                    self._end(opened)
            case EpochFailed():
                self._break_off(event.validator, "the epoch broke off")
            case WeightsPublished(validator, publication):
                self._publish(validator, publication)
            case QuestionCame():
                self._come(event)
            case QuestionSettled():
                self._settle(event)

    def ids(self) -> Mapping[str, str]:
        """The newest span's, as hexadecimal words for a log; empty before the first."""
        if self._newest is None:
            return {}
        return {"trace_id": f"{self._newest.trace_id:032x}", "span_id": f"{self._newest.span_id:016x}"}

    def close(self) -> None:
        """End what is open."""
        for validator in tuple(self._epochs):
            self._break_off(validator, "the process stopped")
        for opened in self._questions.values():
            self._end(opened)
        self._questions.clear()

    def _begin(self, name: str, within: _Open | None, figures: Figures) -> _Open:
        now = self.clock.now()
        opened = _Open(self._span(name, None if within is None else within.span, now, figures), now)
        self._newest = opened.span.get_span_context()
        return opened

    def _span(self, name: str, within: Span | None, began: float, figures: Figures) -> Span:
        context = None if within is None else set_span_in_context(within)
        return self.tracer.start_span(name, context=context, start_time=_ns(began), attributes=figures)

    def _end(self, opened: _Open, at: float | None = None) -> None:
        opened.span.end(_ns(max(opened.began, self.clock.now() if at is None else at)))

    def _break_off(self, validator: Hotkey, why: str) -> None:
        for opened in (self._tasks.pop(validator, None), self._epochs.pop(validator, None)):
            if opened is not None:
                opened.span.set_status(Status(StatusCode.ERROR, why))
                self._end(opened)

    def _score(self, event: TaskScored) -> None:
        opened = self._tasks.pop(event.validator, None)
        if opened is None:  # a sink that came in the middle
            return
        heard = max((reply.elapsed_seconds for reply in event.scored.replies), default=0.0)
        for reply in event.scored.replies:
            self._draw_miner(opened, reply, opened.began + heard)
        self._end(opened)

    def _draw_miner(self, task: _Open, reply: ScoredReply, judged_at: float) -> None:
        figures: Figures = {
            "uid": reply.uid,
            "hotkey": reply.hotkey,
            "elapsed_seconds": reply.elapsed_seconds,
            "cms": reply.cms,
            "void": reply.void,
        }
        if reply.silence is not None:
            figures["silence"] = reply.silence.reason.value
        if reply.correctness is not None:
            figures["correctness"] = reply.correctness
        miner = _Open(self._span("miner", task.span, task.began, figures), task.began)
        at = judged_at
        for name, verdict in reply.checks.items():
            check = _Open(self._span("check", miner.span, at, _of_check(name, verdict)), at)
            at += verdict.seconds
            self._end(check, at)
        self._end(miner, at if reply.checks else task.began + reply.elapsed_seconds)

    def _publish(self, validator: Hotkey, publication: Publication) -> None:
        outcome = type(publication.outcome).__name__
        now = self.clock.now()
        figures: Figures = {"epoch": publication.epoch.number, "outcome": outcome}
        self._end(_Open(self._span("weights", self._last_epochs.get(validator), now, figures), now))

    def _come(self, event: QuestionCame) -> None:
        key = (event.validator, event.query_id)
        while len(self._questions) >= MOST_QUESTIONS:
            self._end(self._questions.pop(next(iter(self._questions))))
        figures: Figures = {
            "validator": event.validator,
            "domain": event.discipline.value,
            "difficulty": event.difficulty,
        }
        self._questions[key] = self._begin("question", None, figures)

    def _settle(self, event: QuestionSettled) -> None:
        opened = self._questions.pop((event.came.validator, event.came.query_id), None)
        if opened is not None:
            opened.span.set_attribute("declined", event.declined.value if event.declined else "")
            self._end(opened)


def _of_check(name: str, verdict: Verdict) -> Figures:
    if isinstance(verdict.outcome, Unavailable):
        return {"check": name, "tool": verdict.tool, "available": False}
    return {"check": name, "tool": verdict.tool, "available": True, "outcome": verdict.outcome}


def _ns(seconds: float) -> int:
    return int(seconds * _NANOSECONDS)
