"""A listener that only learns that something happened to one request of a project, not what."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from uuid import UUID

from api.realtime.frames import Frame


class RequestWakeup:
    """Joins a hub without a socket. `event` is set whenever an event that names the request arrives from Redis.
    Messages that Redis loses do not set it, so the waiting task must poll as well."""

    is_ready: ClassVar[bool] = False

    def __init__(self, project_id: UUID, request_id: UUID) -> None:
        self.project_id = project_id
        self.event = asyncio.Event()
        self._name = str(request_id)

    def on_message(self, frame: Frame) -> None:
        if frame.seq is not None and self._name in frame.text:
            self.event.set()

    def on_head(self, head: int) -> None:
        """Ignored: the head does not tell when it was reached."""

    def on_removed(self) -> None:
        """Ignored: the waiting task reads the records."""

    def on_heartbeat(self, text: str) -> None:
        """Ignored: there is no client."""
