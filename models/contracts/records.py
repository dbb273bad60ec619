"""What the bookkeeping activities take: facts that a workflow has decided, to be written down once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .contract import Contract
from .handoff import ArtifactRef, OpenRequest, StepInput
from .hitl import JudgedResponse
from .words import HitlStatus, ProjectStatus


class RecordResponses(Contract):
    """Responses that were judged together: at most one applied, the others with their reason."""

    project_id: UUID
    responses: tuple[JudgedResponse, ...]


class RecordedResponses(Contract):
    """What the applied response made of its request's artifacts: an amended one is a new version."""

    artifacts: tuple[ArtifactRef, ...] = ()


class RecordExpiry(Contract):
    """A request's deadline passed; `accepts` says that its artifacts are accepted all the same."""

    project_id: UUID
    request_id: UUID
    accepts: bool


class RecordStatus(Contract):
    """The project's status changed. A settled status closes every open task and request.

    `key` names the change, so that writing it twice changes nothing.
    """

    project_id: UUID
    status: ProjectStatus
    key: str
    reason: str | None = None


class RecordFailure(Contract):
    """A step failed for good, and a human is asked."""

    step: StepInput
    workflow_id: str
    error: str
    asked_at: datetime


class RecordedFailure(Contract):
    """The request that asks what to do about a failed step; None where the task has ended meanwhile."""

    request: OpenRequest | None


class RecordProblem(Contract):
    """Something that an operator should see: a signal that could not be read, a response to a foreign request."""

    project_id: UUID
    message: str
    key: str


class RequestClosed(Contract):
    """How a request ended."""

    request_id: UUID
    status: HitlStatus
