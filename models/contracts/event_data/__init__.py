"""What each type of event carries in its `data`: one frozen model per event type.

Recipe: CONTRIBUTING, An event type.
"""

from __future__ import annotations

from typing import Any, get_args

from models.contracts.enums import EventType
from models.contracts.event_data.artifacts import ArtifactCreated, ContextGiven, ContextWithdrawn
from models.contracts.event_data.hitl import HitlExpired, HitlExtended, HitlRequested, HitlResponded
from models.contracts.event_data.payload import Payload
from models.contracts.event_data.projects import ErrorEvent, ProjectChange, ProjectControl, WorkflowEvent
from models.contracts.event_data.reins import BudgetAlert, StopChange
from models.contracts.event_data.tasks import (
    AgentStatusChange,
    StepWait,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskProgress,
    TaskStarted,
    WrittenArtifact,
)

__all__ = [
    "PAYLOADS",
    "AgentStatusChange",
    "ArtifactCreated",
    "BudgetAlert",
    "ContextGiven",
    "ContextWithdrawn",
    "ErrorEvent",
    "EventData",
    "HitlExpired",
    "HitlExtended",
    "HitlRequested",
    "HitlResponded",
    "Payload",
    "ProjectChange",
    "ProjectControl",
    "StepWait",
    "StopChange",
    "TaskCancelled",
    "TaskCompleted",
    "TaskFailed",
    "TaskProgress",
    "TaskStarted",
    "WorkflowEvent",
    "WrittenArtifact",
    "read_data",
]

EventData = (
    WorkflowEvent
    | TaskStarted
    | TaskProgress
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | AgentStatusChange
    | ArtifactCreated
    | ContextGiven
    | ContextWithdrawn
    | HitlRequested
    | HitlResponded
    | HitlExtended
    | HitlExpired
    | BudgetAlert
    | StopChange
    | ProjectChange
    | ProjectControl
    | ErrorEvent
)
"""The union of all payloads. The event type, in the envelope, says which one it is."""

PAYLOADS: dict[EventType, type[EventData]] = {payload.event_type: payload for payload in get_args(EventData)}


def read_data(event_type: EventType, data: dict[str, Any]) -> EventData:
    """Read the data of an event.

    Raises:
        ValueError: the data does not fit the event type.
    """
    return PAYLOADS[event_type].model_validate(data)
