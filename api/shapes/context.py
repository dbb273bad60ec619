"""What people give the crew, on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.artifacts import ArtifactItem
from api.shapes.shape import Shape
from models.contracts.contract import Moment, StrictContract, Text
from models.contracts.names import ArtifactType

Giver = Annotated[Text, Field(min_length=1, max_length=255)]


class ContextCreate(StrictContract):
    """An artifact of the project for the crew: in addition to what its stages consume, or as the next version of a
    type."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"artifact_id": "01890a5e-0b22-7a63-9b75-4d5e6f708192", "given_by": "Ada"},
                {"artifact_id": "01890a5e-0b22-7a63-9b75-4d5e6f708192", "as_type": "software_specification"},
            ]
        }
    )

    artifact_id: UUID
    as_type: ArtifactType | None = Field(
        default=None,
        description="Accepts the result of a task outside the pipeline as the next version of this type, which the "
        "stages that have not run read instead of the earlier ones.",
    )
    given_by: Giver = "human"


class ContextWithdraw(StrictContract):
    """Who withdraws what was given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"withdrawn_by": "Ada"}]})

    withdrawn_by: Giver = "human"


class ContextPublic(Shape):
    """An artifact that a person gave the crew. With `replaces`, it is read instead of the earlier versions of its
    type."""

    context_id: UUID
    artifact: ArtifactItem
    replaces: bool
    given_by: str
    given_at: Moment
    stages: list[str] = Field(description="The stages that had not run when it was given, and receive it.")
    withdrawn_by: str | None = Field(description="Who withdrew it; null while the crew receives it.")
    withdrawn_at: Moment | None
