"""Announces the open requests of a project whose deadline is near."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cli.client import hitl
from cli.client.deadlines import consequence, is_urgent, warning_time_of
from cli.client.http import Client
from cli.client.project_view import ProjectView
from cli.client.shapes import Event
from cli.errors import CommandError
from models.contracts import event_data
from models.contracts.enums import ProjectStatus

LONGEST_WAIT = timedelta(seconds=30)
"""How long at most it waits until it looks again: a paused project and a stop hold deadlines."""


@dataclass(slots=True)
class _Deadline:
    opened_at: datetime
    expires_at: datetime
    announced: bool = False


class DeadlineWatch:
    """Follows the deadlines in a project's events.

    Args:
        announce: displays a message.
    """

    def __init__(self, client: Client, view: ProjectView, announce: Callable[[str], None]) -> None:
        self._client = client
        self._view = view
        self._announce = announce
        self._deadlines: dict[UUID, _Deadline] = {}
        self._changed = asyncio.Event()

    def apply(self, event: Event) -> None:
        """Update the deadlines with one event, which has been applied to the view."""
        data = event.payload
        match data:
            case event_data.HitlRequested() if event.timestamp and data.expires_at:
                self._deadlines[data.request_id] = _Deadline(event.timestamp, data.expires_at)
            case event_data.HitlExtended() if data.request_id in self._deadlines and data.expires_at:
                deadline = self._deadlines[data.request_id]
                deadline.expires_at, deadline.announced = data.expires_at, False
            case event_data.HitlResponded() | event_data.HitlExpired():
                self._deadlines.pop(data.request_id, None)
        self._changed.set()

    async def run(self) -> None:
        """Announce deadlines until cancelled."""
        while True:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.seconds_to_wait()):
                    await self._changed.wait()
                continue
            for request_id in self.due():
                await self._announce_if_open(request_id)

    def seconds_to_wait(self) -> float:
        """Return how long until it has to look again."""
        now = datetime.now(UTC)
        waits = [] if self._is_held else [moment - now for moment in self._warnings().values()]
        return max(0.05, min([LONGEST_WAIT, *waits]).total_seconds())

    def due(self) -> list[UUID]:
        """Return the requests whose deadline is near, and not announced."""
        now = datetime.now(UTC)
        return [] if self._is_held else [one for one, moment in self._warnings().items() if moment < now]

    @property
    def _is_held(self) -> bool:
        return self._view.status == ProjectStatus.PAUSED or bool(self._view.stops)

    def _warnings(self) -> dict[UUID, datetime]:
        """Return when each deadline is to be announced."""
        waiting = {request_id: one for request_id, one in self._deadlines.items() if not one.announced}
        return {request_id: warning_time_of(one.opened_at, one.expires_at) for request_id, one in waiting.items()}

    async def _announce_if_open(self, request_id: UUID) -> None:
        self._deadlines[request_id].announced = True
        if str(request_id) not in self._view.open_requests:
            return
        try:
            request = await hitl.fetch(self._client, str(request_id))
        except CommandError:
            return  # what the session itself reads reports it
        now = datetime.now(UTC)
        if request.is_pending and is_urgent(request, now):
            self._announce(f"{request.stage}: {consequence(request, now)} To extend: botarmy extend {request.id} 4h")
