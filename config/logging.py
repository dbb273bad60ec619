"""Structured logging for every process: JSON unless it goes to a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

import structlog

from config.redaction import redacted

if TYPE_CHECKING:
    from config.settings import Settings


_sources: list[Callable[[], Mapping[str, str]]] = []


def add_to_records(source: Callable[[], Mapping[str, str]]) -> None:
    """Add to each record from now on what `source` returns where it is logged."""
    _sources.append(source)


def _add_sources(_: object, __: str, record: structlog.types.EventDict) -> structlog.types.EventDict:
    for source in _sources:
        for name, value in source().items():
            record.setdefault(name, value)
    return record


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Redacts passwords anywhere in a record or a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _log_uncaught(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Log an uncaught exception like everything else, so that passwords are redacted."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, at)
    else:
        logging.getLogger(__name__).critical("uncaught", exc_info=(kind, error, at))


def configure_logs(settings: Settings, process: str) -> None:
    """Send the records of structlog and the standard library to standard error in one format, with their bound ids."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_sources,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderers: list[structlog.types.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    sys.excepthook = _log_uncaught
    root.setLevel(settings.log_level)
    # It logs each request with its address, which may contain the key of an MCP server.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)
