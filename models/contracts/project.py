"""Input, state and result of a project's workflow."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from .contract import Contract
from .enums import Oversight, ProjectStatus
from .handoff import ArtifactRef
from .hitl import JudgedResponse
from .names import REHEARSAL, AgentType, CrewName
from .pipeline import Pipeline
from .roles import ModelName
from .workflow_state import HandoffState, State


class ProjectState(State):
    """The whole state of a project's workflow, passed from one run to the next."""

    stages: dict[str, HandoffState]
    short_agents: tuple[AgentType, ...] = ()
    paused: bool = False
    deadlines_held: bool = False
    unrecorded: list[JudgedResponse] = Field(default_factory=list)
    pauses: int = 0
    gates_passed: int = 0
    """Gates that passed without a person since a person last decided."""
    opened: bool = True
    """Whether an earlier run has opened the project. False if the state was rebuilt from the records."""


class ProjectInput(Contract):
    """A project to run. `state` is set if the workflow continues as new or is restarted from its records. A restart
    increments `generation`. `source` is the code that the project begins from, a file set. After `checkpoint_after`
    gates that passed without a person, the next one asks; 0, as for projects of earlier versions, asks never."""

    project_id: UUID
    name: str
    pipeline: Pipeline
    oversight: Oversight | None = None
    brief: ArtifactRef
    state: ProjectState | None = None
    generation: int = 0
    crew: CrewName = REHEARSAL
    model: ModelName | None = None
    source: ArtifactRef | None = None
    checkpoint_after: int = 0


class ProjectResult(Contract):
    """The final status of a project, and its accepted artifact versions."""

    project_id: UUID
    status: ProjectStatus
    reason: str | None = None
    artifacts: tuple[ArtifactRef, ...] = ()
