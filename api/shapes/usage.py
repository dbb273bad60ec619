"""What a project has used, on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.names import AgentType


class UsageFigures(Shape):
    """What calls of models have used; those that could not be used count, too."""

    calls: int
    input_tokens: int = Field(description="With the cached ones.")
    output_tokens: int
    cached_tokens: int = Field(description="Tokens of input that the provider had cached.")
    cost_usd: float = Field(description="US dollars.")
    working_seconds: float = Field(description="The time of calls and of tools. Nobody's decision counts.")


class RoleUsage(UsageFigures):
    agent_type: AgentType


class StageUsage(UsageFigures):
    stage: str


class RoundUsage(StageUsage):
    round: int


class UsagePublic(Shape):
    """What a project has used in total, and in each role, stage and round, in the order in which they began. Each of
    these parts adds up to the total."""

    project_id: UUID
    total: UsageFigures
    roles: list[RoleUsage]
    stages: list[StageUsage]
    rounds: list[RoundUsage]

    @classmethod
    def of(cls, project_id: UUID, rows: Iterable[Any]) -> Self:
        found = [row._asdict() for row in rows]
        return cls(
            project_id=project_id,
            total=next(
                UsageFigures.model_validate(row) for row in found if row["agent_type"] is None and row["stage"] is None
            ),
            roles=[RoleUsage.model_validate(row) for row in found if row["agent_type"] is not None],
            stages=[StageUsage.model_validate(row) for row in found if row["stage"] and row["round"] is None],
            rounds=[RoundUsage.model_validate(row) for row in found if row["round"] is not None],
        )
