"""The contract given to an agent, and what a step takes and gives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from .contract import Comment, ContentHash, Contract, Duration, Slug, Text
from .enums import AgentType, ArtifactType, HitlReason, Verdict
from .pipeline import ArtifactTypes, Gate


class ArtifactRef(Contract):
    """One artifact version, by reference: its content stays in PostgreSQL."""

    artifact_id: UUID
    type: ArtifactType
    version: int
    content_hash: ContentHash


class Handoff(Contract):
    """The contract given to an agent. `from_agent` is None where the product owner hands over."""

    from_agent: AgentType | None = None
    to_agent: AgentType
    phase: Slug
    context_ids: tuple[UUID, ...] = ()
    instructions: Text = ""
    expected_outputs: ArtifactTypes = (ArtifactType.AGENT_OUTPUT,)
    priority: int = Field(default=3, ge=1, le=5, description="1 is the highest.")
    metadata: dict[str, str] = Field(default_factory=dict)


class StepInput(Contract):
    """One task: a handoff to run, once more or for the first time.

    The workflow makes `task_id` and `request_id`, so that a step that runs twice writes the same rows. `reopens` names
    the stages whose acceptance this round takes back. `reworks` says that a failed verdict goes back to another stage,
    so that the gate has nothing to ask.
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
    attempts: int = Field(ge=1, description="How often the agent may fail before a human is asked.")
    short: bool = False


class OpenRequest(Contract):
    """A gate that waits for a human.

    A failed step has no artifacts to ask about; `supplies` is then the type that a human may write in its place.
    """

    request_id: UUID
    artifacts: tuple[ArtifactRef, ...]
    reason: HitlReason
    expires_at: datetime
    may_redo: bool = Field(description="Whether a round is left for an amend without content.")
    supplies: ArtifactType | None = None


class StepResult(Contract):
    """What came of a task: references, a verdict, and the gate's request if it asks."""

    artifacts: tuple[ArtifactRef, ...] = ()
    verdict: Verdict | None = None
    request: OpenRequest | None = None
