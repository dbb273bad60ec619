"""The state of a stage and what workflows answer about it; input and result of a standalone handoff's workflow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .contract import Contract
from .enums import Oversight, ProjectStatus
from .handoff import ArtifactRef, Handoff, OpenRequest
from .hitl import HitlResponse
from .names import REHEARSAL, AgentType, CrewName
from .roles import ModelName, Role


class State(BaseModel):
    """The base class of a workflow's state. It changes, so it is not frozen. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class GateState(State):
    """An open request and the responses that have not been judged.

    `held_since` is set while its deadline is held because the project is paused. `extensions` counts how often a person
    has extended it, as far as this workflow knows.
    """

    request: OpenRequest
    extensions: int = 0
    held_since: datetime | None = None
    offered: list[HitlResponse] = Field(default_factory=list)


class HandoffState(State):
    """The progress of one stage: `accepted` once it is accepted, `gate` while a human has to decide.

    `round` counts the tasks of this stage, `continued` how many times the current one was resumed after a failure, and
    `reworked` how many times its failed verdict sent the work back. `earlier_rounds` are those from before the project
    was retried: they do not count towards a gate's `max_rounds`.
    """

    round: int = 0
    continued: int = 0
    reworked: int = 0
    earlier_rounds: int = 0
    task_id: UUID | None = None
    feedback: str | None = None
    report: tuple[ArtifactRef, ...] = ()
    reopens: tuple[str, ...] = ()
    produced: tuple[ArtifactRef, ...] = ()
    failed_verdict: bool = False
    gate: GateState | None = None
    accepted: tuple[ArtifactRef, ...] | None = None


class HandoffInput(Contract):
    """A standalone handoff to run, outside the pipeline. `state` and `generation` are as in ProjectInput."""

    project_id: UUID
    task_id: UUID
    name: str
    handoff: Handoff
    oversight: Oversight | None = None
    state: HandoffState | None = None
    generation: int = 0
    crew: CrewName = REHEARSAL
    model: ModelName | None = None
    role: Role | None = None


class HandoffResult(Contract):
    """The result of a standalone handoff."""

    task_id: UUID
    accepted: bool
    artifacts: tuple[ArtifactRef, ...] = ()


class StageView(Contract):
    """One stage in the answer of the `state` query."""

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
