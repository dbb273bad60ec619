"""Problems of open workflows, and the records from which a workflow's state is rebuilt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from .contract import Contract
from .enums import HitlStatus, TaskStatus, WorkflowProblemKind
from .event_data import EventData
from .handoff import ArtifactRef, OpenRequest
from .hitl import HitlResponse


class WorkflowProblem(Contract):
    """Why the workflow of an open record does not continue. `run_id` is the run that was checked, if it exists.

    A missing workflow does not exist in Temporal or has closed. A stuck one fails its workflow tasks. An inconsistent
    one waits for something that is not open in the records, or differs from them in another way.
    """

    kind: WorkflowProblemKind
    detail: str
    since: datetime
    run_id: str | None = None


class RecordedEvent(Contract):
    """One event of a workflow's tasks, with the fields that rebuilding its state needs."""

    task_id: UUID | None = None
    data: EventData


class RecordedTask(Contract):
    """A task of the workflow and the artifacts that its agent wrote."""

    task_id: UUID
    status: TaskStatus
    wrote: tuple[ArtifactRef, ...] = ()


class RecordedRequest(Contract):
    """A HITL request of the workflow and the response that closed it, if any."""

    request: OpenRequest
    opened_at: datetime
    task_id: UUID
    status: HitlStatus
    response: HitlResponse | None = None


class WorkflowRecords(Contract):
    """All records of one workflow. The events are in order."""

    events: tuple[RecordedEvent, ...] = ()
    tasks: dict[UUID, RecordedTask] = Field(default_factory=dict)
    requests: dict[UUID, RecordedRequest] = Field(default_factory=dict)
    paused_at: datetime | None = Field(default=None, description="When the project was paused, if it is.")
    pauses: int = 0
