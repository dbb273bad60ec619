"""How long events take from their record in PostgreSQL to the first WebSocket of this process."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from api.realtime.frames import Frame
from telemetry.metrics import EVENT_LAG


class EventLag:
    """Observes each event of the followed projects once, when it is pushed. What a socket reads of the log from before
    its project was followed is no lag."""

    def __init__(self) -> None:
        self._observed: dict[UUID, int] = {}

    def begin(self, project_id: UUID, head: int) -> None:
        """Begin with the events after `head`, unless the project is observed already."""
        self._observed.setdefault(project_id, head)

    def end(self, project_id: UUID) -> None:
        self._observed.pop(project_id, None)

    def pushed(self, project_id: UUID, frame: Frame) -> None:
        """Observe an event, unless it was observed. Clocks that differ never make it negative."""
        observed = self._observed.get(project_id)
        if observed is None or frame.seq is None or frame.seq <= observed or frame.recorded_at is None:
            return
        self._observed[project_id] = frame.seq
        EVENT_LAG.observe(max(0.0, (datetime.now(UTC) - frame.recorded_at).total_seconds()))
