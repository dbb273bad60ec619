"""The envelope of every event, live or from the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import GetJsonSchemaHandler

from .contract import Contract
from .enums import EventType
from .event_data import PAYLOADS, EventData, read_data
from .names import AgentType


class _PayloadSchema:
    """Documents `data` as any of the payloads."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [handler(payload.__pydantic_core_schema__) for payload in PAYLOADS.values()]}


class Event(Contract):
    """One event. `seq` numbers a project's log from 1 without gaps; None for a live-only event (task_progress).

    `data` is relayed as it was recorded, including fields that this version does not know; `payload` reads it.
    """

    event_type: EventType
    seq: int | None
    project_id: UUID
    task_id: UUID | None = None
    agent_type: AgentType | None = None
    data: Annotated[dict[str, Any], _PayloadSchema()]
    timestamp: datetime

    @property
    def payload(self) -> EventData:
        """The data as the model of its event type. Raises ValueError if it does not fit."""
        return read_data(self.event_type, self.data)
