"""What the bookkeeping activities take: facts that a workflow has decided, to be written down once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from .contract import Contract
from .enums import AgentType, ProjectStatus
from .handoff import ArtifactRef
from .hitl import HitlResponse, JudgedResponse


class RecordResponses(Contract):
    """Responses that were judged together: at most one applied, the others with their reason."""

    project_id: UUID
    responses: tuple[JudgedResponse, ...]


class CheckResponse(Contract):
    """A response that came before its workflow has opened the request, or that answers none at all."""

    project_id: UUID
    response: HitlResponse


class CheckedResponse(Contract):
    """Whether the request is known, so that the response may wait for its gate."""

    known: bool


class RequestOutcome(Contract):
    """How a request stands in the records, which is what counts. A workflow that lost a workflow task judges again,
    perhaps with a response that came meanwhile; what was written down the first time holds.

    `response` is the applied one, with the artifacts that it accepted; `refused` says that the one to be applied names
    a content that was never kept, so that the request is still open.
    """

    response: HitlResponse | None = None
    accepted: tuple[ArtifactRef, ...] = ()
    expired: bool = False
    refused: bool = False


class RecordExpiry(Contract):
    """A request's deadline passed; `accepts` says that its artifacts are accepted all the same."""

    project_id: UUID
    request_id: UUID
    accepts: bool


class OpenProject(Contract):
    """A project whose workflow has begun; `generation` counts how often it was started again from its records, `run_id`
    is its first run."""

    project_id: UUID
    generation: int = 0
    run_id: str | None = None


class OpenedProject(Contract):
    """The agents whose steps are short for this project: the workflow runs them as local activities."""

    short_agents: tuple[AgentType, ...]


class RecordStatus(Contract):
    """The project's status changed. A settled status closes every open task and request.

    `key` names the change, so that writing it twice changes nothing.
    """

    project_id: UUID
    status: ProjectStatus
    key: str
    reason: str | None = None
    put_off: dict[UUID, timedelta] = Field(
        default_factory=dict, description="By how much the deadlines of open requests are put off, after a pause."
    )


class RecordedStatus(Contract):
    """How a project stands in the records, which is what counts: one that has ended stays as it ended first."""

    status: ProjectStatus
    reason: str | None = None
    deadlines: dict[UUID, datetime] = Field(
        default_factory=dict, description="As they are now, of the requests whose deadline was put off."
    )


class RecordProblem(Contract):
    """Something that an operator should see: a signal that could not be read, a response to a foreign request."""

    project_id: UUID
    message: str
    key: str
