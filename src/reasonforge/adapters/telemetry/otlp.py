"""Spans over HTTP to a collector, where there is one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from reasonforge.adapters.telemetry.spans import SpanTelemetry
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import OperatorError

EXPORT_SECONDS = 3.0
"""For one batch; what a collector does not take in time is dropped."""
PARTING_SECONDS = 2.0
"""For what is left when the process stops."""
MOST_WAITING = 4_096


@contextmanager
def exported_spans(endpoint: str, service: str, version: str, clock: Clock) -> Iterator[SpanTelemetry]:
    """Spans that go to `endpoint`/v1/traces in the background.

    A collector that is away costs nothing but the spans: at most `MOST_WAITING` wait, in memory, and nobody waits for
    them; stopping takes at most `PARTING_SECONDS` longer.

    Raises:
        OperatorError: `endpoint` is no http(s) URL, or the exporter is not installed.
    """
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise OperatorError(
            "--otel.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) must be a collector's URL, such as http://127.0.0.1:4318"
        )
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise OperatorError(
            "--otel.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) needs the exporter: pip install 'reasonforge[otlp]'"
        ) from error
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.version": version}), shutdown_on_exit=False
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=2_000,
            export_timeout_millis=EXPORT_SECONDS * 1_000,
        )
    )
    spans = SpanTelemetry(provider.get_tracer("reasonforge", version), clock)
    try:
        yield spans
    finally:
        spans.close()
        parting = threading.Thread(target=provider.shutdown, daemon=True, name="spans")
        parting.start()
        parting.join(PARTING_SECONDS)
