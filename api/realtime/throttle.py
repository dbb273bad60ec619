"""Limit how often a project's new head is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

SECONDS = 0.2


class Throttle:
    """Emits a project's first head at once, and then at most one, the latest, every SECONDS."""

    def __init__(self, emit: Callable[[UUID, int], None]) -> None:
        self._emit = emit
        self._cooling_down: dict[UUID, int | None] = {}
        """The projects whose head was emitted less than SECONDS ago, with the latest head since then, if any."""

    @property
    def is_idle(self) -> bool:
        return not self._cooling_down

    def push(self, project_id: UUID, head: int) -> None:
        if project_id in self._cooling_down:
            self._cooling_down[project_id] = head
        else:
            self._emit_now(project_id, head)

    def _emit_now(self, project_id: UUID, head: int) -> None:
        self._cooling_down[project_id] = None
        asyncio.get_running_loop().call_later(SECONDS, self._on_cooled_down, project_id)
        self._emit(project_id, head)

    def _on_cooled_down(self, project_id: UUID) -> None:
        if (head := self._cooling_down.pop(project_id)) is not None:
            self._emit_now(project_id, head)
