"""Retries of projects on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import Shape
from api.shapes.stops import Person
from models.contracts.contract import Comment, Moment, Slug, StrictContract
from models.contracts.names import AgentType
from store.project_retry import Retry


class RetryCreate(StrictContract):
    """From which stage to retry a project that has ended, and what should be different."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"from_stage": "build", "comment": "Use SQLite this time.", "by": "Ada"}]}
    )

    from_stage: Slug | None = Field(default=None, description="One of those that GET returns. Null: the default.")
    comment: Comment | None = Field(default=None, description="The agent of the stage gets it as feedback.")
    by: Person = "human"


class RetryStage(Shape):
    """A stage that a project can be retried from, and those that run again after it."""

    stage: str
    agent_type: AgentType
    reopens: list[str] = Field(description="The stages that depend on it: their results no longer count as accepted.")


class RetryChoices(Shape):
    """The stages that a project can be retried from: their inputs are accepted."""

    project_id: UUID
    default: str = Field(description="Where the project ended.")
    stages: list[RetryStage]


class RetryPublic(Shape):
    """One retry of a project."""

    number: int = Field(description="How many times the workflow had been started again, with this one.")
    from_stage: str
    comment: str | None
    by: str | None
    principal_id: UUID | None = Field(default=None, description="The id of who retried it, if that one had signed in.")
    at: Moment

    @classmethod
    def of(cls, retry: Retry) -> Self:
        return cls(**asdict(retry))


class ProjectRetry(Shape):
    """A project that is retried: it is starting."""

    project_id: UUID
    retry: RetryPublic
