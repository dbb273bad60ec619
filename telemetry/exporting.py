"""Spans as OpenTelemetry's SDK makes and exports them. Imported only if tracing is configured."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.contrib.opentelemetry import TracingInterceptor

from config.version import installed_version
from telemetry import genai
from telemetry.span import Attributes, Span

log = structlog.get_logger(__name__)

_STORED = TraceContextTextMapPropagator()
"""The form of stored trace contexts, whatever OTEL_PROPAGATORS chooses for headers."""


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes({name: value for name, value in attributes.items() if value is not None})

    def fail(self, kind: str) -> None:
        self._span.set_attribute(genai.ERROR_TYPE, kind)
        self._span.set_status(Status(StatusCode.ERROR))


class Spans:
    """The spans of one process.

    Args:
        processor: what is done with spans that have ended.
        content: whether they contain prompts, responses, and tools' arguments and results.
    """

    def __init__(self, service: str, processor: SpanProcessor, *, content: bool) -> None:
        self.content = content
        self._provider = provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
        provider.add_span_processor(WithoutTexts(processor))
        self._tracer = provider.get_tracer("botarmy", installed_version(), genai.SCHEMA_URL)
        self.interceptor = TracingInterceptor(provider.get_tracer("temporalio"))

    def flush(self) -> None:
        """Export what has ended. It takes as long as the collector needs."""
        self._provider.force_flush()

    def current_ids(self) -> dict[str, str]:
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}

    def current_traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        _STORED.inject(carrier)
        return carrier.get("traceparent")

    @contextmanager
    def continued_trace(self, name: str, traceparent: str) -> Iterator[Span]:
        context = _STORED.extract({"traceparent": traceparent}, Context())
        current = trace.get_current_span().get_span_context()
        links = [Link(current)] if current.is_valid else []
        tracer = self._tracer
        with tracer.start_as_current_span(name, context, links=links) as started, _failing(_Span(started)) as span:
            yield span

    @contextmanager
    def span(self, name: str, attributes: Attributes, *, is_call: bool) -> Iterator[Span]:
        kind = SpanKind.CLIENT if is_call else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(name, kind=kind) as started, _failing(_Span(started)) as span:
            span.set(attributes)
            yield span

    @contextmanager
    def request_span(self, name: str, attributes: Attributes, headers: Mapping[str, str]) -> Iterator[Span]:
        context = propagate.extract(headers)
        tracer = self._tracer
        with tracer.start_as_current_span(name, context, SpanKind.SERVER) as started, _failing(_Span(started)) as span:
            span.set(attributes)
            yield span


@contextmanager
def _failing(span: Span) -> Iterator[Span]:
    try:
        yield span
    except BaseException as error:
        span.fail(type(error).__name__)
        raise


class WithoutTexts(SpanProcessor):
    """Removes the texts of errors, which may quote a prompt, a response or a key, and keeps their types."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._next = processor

    def on_end(self, span: ReadableSpan) -> None:
        self._next.on_end(
            ReadableSpan(
                name=span.name,
                context=span.context,
                parent=span.parent,
                resource=span.resource,
                attributes=span.attributes,
                events=[_without_texts(event) for event in span.events],
                links=span.links,
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def shutdown(self) -> None:
        self._next.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._next.force_flush(timeout_millis)


_TEXTS = ("exception.message", "exception.stacktrace")


def _without_texts(event: Event) -> Event:
    kept = {name: value for name, value in (event.attributes or {}).items() if name not in _TEXTS}
    return Event(event.name, kept, event.timestamp)


def _resource(service: str) -> Resource:
    is_named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    own = {"service.version": installed_version()}
    return Resource.create(own if is_named else {"service.name": service, **own})


class OneWarning(SpanExporter):
    """Logs once that spans are not exported, and once that they are again, instead of the several lines that the
    exporter would log for each batch."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_failing = False
        self._reasons: list[str] = []
        logging.getLogger(type(exporter).__module__).addFilter(self._keep)

    def _keep(self, record: logging.LogRecord) -> bool:
        self._reasons.append(record.getMessage())
        return False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        self._reasons.clear()
        try:
            result = self._exporter.export(spans)
        except Exception as error:
            self._reasons.append(repr(error))
        if result is SpanExportResult.SUCCESS and self._is_failing:
            log.info("spans_exported_again")
        elif result is SpanExportResult.FAILURE and not self._is_failing:
            log.warning(
                "spans_not_exported", reason=next(iter(self._reasons), None), effect="lost until spans_exported_again"
            )
        self._is_failing = result is SpanExportResult.FAILURE
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def exported_spans(service: str, *, content: bool) -> Spans:
    """Return spans that are exported in the background."""
    return Spans(service, BatchSpanProcessor(OneWarning(OTLPSpanExporter())), content=content)
