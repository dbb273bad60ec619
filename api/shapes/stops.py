"""Stops on the wire."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.shapes.shape import Shape
from models.contracts.contract import Comment, Moment, StrictContract, Text
from models.contracts.enums import StopScope
from models.contracts.names import AgentType
from models.contracts.stops import StopTarget
from models.tables import Stop
from store import stops

Person = Annotated[Text, Field(min_length=1, max_length=255)]

NEEDED = {
    StopScope.ALL: (),
    StopScope.PROJECT: ("project_id",),
    StopScope.ROLE: ("role",),
    StopScope.STEP: ("task_id",),
}
"""The fields that each scope needs."""

ALLOWED = {**NEEDED, StopScope.ROLE: ("role", "project_id"), StopScope.STEP: ("task_id", "project_id")}
"""Those that it may have."""


class StopCreate(StrictContract):
    """What to stop, and why. A role is stopped in all projects, or in the one that `project_id` names."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"scope": "all", "reason": "The bill is too high."},
                {"scope": "project", "project_id": "01890a5d-ac96-774b-bcce-b302099a8057", "reason": "Wrong brief."},
                {"scope": "role", "role": "coder", "reason": "Its model returns nonsense."},
                {"scope": "step", "task_id": "01890a5d-b1a2-7c3e-9a51-6f0e8d1c2b3a", "reason": "Wrong library."},
            ]
        }
    )

    scope: StopScope
    project_id: UUID | None = None
    role: AgentType | None = None
    task_id: UUID | None = Field(default=None, description="The task whose step is stopped; its gate then asks.")
    reason: Comment
    by: Person = "human"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        named = {"project_id": self.project_id, "role": self.role, "task_id": self.task_id}
        for name in NEEDED[self.scope]:
            if named[name] is None:
                raise ValueError(f"the scope {self.scope} needs {name}")
        for name, value in named.items():
            if value is not None and name not in ALLOWED[self.scope]:
                raise ValueError(f"the scope {self.scope} takes no {name}")
        return self

    @property
    def target(self) -> StopTarget:
        return StopTarget(project_id=self.project_id, role=self.role, task_id=self.task_id)


class ReleaseCreate(StrictContract):
    """Why a stop is released."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The budget was raised."}]})

    reason: Comment
    by: Person = "human"


class StopPublic(Shape):
    """A stop: what it holds, who stopped it and why, and, once it is released, who released it and why."""

    stop_id: UUID
    scope: StopScope
    project_id: UUID | None
    role: AgentType | None
    task_id: UUID | None
    reason: str
    stopped_by: str
    stopped_by_id: UUID | None = Field(
        default=None, description="The id of who stopped it, if that one had signed in: others may have the same name."
    )
    created_at: Moment
    released_at: Moment | None = Field(description="Null while it holds.")
    release_reason: str | None
    released_by: str | None
    released_by_id: UUID | None = Field(
        default=None, description="The id of who released it, if that one had signed in."
    )

    @classmethod
    def of(cls, stop: Stop) -> Self:
        return cls(stop_id=stop.id, scope=stops.target_of(stop).scope, **stop.model_dump(exclude={"id"}))
