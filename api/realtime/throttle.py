"""How often a project's growth is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

SECONDS = 0.2


class Throttle:
    """Passes on each project's newest number: the first at once, what comes within SECONDS of it at their end."""

    def __init__(self, tell: Callable[[UUID, int], None]) -> None:
        self._tell = tell
        self._resting: dict[UUID, int | None] = {}

    def offer(self, project_id: UUID, head: int) -> None:
        if project_id in self._resting:
            self._resting[project_id] = head
        else:
            self._pass_on(project_id, head)

    def _pass_on(self, project_id: UUID, head: int) -> None:
        self._resting[project_id] = None
        asyncio.get_running_loop().call_later(SECONDS, self._rested, project_id)
        self._tell(project_id, head)

    def _rested(self, project_id: UUID) -> None:
        if (head := self._resting.pop(project_id)) is not None:
            self._pass_on(project_id, head)
