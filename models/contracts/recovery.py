"""What is wrong between a record and its workflow, and the facts from which a workflow's state is rebuilt."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from .contract import Contract
from .enums import EventType, HitlStatus, TaskStatus, WorkflowProblemKind
from .handoff import ArtifactRef, OpenRequest
from .hitl import HitlResponse


class WorkflowProblem(Contract):
    """Why an open record and its workflow do not go on together; `run_id` is the run that was looked at, if there is
    one. A missing workflow is not in Temporal, or has closed there; a stuck one fails its workflow tasks; an
    inconsistent one waits for something that the records do not know, or know otherwise."""

    kind: WorkflowProblemKind
    detail: str
    since: datetime
    run_id: str | None = None


class RecordedEvent(Contract):
    """One event of a workflow's tasks, as far as the rebuilding of its state reads it."""

    event_type: EventType
    task_id: UUID | None = None
    data: dict[str, Any]


class RecordedTask(Contract):
    """A task of the workflow, with the artifacts that its agent wrote."""

    task_id: UUID
    status: TaskStatus
    wrote: tuple[ArtifactRef, ...] = ()


class RecordedRequest(Contract):
    """A HITL request of the workflow, with the response that closed it, if one did."""

    request: OpenRequest
    opened_at: datetime
    task_id: UUID
    status: HitlStatus
    response: HitlResponse | None = None


class WorkflowRecords(Contract):
    """All that the records know of one workflow, its events in their order."""

    events: tuple[RecordedEvent, ...] = ()
    tasks: dict[UUID, RecordedTask] = Field(default_factory=dict)
    requests: dict[UUID, RecordedRequest] = Field(default_factory=dict)
    paused_at: datetime | None = Field(default=None, description="Since when the project is paused, if it is.")
    pauses: int = 0
