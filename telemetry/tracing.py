"""Spans for OpenTelemetry, if an exporter is configured. Otherwise nothing of OpenTelemetry is imported, and a span
costs a function call.

The exporter has OpenTelemetry's own configuration: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME,
OTEL_TRACES_SAMPLER, ... (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import structlog

from config.logging import add_to_records
from telemetry.span import Attributes, Span

if TYPE_CHECKING:
    from temporalio.contrib.opentelemetry import TracingInterceptor

    from telemetry.exporting import Spans

log = structlog.get_logger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

FLUSH_SECONDS = 3.0


class _NoSpan:
    def rename(self, name: str) -> None:
        pass

    def set(self, attributes: Attributes) -> None:
        pass

    def fail(self, kind: str) -> None:
        pass


_NO_SPAN = _NoSpan()
_spans: Spans | None = None


def configure_tracing(service: str, *, content: bool) -> None:
    """Export the spans of this process, if the environment names an endpoint.

    Args:
        service: the service's name, unless the environment names another.
        content: whether spans contain prompts, responses and the arguments and results of tools.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS) or _is_disabled():
        return
    try:
        from telemetry.exporting import exported_spans
    except ImportError as error:
        todo = "Install BotArmy with its extra `telemetry`; until then no spans are exported."
        log.error("tracing_unavailable", reason=str(error), todo=todo)
        return
    set_spans(exported_spans(service, content=content))
    add_to_records(current_ids)
    log.info("tracing_started", service=service, content=content)


def _is_disabled() -> bool:
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return is_off or os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"


def set_spans(spans: Spans | None) -> None:
    """Send the spans of this process there."""
    global _spans
    _spans = spans


def current_ids() -> dict[str, str]:
    """Return the ids of the current trace and span, in their usual form; nothing outside of any."""
    return _spans.current_ids() if _spans is not None else {}


async def flush_spans() -> None:
    """Export what has ended before the process ends, if a collector accepts it within FLUSH_SECONDS."""
    if _spans is None:
        return
    thread = Thread(target=_spans.flush, name="flush-spans", daemon=True)  # which keeps no process
    thread.start()
    await asyncio.to_thread(thread.join, FLUSH_SECONDS)


def is_tracing() -> bool:
    return _spans is not None


def captures_content() -> bool:
    """Return whether spans contain prompts, responses and the arguments and results of tools."""
    return _spans is not None and _spans.content


@contextmanager
def _no_span() -> Iterator[Span]:
    yield _NO_SPAN


def span(name: str, attributes: Attributes, *, is_call: bool = False) -> AbstractContextManager[Span]:
    """Trace what happens inside the block, as a part of the current operation. An exception marks it as failed.

    Args:
        is_call: whether another service does the work.
    """
    return _spans.span(name, attributes, is_call=is_call) if _spans is not None else _no_span()


def request_span(name: str, attributes: Attributes, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
    """Trace a request that this process serves, as a part of the trace that its headers name, if any."""
    return _spans.request_span(name, attributes, headers) if _spans is not None else _no_span()


def current_traceparent() -> str | None:
    """Return the current span in the form of a `traceparent` header, for `continued_trace`; None outside of any."""
    return _spans.current_traceparent() if _spans is not None else None


def continued_trace(name: str, traceparent: str | None) -> AbstractContextManager[Span]:
    """Trace what happens inside the block as a part of an earlier trace, with a link to the current one, if any.

    Without an earlier trace it remains a part of the current one.
    """
    if _spans is None or traceparent is None:
        return _no_span()
    return _spans.continued_trace(name, traceparent)


def temporal_interceptors() -> list[TracingInterceptor]:
    """Return what makes Temporal's clients and workers carry the trace through workflows and activities."""
    return [_spans.interceptor] if _spans is not None else []
