"""Groups, and their roles in projects, on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from api.shapes.shape import Shape
from models.contracts.contract import Moment, Name, StrictContract
from models.contracts.identity import PATH_SEGMENTS, AccessRole, PrincipalKind
from store.identity.group_roles import GroupInProject
from store.identity.groups import Group

MEMBERS = "/members/"


def _refuse_misleading(name: str) -> str:
    """Refuse what means something else in a path."""
    if name in PATH_SEGMENTS or MEMBERS in name or not name.isprintable():
        raise ValueError("must not be . or .., nor contain /members/ or line breaks: no path could name the group")
    return name


NewGroupName = Annotated[Name, AfterValidator(_refuse_misleading)]
"""The name of a new group. Those that exist, and those that an identity provider names, may have others."""


class GroupCreate(StrictContract):
    """A new group."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "security"}]})

    name: NewGroupName


class GroupMemberPublic(Shape):
    """Somebody in a group."""

    principal_id: UUID
    name: str
    kind: PrincipalKind
    sources: list[str] = Field(
        description="Who says so: `botarmy` if an administrator here, or the issuer of an identity provider."
    )


class ProjectOfGroupPublic(Shape):
    """A project in which a group has roles."""

    project_id: UUID
    name: str
    roles: list[AccessRole]


class GroupPublic(Shape):
    """A group that a gate may be assigned to, and that may have roles in projects."""

    name: str
    created_by: str | None = Field(description="Null if only an identity provider knows it.")
    created_at: Moment | None
    members: list[GroupMemberPublic]
    projects: list[ProjectOfGroupPublic]

    @classmethod
    def of(cls, group: Group) -> Self:
        members = [
            GroupMemberPublic(principal_id=one.id, name=one.name, kind=one.kind, sources=list(one.sources))
            for one in group.members
        ]
        projects = [ProjectOfGroupPublic.model_validate(asdict(one)) for one in group.projects]
        return cls(
            name=group.name,
            created_by=group.created_by,
            created_at=group.created_at,
            members=members,
            projects=projects,
        )


class GroupInProjectPublic(Shape):
    """A group with roles in a project."""

    name: str
    roles: list[AccessRole]
    members: int = Field(description="How many belong to it.")
    since: Moment

    @classmethod
    def of(cls, group: GroupInProject) -> Self:
        return cls.model_validate(asdict(group))
