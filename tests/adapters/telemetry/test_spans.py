"""Spans from an epoch to a check, as a real collector receives them over HTTP."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from attrs import evolve

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otlp is not installed")

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.telemetry.otlp import PARTING_SECONDS, exported_spans
from reasonforge.adapters.telemetry.spans import MOST_QUESTIONS
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.events import (
    Declined,
    EpochClosed,
    EpochFailed,
    EpochStarted,
    Event,
    QuestionCame,
    QuestionSettled,
    TaskAsked,
    TaskScored,
)
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from tests.adapters.telemetry.collector import Collector, collecting

RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=2))
CAME = QuestionCame(Hotkey("me"), Hotkey("alice"), QueryId("q1"), Discipline.CAUSAL, 7)


def figures(span: Span) -> dict[str, object]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}


def events_of_an_epoch() -> tuple[Event, ...]:
    events = MemoryTelemetry()

    async def go() -> None:
        async with InProcessSubnet(1, 6, 3, rules=RULES) as subnet:
            subnet.watch(events)
            await subnet.run_epochs(1)

    asyncio.run(go())
    return events.events


EPOCH = events_of_an_epoch()


def exported(events: Sequence[Event], collector: Collector) -> None:
    with exported_spans(collector.url, "reasonforge-validator", "1.2", SystemClock()) as spans:
        for event in events:
            spans.emit(event)


def test_an_epoch_is_a_tree_down_to_the_checks() -> None:
    """Epoch → task → miner → check, each within its parent, with the report's own figures, as protobuf."""
    with collecting() as collector:
        exported(EPOCH, collector)
        spans = list(collector.spans)
    by_id = {span.span_id: span for span in spans}
    (closed,) = [one for one in EPOCH if isinstance(one, EpochClosed)]
    replies = [(task, reply) for task in closed.report.tasks for reply in task.replies]
    parents = Counter((by_id[s.parent_span_id].name if s.parent_span_id else "", s.name) for s in spans)
    assert parents == {
        ("", "epoch"): 1,
        ("epoch", "task"): len(closed.report.tasks),
        ("task", "miner"): len(replies),
        ("miner", "check"): sum(len(reply.checks) for _, reply in replies),
        ("epoch", "weights"): 1,
    }
    assert len({span.trace_id for span in spans}) == 1
    for span in spans:
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            assert by_id[span.parent_span_id].start_time_unix_nano <= span.start_time_unix_nano
    told = sorted((figures(s)["uid"], round(float(str(figures(s)["cms"])), 9)) for s in spans if s.name == "miner")
    assert told == sorted((reply.uid, round(reply.cms, 9)) for _, reply in replies)
    assert collector.services == {"reasonforge-validator"}
    assert set(collector.paths) == {"/v1/traces"}


def test_no_span_carries_a_miners_words() -> None:
    """Answers, reasoning and reasons for silences stay out of them."""
    with collecting() as collector:
        exported(EPOCH, collector)
        written = "".join(request.SerializeToString().decode("latin-1") for request in collector.requests)
    words = {
        step
        for one in EPOCH
        if isinstance(one, TaskScored)
        for reply in one.scored.replies
        if reply.submission is not None
        for step in reply.submission.reasoning_texts()
        if len(step) > 12
    }
    assert words
    assert not [one for one in words if one in written]


def test_an_epoch_that_breaks_off_says_so() -> None:
    """Its span, and that of the task that was under way, end as errors; the next epoch starts anew."""
    started, asked = (next(one for one in EPOCH if isinstance(one, kind)) for kind in (EpochStarted, TaskAsked))
    assert isinstance(started, EpochStarted)
    failed = EpochFailed(started.validator, started.epoch, "the store broke")
    with collecting() as collector:
        exported([started, asked, failed, *EPOCH], collector)
        spans = collector.spans
    broken = [span for span in spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert sorted(span.name for span in broken) == ["epoch", "task"]
    assert len({span.trace_id for span in spans}) == 2


def test_a_question_is_a_span_of_its_own() -> None:
    """From its admission to what became of it; those under way when the process stops are ended."""
    other = evolve(CAME, query_id=QueryId("q2"))
    with collecting() as collector:
        exported([CAME, QuestionSettled(CAME, 1.0, Declined.LATE), other], collector)
        (first, second) = collector.spans
    assert figures(first) == {"validator": "alice", "domain": "causal", "difficulty": 7, "declined": "late"}
    assert figures(second) == {"validator": "alice", "domain": "causal", "difficulty": 7}
    assert first.trace_id != second.trace_id


def test_a_flood_of_questions_is_bounded() -> None:
    """The oldest that is open is ended for the newcomer."""
    with collecting() as collector, exported_spans(collector.url, "s", "1", MemoryClock()) as spans:
        for number in range(MOST_QUESTIONS + 5):
            spans.emit(evolve(CAME, query_id=QueryId(str(number))))
        assert len(spans._questions) == MOST_QUESTIONS


def test_the_log_can_name_the_newest_span() -> None:
    """Its ids in hexadecimal, as a collector shows them; none before the first."""
    with collecting() as collector:
        with exported_spans(collector.url, "s", "1", SystemClock()) as spans:
            assert spans.ids() == {}
            spans.emit(CAME)
            ids = spans.ids()
        (span,) = collector.spans
    assert ids == {"trace_id": span.trace_id.hex(), "span_id": span.span_id.hex()}


@pytest.mark.parametrize("kind", ["nobody", "stalled", "broken"])
def test_a_dead_collector_costs_nothing(kind: str) -> None:
    """Nobody listens, it never answers, or it answers 503: events take no time all the same, and parting is bounded."""
    with collecting(stalled=kind == "stalled") as collector:
        if kind == "broken":
            collector.status = 503
        url = "http://127.0.0.1:9" if kind == "nobody" else collector.url
        with exported_spans(url, "s", "1", SystemClock()) as spans:
            began = time.monotonic()
            for _ in range(20):
                for event in EPOCH:
                    spans.emit(event)
            emitting = time.monotonic() - began
            began = time.monotonic()
        parting = time.monotonic() - began
        assert emitting < 2.0
        assert parting < PARTING_SECONDS + 1.0


@pytest.mark.parametrize("endpoint", ["localhost:4318", "ftp://host", "http://", "http://[::1", "http://host:port"])
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    """In a sentence that names flag and variable."""
    with (
        pytest.raises(OperatorError, match=r"--otel.endpoint \(OTEL_EXPORTER_OTLP_ENDPOINT\) must be"),
        exported_spans(endpoint, "s", "1", MemoryClock()),
    ):
        raise AssertionError


def test_a_missing_exporter_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with (
        pytest.raises(OperatorError, match=r"pip install 'reasonforge\[otlp\]'"),
        exported_spans("http://127.0.0.1:4318", "s", "1", MemoryClock()),
    ):
        raise AssertionError
