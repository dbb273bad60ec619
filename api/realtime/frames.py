"""The frames that the relay sends: events, as they were published, and its own control frames."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, NamedTuple
from uuid import UUID

import orjson
from pydantic import Field

from api.realtime.close_codes import ErrorCode
from models.contracts.contract import Contract
from models.contracts.events import Event
from models.contracts.live_text import LiveText
from models.contracts.names import AgentType


class Frame(NamedTuple):
    """One event as text, serialised once for every socket; `seq` is None for a live-only event."""

    seq: int | None
    text: str
    recorded_at: datetime | None = None


class ControlType(StrEnum):
    CONNECTION_READY = "connection_ready"
    HEARTBEAT = "heartbeat"
    WATCHING = "watching"
    PROJECT_CHANGED = "project_changed"
    LIVE = "live"
    PONG = "pong"
    ERROR = "error"


class NoData(Contract):
    """No data: `{}`."""


class LogHead(Contract):
    head: int = Field(description="The number of the newest event in the project's log.")


class ErrorData(Contract):
    code: ErrorCode
    message: str


class SincePastHeadData(ErrorData):
    code: Literal[ErrorCode.SINCE_PAST_HEAD] = ErrorCode.SINCE_PAST_HEAD
    since: int = Field(description="The number that the client asked for.")
    head: int = Field(description="The number that the project is followed from.")


class LiveData(Contract):
    stage: str
    call: UUID = Field(description="The call of a model. What a client has of another call of the task is obsolete.")
    turn: int = Field(description="The number that the turn gets in the task's transcript.")
    tool: str | None = Field(description="The tool whose arguments the model is writing, if any.")
    offset: int = Field(description="How many characters of the call's text come before this one's; 0 begins again.")
    text: str = Field(description="What follows there. Keys and JSON's escape sequences are removed.")
    is_cut: bool = Field(description="Whether the model has written more than is sent.")
    ended: bool = Field(description="Whether the call has ended. What it returned is in the task's transcript.")


class ControlFrame(Contract):
    """The envelope of a control frame: an event's, without a number. `project_id` is None if it is about the socket."""

    event_type: ControlType
    seq: None = None
    project_id: UUID | None = None
    task_id: None = None
    agent_type: None = None
    data: Contract
    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))


class ConnectionReady(ControlFrame):
    """The project is followed: its log after `since` comes next, then live events."""

    event_type: Literal[ControlType.CONNECTION_READY] = ControlType.CONNECTION_READY
    project_id: UUID
    data: LogHead


class Heartbeat(ControlFrame):
    """Sent for each followed project every `BOTARMY_WEBSOCKET_HEARTBEAT_SECONDS`."""

    event_type: Literal[ControlType.HEARTBEAT] = ControlType.HEARTBEAT
    project_id: UUID
    data: LogHead


class Live(ControlFrame):
    """What a model is writing for a task. Sent for projects that are followed with `live`, and never recorded."""

    event_type: Literal[ControlType.LIVE] = ControlType.LIVE
    project_id: UUID
    task_id: UUID  # type: ignore[assignment]
    agent_type: AgentType  # type: ignore[assignment]
    data: LiveData


class Watching(ControlFrame):
    """The socket watches all projects: every later commit is announced."""

    event_type: Literal[ControlType.WATCHING] = ControlType.WATCHING
    project_id: None = None
    data: NoData = NoData()


class ProjectChanged(ControlFrame):
    """A project's log has grown, or the project is new. Sent to sockets that watch all projects."""

    event_type: Literal[ControlType.PROJECT_CHANGED] = ControlType.PROJECT_CHANGED
    project_id: UUID
    data: LogHead


class Pong(ControlFrame):
    """The reply to a `ping`."""

    event_type: Literal[ControlType.PONG] = ControlType.PONG
    project_id: None = None
    data: NoData = NoData()


class ErrorFrame(ControlFrame):
    """The client's request, or its connection, has a problem. The socket stays open unless a close frame follows."""

    event_type: Literal[ControlType.ERROR] = ControlType.ERROR
    data: SincePastHeadData | ErrorData


CONTROL_FRAMES = (ConnectionReady, Heartbeat, Live, Watching, ProjectChanged, Pong, ErrorFrame)


def parse_event(message: bytes) -> Frame:
    """Return the frame of a message from Redis, its text unchanged. Raises ValueError if it is not an event."""
    event = orjson.loads(message)
    seq = event["seq"] if isinstance(event, dict) and "seq" in event else ""
    if seq is not None and (type(seq) is not int or seq < 1):
        raise ValueError("not an event")
    recorded_at = event.get("timestamp") if seq is not None else None
    return Frame(seq, message.decode(), datetime.fromisoformat(recorded_at) if recorded_at else None)


def parse_heads(message: bytes) -> dict[UUID, int]:
    """Return the new heads of projects in a message from Redis. Raises ValueError if it has another form."""
    heads = orjson.loads(message)
    if not isinstance(heads, dict) or not all(type(head) is int and head >= 1 for head in heads.values()):
        raise ValueError("not the heads of projects")
    return {UUID(project_id): head for project_id, head in heads.items()}


def frame_of(event: Event) -> Frame:
    """Return the frame of an event from the log: the same text as was published."""
    return Frame(event.seq, event.model_dump_json(), event.timestamp)


def connection_ready(project_id: UUID, head: int) -> str:
    return ConnectionReady(project_id=project_id, data=LogHead(head=head)).model_dump_json()


def heartbeat(project_id: UUID, head: int) -> str:
    return Heartbeat(project_id=project_id, data=LogHead(head=head)).model_dump_json()


def live(text: LiveText, offset: int, *, ended: bool = False) -> str:
    """The text of a call from an offset on."""
    data = LiveData(
        **text.model_dump(include={"stage", "call", "turn", "tool", "is_cut"}),
        offset=offset,
        text=text.text[offset:],
        ended=ended,
    )
    frame = Live(project_id=text.project_id, task_id=text.task_id, agent_type=text.agent_type, data=data)
    return frame.model_dump_json()


def watching() -> str:
    return Watching().model_dump_json()


def project_changed(project_id: UUID, head: int) -> str:
    return ProjectChanged(project_id=project_id, data=LogHead(head=head)).model_dump_json()


def pong() -> str:
    return Pong().model_dump_json()


def error(code: ErrorCode, message: str, project_id: UUID | None = None) -> str:
    return ErrorFrame(project_id=project_id, data=ErrorData(code=code, message=message)).model_dump_json()


def since_past_head(project_id: UUID, since: int, head: int) -> str:
    data = SincePastHeadData(message=f"since is past the head: following from {head}", since=since, head=head)
    return ErrorFrame(project_id=project_id, data=data).model_dump_json()
