"""What each type of event carries in its `data`: one frozen model per event type.

Recipe: CONTRIBUTING, An event type.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, get_args
from uuid import UUID

from pydantic import AfterValidator, Field

from .approvals import Approvals
from .budget import Budget, BudgetKind, BudgetUnit
from .contract import Contract, storable
from .enums import (
    AgentStatus,
    ControlAction,
    EventType,
    HitlAction,
    HitlReason,
    HitlStatus,
    ProjectStatus,
    StopScope,
    TaskStatus,
    Verdict,
    WaitReason,
    WorkflowProblemKind,
)
from .handoff import ArtifactRef
from .names import AgentType, ArtifactType
from .usage import Usage

StoredText = Annotated[str, AfterValidator(storable)]
"""Text that agents and people write: what PostgreSQL cannot store is replaced, not refused."""


class Payload(Contract):
    """The data of one event.

    A field that is added later needs a default, because logs keep the events of every version. A field with a default
    is recorded only if the writer sets it.
    """

    event_type: ClassVar[EventType]

    principal_id: UUID | None = Field(
        default=None, description="The id of the person or service that caused it, if that one had signed in."
    )

    def recorded(self) -> dict[str, Any]:
        """The data as it is recorded: the fields that the writer set."""
        return self.model_dump(exclude_unset=True)


class WorkflowEvent(Payload):
    """The project was created, its status changed, or its workflow was restarted. `retried_from` is set if a person
    retried a project that had ended."""

    event_type = EventType.WORKFLOW_EVENT

    status: ProjectStatus | TaskStatus = Field(
        description="The project's status. An event with a `task_id` is about the workflow of that task outside the "
        "pipeline; its status is then what the project's was when the workflow was checked."
    )
    reason: StoredText | None = Field(default=None, description="Why the status changed.")
    name: StoredText | None = Field(default=None, description="The project's name, in its first event.")
    retried_from: StoredText | None = Field(
        default=None, description="The stage from which the project is retried, after it had ended."
    )
    by: StoredText | None = Field(default=None, description="Who started or retried it.")


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


class ArtifactCreated(Payload):
    """An artifact version was written."""

    event_type = EventType.ARTIFACT_CREATED

    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    author: StoredText = Field(description="An agent's type, or the name of a human.")
    content_hash: str = Field(description="SHA-256 of the content, in hex.")
    size: int = Field(description="In bytes.")


class ContextGiven(Payload):
    """A person gave the crew an artifact: the steps that begin from then on receive it."""

    event_type = EventType.CONTEXT_GIVEN

    context_id: UUID
    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    given_by: StoredText = Field(description="Who gave it.")
    replaces: bool = Field(description="Whether it is read instead of the earlier versions of its type.")
    stages: tuple[StoredText, ...] = Field(description="The stages that had not run, and receive it.")


class ContextWithdrawn(Payload):
    """A person withdrew what was given to the crew: the steps that begin from then on do not receive it."""

    event_type = EventType.CONTEXT_WITHDRAWN

    context_id: UUID
    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    withdrawn_by: StoredText = Field(description="Who withdrew it.")


class HitlRequested(Payload):
    """A gate opened: a human has to decide."""

    event_type = EventType.HITL_REQUEST

    request_id: UUID
    stage: StoredText
    round: int
    reason: HitlReason
    question: StoredText
    artifacts: tuple[ArtifactRef, ...]
    expires_at: datetime
    needs_person: bool = Field(default=False, description="Whether only a person may approve it, by itself.")
    supersedes: str | None = Field(
        default=None,
        description="The subject that it asked about until then, if something that its step consumed was replaced: it "
        "is the same request with another subject, and asks again.",
    )
    subject_hash: str | None = Field(
        default=None, description="SHA-256 of what it asks about, which a response has to name."
    )
    approvals: Approvals | None = Field(default=None, description="Who may decide, if not everybody who may approve.")


class HitlResponded(Payload):
    """A response was applied, and its gate is closed."""

    event_type = EventType.HITL_RESPONSE

    request_id: UUID
    decision_id: UUID
    stage: StoredText
    round: int
    action: HitlAction
    status: HitlStatus
    comment: StoredText | None
    responder: StoredText
    accepted: tuple[ArtifactRef, ...] = Field(description="The artifact versions that the response accepted.")
    redo: StoredText | None = Field(
        default=None, description="The earlier stage that the work goes back to, if the response named one."
    )
    raise_by: Budget | None = Field(default=None, description="What the exhausted budget was raised by, if it was.")
    without_asking: bool = Field(default=False, description="Whether a program responded, and asked no person.")
    subject_hash: str | None = Field(default=None, description="SHA-256 of what the person looked at.")
    legacy: bool = Field(
        default=False,
        description="Whether the request is of an earlier version, which bound no response to what it asked about.",
    )
    reason: HitlReason | None = Field(default=None, description="Why the request asked, if its step had no result.")


class HitlExtended(Payload):
    """A person gave a request a later deadline."""

    event_type = EventType.HITL_EXTENDED

    request_id: UUID
    extension_id: UUID
    stage: StoredText
    round: int
    was: datetime = Field(description="The deadline until then.")
    expires_at: datetime = Field(description="The deadline from then on.")
    extended_by: StoredText = Field(description="Who extended it.")


class HitlExpired(Payload):
    """The deadline of a gate passed without a response."""

    event_type = EventType.HITL_EXPIRED

    request_id: UUID
    stage: StoredText
    round: int
    accepted: bool = Field(description="Whether the stage's artifacts were accepted anyway.")


class BudgetAlert(Payload):
    """Most of a budget is spent."""

    event_type = EventType.BUDGET_ALERT

    kind: BudgetKind
    unit: BudgetUnit
    percent: int = Field(description="How much of the limit is spent, at least: 80, 90 or 95.")
    spent: float
    limit: float
    stage: StoredText = Field(description="The stage whose call passed that part.")


class StopChange(Payload):
    """A person stopped the project or a part of it, or released a stop. A stop of one step names its `task_id`."""

    event_type = EventType.STOP_CHANGE

    stop_id: UUID
    scope: StopScope
    role: AgentType | None = Field(default=None, description="The role whose steps are stopped; null for every role.")
    stopped: bool = Field(description="True when the stop begins, false when it is released.")
    reason: StoredText = Field(description="Why it was stopped, or released.")
    by: StoredText = Field(description="Who stopped or released it.")


class ProjectChange(Payload):
    """A person renamed the project, or changed its owner or its tags, or archived it, or marked it to be kept. It has
    what has changed."""

    event_type = EventType.PROJECT_CHANGE

    by: StoredText = Field(description="Who changed it.")
    name: StoredText | None = Field(default=None, description="Its new name.")
    owner: StoredText | None = Field(default=None, description="Its new owner; null if it has none any more.")
    tags: tuple[StoredText, ...] | None = Field(default=None, description="All its tags from now on.")
    archived: bool | None = Field(default=None, description="Whether it is archived from now on.")
    kept: bool | None = Field(default=None, description="Whether it is kept, and never removed, from now on.")


class ProjectControl(Payload):
    """A person asked for a change of the project's course. What follows from it has events of its own. One about a task
    outside the pipeline has its `task_id`."""

    event_type = EventType.PROJECT_CONTROL

    action: ControlAction
    by: StoredText = Field(description="Who asked for it.")


class ErrorEvent(Payload):
    """Something that an operator should see, such as a response that cannot be read."""

    event_type = EventType.ERROR

    message: StoredText
    workflow_problem: WorkflowProblemKind | None = Field(
        default=None, description="Set if the error is a problem of the workflow."
    )


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
