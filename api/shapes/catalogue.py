"""Pipelines and kinds of agents on the wire."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.names import AgentType, CrewName
from models.contracts.roles import ModelName
from store.estimates import ENOUGH


class PipelineItem(Shape):
    """A pipeline in a list."""

    name: str
    description: str
    stages: list[str]
    gates: list[str]


class Range(Shape):
    """The median of some amounts, the least and the most."""

    median: float
    least: float
    most: float


class PipelineEstimate(Shape):
    """What the newest completed projects of a pipeline that asked models have used."""

    pipeline: str
    model: ModelName | None = Field(
        default=None, description="The model that they were started with; null if they asked several."
    )
    projects: int = Field(description="How many they are, 50 at most.")
    cost_usd: Range | None = Field(description=f"US dollars; null if there are fewer than {ENOUGH} projects.")
    working_seconds: Range | None = Field(
        description="The time of calls and of tools; nobody's decision counts. Null if there are fewer than "
        f"{ENOUGH} projects."
    )

    @classmethod
    def of(cls, pipeline: str, row: Any, model: str | None) -> Self:
        if row.projects < ENOUGH:
            return cls(pipeline=pipeline, projects=row.projects, cost_usd=None, working_seconds=None)
        return cls(
            pipeline=pipeline,
            model=model,
            projects=row.projects,
            cost_usd=Range(median=row.median_usd, least=row.least_usd, most=row.most_usd),
            working_seconds=Range(median=row.median_seconds, least=row.least_seconds, most=row.most_seconds),
        )


class ProviderPublic(Shape):
    """A provider of agents; one that rehearses is deterministic, offline and free."""

    name: CrewName
    description: str
    is_rehearsal: bool
    is_default: bool
    default_model: ModelName | None = Field(
        description="The model that it asks unless a project, a role or a stage names another; null if there is none."
    )


class AgentPublic(Shape):
    """A kind of agent, and who plays it unless a project names another provider."""

    agent_type: AgentType
    description: str
    provider: str
