"""The contract that an agent receives, and the input and result of a step."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from .budget import Budget
from .contract import Comment, ContentHash, Contract, Duration, Slug, Text
from .enums import HitlReason, Verdict
from .names import REHEARSAL, AgentType, ArtifactType, BuiltInArtifact, CrewName
from .pipeline import ArtifactTypes, Gate
from .roles import ModelName, Role


class ArtifactRef(Contract):
    """A reference to an artifact version. The content stays in PostgreSQL."""

    artifact_id: UUID
    type: ArtifactType
    version: int
    content_hash: ContentHash


class Handoff(Contract):
    """The contract that an agent receives. `from_agent` is None if the product owner hands over."""

    from_agent: AgentType | None = None
    to_agent: AgentType
    phase: Slug
    context_ids: tuple[UUID, ...] = ()
    instructions: Text = ""
    expected_outputs: ArtifactTypes = (BuiltInArtifact.AGENT_OUTPUT,)
    priority: int = Field(default=3, ge=1, le=5, description="1 is the highest.")
    metadata: dict[str, str] = Field(default_factory=dict)


class StepInput(Contract):
    """One task: a handoff to run for one round.

    The workflow generates `task_id` and `request_id`, so that a step that runs twice writes the same rows. `reopens`
    names the stages that this round reopens. With `reworks`, a failed verdict sends the work back instead of asking.
    """

    project_id: UUID
    project_name: str
    task_id: UUID
    request_id: UUID
    handoff: Handoff
    round: int = Field(ge=1)
    feedback: Comment | None = None
    gate: Gate
    reworks: bool = False
    reopens: tuple[str, ...] = ()
    timeout: Duration
    attempts: int = Field(ge=1, description="How many times the agent may fail before a human is asked.")
    short: bool = False
    continued: int = Field(default=0, ge=0, description="How many times a person continued this task after it failed.")
    crew: CrewName = REHEARSAL
    model: ModelName | None = None
    role: Role | None = Field(default=None, description="The role, if the pipeline declares it.")
    budget: Budget | None = Field(default=None, description="What the step may use, if the stage says so.")
    needs_person: bool = False
    checkpoint: int = Field(
        default=0,
        description="How many gates passed without a person, or may while this step runs, if this one asks for that "
        "reason; otherwise 0.",
    )


NeedsPerson = Annotated[
    bool, Field(description="Whether only a person may approve it, by itself: no deadline does, and no bulk approval.")
]
MayContinue = Annotated[
    bool, Field(description="Whether an approval without a comment resumes a failed step as the same task.")
]


class OpenRequest(Contract):
    """The request of an open gate.

    A failed step has no artifacts. `supplies` is then the artifact type that a human may provide instead.
    """

    request_id: UUID
    artifacts: tuple[ArtifactRef, ...]
    reason: HitlReason
    expires_at: datetime
    may_redo: bool = Field(description="Whether the stage has a round left, so that it can be repeated.")
    supplies: ArtifactType | None = None
    may_continue: MayContinue = False
    needs_person: NeedsPerson = False


class StepResult(Contract):
    """The result of a task: artifact references, a verdict, and the gate's request if it asks."""

    artifacts: tuple[ArtifactRef, ...] = ()
    verdict: Verdict | None = None
    request: OpenRequest | None = None
