"""What a project's workflow is started with, carries along and ends with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .contract import Contract
from .enums import AgentType, Oversight, ProjectStatus
from .handoff import ArtifactRef, Handoff, OpenRequest
from .hitl import HitlResponse, JudgedResponse
from .pipeline import Pipeline


class State(BaseModel):
    """The base class of a workflow's state. It changes, so it is not frozen. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class GateState(State):
    """An open request and the responses that wait to be judged. While its deadline stands still, because the project is
    paused, `held_since` says from when on."""

    request: OpenRequest
    held_since: datetime | None = None
    offered: list[HitlResponse] = Field(default_factory=list)


class HandoffState(State):
    """How far one stage has come: `accepted` once it is done, `gate` while a human is asked.

    `round` counts the tasks of this stage; `reworked` how often its failed verdict sent the work back.
    """

    round: int = 0
    reworked: int = 0
    task_id: UUID | None = None
    feedback: str | None = None
    report: tuple[ArtifactRef, ...] = ()
    reopens: tuple[str, ...] = ()
    produced: tuple[ArtifactRef, ...] = ()
    failed_verdict: bool = False
    gate: GateState | None = None
    accepted: tuple[ArtifactRef, ...] | None = None


class ProjectState(State):
    """Everything that a project's workflow knows, from one run to the next."""

    stages: dict[str, HandoffState]
    short_agents: tuple[AgentType, ...] = ()
    paused: bool = False
    deadlines_held: bool = False
    unrecorded: list[JudgedResponse] = Field(default_factory=list)
    pauses: int = 0
    opened: bool = True
    """Whether an earlier run has opened the project; not where the state was rebuilt from the records."""


class ProjectInput(Contract):
    """A project to run; `state` is there when an earlier run of the same workflow continues, or when the workflow is
    started again from the project's records, which raises `generation`."""

    project_id: UUID
    name: str
    pipeline: Pipeline
    oversight: Oversight | None = None
    brief: ArtifactRef
    state: ProjectState | None = None
    generation: int = 0


class ProjectResult(Contract):
    """How a project ended, and the artifact versions that were accepted."""

    project_id: UUID
    status: ProjectStatus
    reason: str | None = None
    artifacts: tuple[ArtifactRef, ...] = ()


class HandoffInput(Contract):
    """One handoff to run alone, outside the project's pipeline; `state` and `generation` as in a ProjectInput."""

    project_id: UUID
    task_id: UUID
    name: str
    handoff: Handoff
    oversight: Oversight | None = None
    state: HandoffState | None = None
    generation: int = 0


class HandoffResult(Contract):
    """How a handoff that ran alone ended."""

    task_id: UUID
    accepted: bool
    artifacts: tuple[ArtifactRef, ...] = ()


class StageView(Contract):
    """One stage as the `state` query shows it."""

    stage: str
    agent: AgentType
    status: str
    round: int
    request_id: UUID | None = None


class WorkflowView(Contract):
    """The answer of the `state` query."""

    status: ProjectStatus
    phase: str | None
    stages: tuple[StageView, ...]
