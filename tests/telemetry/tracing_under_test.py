"""Spans in memory instead of an exporter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry.exporting import Spans
from telemetry.tracing import set_spans


class Traced:
    """The spans that this process has ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.processor = SimpleSpanProcessor(self._exporter)

    def clear(self) -> None:
        self._exporter.clear()

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def named(self, beginning: str) -> list[ReadableSpan]:
        """Return the spans whose names begin so."""
        return [span for span in self.spans if span.name.startswith(beginning)]

    def ancestors(self, span: ReadableSpan) -> list[str]:
        """Return the names of a span and of what it is a part of, up to the root."""
        by_id = {each.context.span_id: each for each in self.spans if each.context}
        names = [span.name]
        while span.parent is not None and span.parent.span_id in by_id:
            span = by_id[span.parent.span_id]
            names.append(span.name)
        return names

    @property
    def texts(self) -> str:
        """Everything that is exported of them."""
        return "\n".join(span.to_json() for span in self.spans)


@contextmanager
def tracing(*, content: bool = False) -> Iterator[Traced]:
    """Trace what is connected inside the block."""
    traced = Traced()
    set_spans(Spans("botarmy-test", traced.processor, content=content))
    try:
        yield traced
    finally:
        set_spans(None)
