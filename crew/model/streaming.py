"""Whether a model is asked to stream."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass
class Streaming:
    """Whether a model's responses are streamed while people watch. One that streams badly is not asked to any more."""

    is_allowed: bool = False

    def stop(self, model: str, reason: str) -> None:
        """Ask a model as if nobody watched from now on: watching must not change the outcome of a step."""
        if self.is_allowed:
            self.is_allowed = False
            log.warning("model_not_streamed", model=model, reason=reason)
