"""What events about tasks and their agents carry."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from models.contracts.contract import Contract
from models.contracts.enums import AgentStatus, EventType, Verdict, WaitReason
from models.contracts.event_data.payload import Payload, StoredText
from models.contracts.names import AgentType, ArtifactType
from models.contracts.usage import Usage


class TaskStarted(Payload):
    """An agent started a task."""

    event_type = EventType.TASK_STARTED

    stage: StoredText
    round: int = Field(description="Counts the tasks of the stage, from 1.")
    from_agent: AgentType | None = Field(description="Who handed the work over; null for the product owner.")
    feedback: StoredText | None = Field(description="What a human or a failed verdict asks to be changed.")
    continued: int = Field(default=0, description="How many times it was resumed after a failure.")


class StepWait(Contract):
    """What a running step waits for."""

    reason: WaitReason
    seconds: float | None = Field(description="How much longer, about; null if that is unknown.")


class TaskProgress(Payload):
    """What the agent is doing. Live only: it has no `seq` and is not in the log."""

    event_type = EventType.TASK_PROGRESS

    stage: StoredText
    message: StoredText
    fraction: float | None = Field(description="How much is done, from 0 to 1.")
    wait: StepWait | None = Field(default=None, description="What it waits for; null if it works.")


class WrittenArtifact(Contract):
    """An artifact version that a task wrote."""

    artifact_id: UUID
    type: ArtifactType
    version: int


class TaskCompleted(Payload):
    """An agent finished a task."""

    event_type = EventType.TASK_COMPLETED

    stage: StoredText
    round: int
    verdict: Verdict | None = Field(description="Whether what was tested passed; null if nothing was tested.")
    confidence: float | None = Field(description="The agent's confidence in its result, from 0 to 1.")
    usage: Usage | None = Field(description="The model, its tokens and their cost in US dollars.")
    note: StoredText | None = Field(default=None, description="One line for the people who follow the project.")
    artifacts: tuple[WrittenArtifact, ...]


class TaskFailed(Payload):
    """A task failed for good, after every attempt."""

    event_type = EventType.TASK_FAILED

    stage: StoredText
    round: int
    error: StoredText


class TaskCancelled(Payload):
    """A task was cancelled: its project ended, or its stage runs again."""

    event_type = EventType.TASK_CANCELLED

    stage: StoredText
    round: int


class AgentStatusChange(Payload):
    """An agent's status changed."""

    event_type = EventType.AGENT_STATUS_CHANGE

    status: AgentStatus
