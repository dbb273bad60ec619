"""Input and results of the activities that record what a workflow has decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from .contract import Contract, Moment
from .enums import ProjectStatus
from .handoff import ArtifactRef
from .hitl import HitlResponse, JudgedResponse
from .names import AgentType


class RecordResponsesInput(Contract):
    """Responses that were judged together. At most one is applied.

    `keeps` are the stage's earlier artifacts, which stay accepted if the applied response sends the work to a stage
    that this one does not depend on.
    """

    project_id: UUID
    responses: tuple[JudgedResponse, ...]
    keeps: tuple[ArtifactRef, ...] = ()


class CheckResponseInput(Contract):
    """A response to a request that the workflow has not opened, and that may not exist."""

    project_id: UUID
    response: HitlResponse


class CheckResponseResult(Contract):
    """Whether the request is recorded, so that the response may wait for its gate."""

    known: bool


class RequestOutcome(Contract):
    """The outcome of a request as recorded, which may differ from what this run judged.

    A workflow that lost a workflow task judges again, perhaps with a response that arrived meanwhile. The first
    recorded outcome counts. `response` is the applied one, and `accepted` are the artifacts that it accepted. `refused`
    means that the winner names content that does not exist, so that the request is still open.
    """

    response: HitlResponse | None = None
    accepted: tuple[ArtifactRef, ...] = ()
    expired: bool = False
    refused: bool = False
    deadline: Moment | None = Field(
        default=None, description="The request is open: its deadline was postponed to this."
    )
    check_again_in: timedelta | None = Field(
        default=None, description="The request is open: its project is paused, so its deadline is held."
    )


class RecordExpiryInput(Contract):
    """A request's deadline passed. `accepts` says whether its artifacts are accepted anyway."""

    project_id: UUID
    request_id: UUID
    accepts: bool
    deadline: Moment | None = Field(default=None, description="The deadline that the workflow knows.")


class OpenProjectInput(Contract):
    """A project whose workflow has started.

    `generation` counts its restarts from the records, and `run_id` is the first run of this start.
    """

    project_id: UUID
    generation: int = 0
    run_id: str | None = None


class OpenProjectResult(Contract):
    """The agents whose steps are short for this project, so that the workflow runs them as local activities."""

    short_agents: tuple[AgentType, ...]


class RecordStatusInput(Contract):
    """A change of the project's status. A final status closes every open task and request.

    `key` identifies the change, so that recording it twice changes nothing. Nothing is recorded for a run of another
    `generation` than the project's; None, from workflows of earlier versions, is any.
    """

    project_id: UUID
    status: ProjectStatus
    key: str
    reason: str | None = None
    put_off: dict[UUID, timedelta] = Field(
        default_factory=dict, description="By how much the deadlines of open requests are postponed after a pause."
    )
    generation: int | None = None


class RecordStatusResult(Contract):
    """The status of a project as recorded. A project that has ended keeps its status."""

    status: ProjectStatus
    reason: str | None = None
    deadlines: dict[UUID, datetime] = Field(
        default_factory=dict, description="The new deadlines of the requests whose deadline was postponed."
    )


class RecordProblemInput(Contract):
    """Something that an operator should see, such as a signal that cannot be read."""

    project_id: UUID
    message: str
    key: str
