"""Which calls of a model are streamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

MAX_STREAMS = 16
"""Calls of one process that are streamed at a time; others are asked as if nobody watched. A chunk takes the event loop
a millisecond (measured, two busy cores), and fast models send fifty a second."""


@dataclass
class Streams:
    """The calls of one process that are being streamed."""

    running: int = 0


@dataclass
class Streaming:
    """Whether a model's responses are streamed while people watch. One that streams badly is not asked to any more."""

    is_allowed: bool = False
    streams: Streams = field(default_factory=Streams)

    @contextmanager
    def call(self, *, is_watched: bool) -> Iterator[bool]:
        """Yield whether the call inside the block is streamed."""
        is_streamed = is_watched and self.is_allowed and self.streams.running < MAX_STREAMS
        self.streams.running += is_streamed
        try:
            yield is_streamed
        finally:
            self.streams.running -= is_streamed

    def stop(self, model: str, reason: str) -> None:
        """Ask a model as if nobody watched from now on: watching must not change the outcome of a step."""
        if self.is_allowed:
            self.is_allowed = False
            log.warning("model_not_streamed", model=model, reason=reason)
