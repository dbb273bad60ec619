"""The frames that the relay sends: events, as they were published, and its own control frames."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import Field

from api.realtime.close_codes import ErrorCode
from models.contracts.contract import Contract
from models.contracts.events import Event


class Frame(NamedTuple):
    """One event as text, ready for every socket that wants it; `seq` is None for what is live only."""

    seq: int | None
    text: str


class ControlType(StrEnum):
    CONNECTION_READY = "connection_ready"
    HEARTBEAT = "heartbeat"
    WATCHING = "watching"
    PROJECT_CHANGED = "project_changed"
    PONG = "pong"
    ERROR = "error"


class Control(Contract):
    """A control frame: an event's envelope without a number; `project_id` is None if it is about the socket."""

    event_type: ControlType
    seq: None = None
    project_id: UUID | None = None
    task_id: None = None
    agent_type: None = None
    data: dict[str, Any] = Field(default_factory=dict)
    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))


def published(message: bytes) -> Frame:
    """The frame of a message from Redis, passed on as it stands. Raises ValueError where it is no event."""
    event = orjson.loads(message)
    seq = event["seq"] if isinstance(event, dict) and "seq" in event else ""
    if seq is not None and (type(seq) is not int or seq < 1):
        raise ValueError("not an event")
    return Frame(seq, message.decode())


def parse_heads(message: bytes) -> dict[UUID, int]:
    """Return the new heads of projects in a message from Redis. Raises ValueError where it has another form."""
    heads = orjson.loads(message)
    if not isinstance(heads, dict) or not all(type(head) is int and head >= 1 for head in heads.values()):
        raise ValueError("not the heads of projects")
    return {UUID(project_id): head for project_id, head in heads.items()}


def logged(event: Event) -> Frame:
    """The frame of an event from the log: the same text as was published."""
    return Frame(event.seq, event.model_dump_json())


def ready(project_id: UUID, head: int) -> str:
    return Control(
        event_type=ControlType.CONNECTION_READY, project_id=project_id, data={"head": head}
    ).model_dump_json()


def heartbeat(project_id: UUID, head: int) -> str:
    return Control(event_type=ControlType.HEARTBEAT, project_id=project_id, data={"head": head}).model_dump_json()


def watching() -> str:
    return Control(event_type=ControlType.WATCHING).model_dump_json()


def project_changed(project_id: UUID, head: int) -> str:
    return Control(event_type=ControlType.PROJECT_CHANGED, project_id=project_id, data={"head": head}).model_dump_json()


def pong() -> str:
    return Control(event_type=ControlType.PONG).model_dump_json()


def error(code: ErrorCode, message: str, project_id: UUID | None = None, **extra: Any) -> str:
    return Control(
        event_type=ControlType.ERROR, project_id=project_id, data={"code": code, "message": message, **extra}
    ).model_dump_json()
