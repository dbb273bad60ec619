"""The tables. Enum values are stored as text, moments with a time zone, and each content once."""

from __future__ import annotations

from models.tables.artifacts import ARTIFACT, CONTENT, GIVEN_CONTEXT, Artifact, Content, GivenContext
from models.tables.events import EVENT, EventRow
from models.tables.hitl import HITL_DECISION, HITL_REQUEST, HitlDecision, HitlRequest, SigningKey
from models.tables.projects import AGENT_STATE, IDEMPOTENCY_KEY, PROJECT, AgentState, IdempotencyKey, Project
from models.tables.reins import BUDGET, STOP, Budget, Reservation, Stop
from models.tables.schema import metadata
from models.tables.tasks import TASK, TRANSCRIPT, Task, TranscriptEntry

__all__ = [
    "AGENT_STATE",
    "ARTIFACT",
    "BUDGET",
    "CONTENT",
    "EVENT",
    "GIVEN_CONTEXT",
    "HITL_DECISION",
    "HITL_REQUEST",
    "IDEMPOTENCY_KEY",
    "PROJECT",
    "STOP",
    "TASK",
    "TRANSCRIPT",
    "AgentState",
    "Artifact",
    "Budget",
    "Content",
    "EventRow",
    "GivenContext",
    "HitlDecision",
    "HitlRequest",
    "IdempotencyKey",
    "Project",
    "Reservation",
    "SigningKey",
    "Stop",
    "Task",
    "TranscriptEntry",
    "metadata",
]
