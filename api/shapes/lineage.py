"""Which project another one comes from, on the wire."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.contract import StrictContract
from models.contracts.enums import ParentKind, ProjectStatus
from store.project_details import Child


class ParentCreate(StrictContract):
    """The project that a new one comes from. What the new one does not set is as in that one: pipeline, crew, model,
    oversight, budget, owner and tags.

    - `duplicate`: it also begins from the same source
    - `follow_up`: it begins from the package that the other one delivered, which becomes its source
    """

    project_id: UUID
    kind: ParentKind


class ParentPublic(Shape):
    """The project that this one comes from."""

    project_id: UUID
    kind: ParentKind
    name: str


class ChildPublic(Shape):
    """A project that comes from this one."""

    project_id: UUID
    kind: ParentKind = Field(description="How it comes from this one.")
    name: str
    status: ProjectStatus

    @classmethod
    def of(cls, child: Child) -> Self:
        return cls(project_id=child.id, kind=child.kind, name=child.name, status=ProjectStatus(child.status))
