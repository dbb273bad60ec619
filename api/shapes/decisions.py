"""A project's decisions on the wire."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from api.shapes.hitl import DecisionPublic
from models.contracts.enums import HitlReason
from models.contracts.handoff import ArtifactRef
from models.contracts.names import AgentType
from models.tables import HitlDecision, HitlRequest


class ProjectDecision(DecisionPublic):
    """The response that decided a request, and what the request was about."""

    request_id: UUID
    task_id: UUID
    agent_type: AgentType
    stage: str
    round: int
    question: str
    reason: HitlReason
    artifacts: list[ArtifactRef]

    @classmethod
    def of_request(cls, request: HitlRequest, decision: HitlDecision) -> Self:
        about = request.model_dump(
            include={"task_id", "agent_type", "stage", "round", "question", "reason", "artifacts"}
        )
        return cls.of(decision, **about)
