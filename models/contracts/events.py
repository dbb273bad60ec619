"""The envelope of every event, live or from the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, GetJsonSchemaHandler, create_model

from .contract import Contract
from .enums import AgentType, EventType
from .event_data import PAYLOADS, EventData, read_data


class Event(Contract):
    """One event. `seq` numbers a project's log from 1 without gaps; None for a live-only event (task_progress).

    `data` is relayed as it was recorded, including fields that this version does not know; `payload` reads it. The
    schema has one envelope per event type.
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

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        if cls is not Event:
            return handler(schema)
        choices = {event_type: envelope.__pydantic_core_schema__ for event_type, envelope in ENVELOPES.items()}
        union: Any = {"type": "tagged-union", "choices": choices, "discriminator": "event_type"}
        return {"title": cls.__name__, **handler(union)}


def _envelope(event_type: EventType) -> type[Event]:
    payload = PAYLOADS[event_type]
    live_only = event_type is EventType.TASK_PROGRESS
    fields: dict[str, Any] = {
        "event_type": Literal[event_type],
        "seq": None if live_only else Annotated[int, Field(ge=1)],
        "data": payload,
    }
    return create_model(f"{payload.__name__}Envelope", __base__=Event, __doc__=payload.__doc__, **fields)


ENVELOPES: dict[EventType, type[Event]] = {event_type: _envelope(event_type) for event_type in PAYLOADS}
"""The envelope of each event type, with its payload as `data`. They only describe events; an `Event` carries them."""
