"""The envelope of every event, live or from the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from .contract import Contract
from .enums import AgentType, EventType
from .event_data import EventData, read_data


class Event(Contract):
    """One event. `seq` numbers a project's log from 1 without gaps; None for a live-only event (task_progress).

    `data` is relayed as it was recorded, including fields that this version does not know; `payload` reads it.
    """

    event_type: EventType
    seq: int | None
    project_id: UUID
    task_id: UUID | None = None
    agent_type: AgentType | None = None
    data: dict[str, Any]
    timestamp: datetime

    @property
    def payload(self) -> EventData:
        """The data as the model of its event type. Raises ValueError if it does not fit."""
        return read_data(self.event_type, self.data)
