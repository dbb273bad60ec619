"""Problems of open workflows, and the records from which a workflow's state is rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event of a workflow's tasks, with the fields that rebuilding its state needs."""

    task_id: UUID | None
    data: EventData


@dataclass(frozen=True, slots=True)
class RecordedTask:
    """A task of the workflow and the artifacts that its agent wrote."""

    task_id: UUID
    status: TaskStatus
    wrote: tuple[ArtifactRef, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A HITL request of the workflow and the response that closed it, if any."""

    request: OpenRequest
    opened_at: datetime
    task_id: UUID
    status: HitlStatus
    response: HitlResponse | None = None


@dataclass(frozen=True, slots=True)
class WorkflowRecords:
    """All records of one workflow. The events are in order. `paused_at` is when the project was paused, if it is.

    They are read and used in one process, and never travel: `EventData` alone does not say which event it is.
    """

    events: tuple[RecordedEvent, ...] = ()
    tasks: Mapping[UUID, RecordedTask] = field(default_factory=dict)
    requests: Mapping[UUID, RecordedRequest] = field(default_factory=dict)
    paused_at: datetime | None = None
    pauses: int = 0
