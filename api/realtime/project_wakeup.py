"""Attention to one project, without a socket: told that something happened, not what."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from uuid import UUID

from api.realtime.frames import Frame


class ProjectWakeup:
    """Joins a hub as a socket's following does. `event` is set whenever an event of the project is heard; what Redis
    loses stirs nothing, so whoever waits looks for himself now and then."""

    ready: ClassVar[bool] = False

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.event = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        if frame.seq is not None:
            self.event.set()

    def expect(self, head: int) -> None:
        """Where the log ends says nothing of when."""

    def beat(self, text: str) -> None:
        """There is no one to tell."""
