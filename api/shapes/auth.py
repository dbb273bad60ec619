"""Who is signed in, sessions, tokens and members on the wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool

from api.auth.caller import Caller, SignInMethod
from api.shapes.accounts import AccountUpdate
from api.shapes.shape import Shape
from artifacts.hidden import find_unseen
from models.contracts.contract import Duration, Moment, Name, StrictContract, Text
from models.contracts.identity import ALL_PERMISSIONS, PROJECT_ROLES, AccessRole, Permission, PrincipalKind
from models.identity import ApiToken, Session
from store.identity.people import Person
from store.identity.principals import Member

MAX_TOKEN_LIFETIME = timedelta(days=365)


def _refuse_repetitions(value: Any) -> Any:
    """Refuse a list with an item twice, as the schema of a set says."""
    if isinstance(value, list) and any(item in value[:index] for index, item in enumerate(value)):
        raise ValueError("must not contain an item twice")
    return value


def _refuse_unseen(name: str) -> str:
    if character := find_unseen(name):
        raise ValueError(f"must not contain U+{ord(character):04X}, which nobody sees")
    return name


Unique = BeforeValidator(_refuse_repetitions)
SeenName = Annotated[Name, AfterValidator(_refuse_unseen)]
"""The name of somebody who decides: no two may look the same, and differ."""
ProjectId = Annotated[UUID | None, Field(description="The project that it is limited to; null is all of them.")]


class SignIn(StrictContract):
    """The code of a link, which is good once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "bay_iD5kq3..."}]})

    code: Text = Field(min_length=1, max_length=200)


class MePublic(Shape):
    """Who is signed in, and what they may do."""

    principal_id: UUID | None = Field(description="Null where nobody signs in.")
    name: str
    login: str | None = Field(description="The name to sign in with; null without a password.")
    method: SignInMethod
    roles: list[AccessRole] = Field(description="The roles in all projects.")
    projects: dict[UUID, list[AccessRole]] = Field(description="The roles in single projects.")
    scopes: list[Permission] = Field(description="What the session or token is limited to.")
    project_id: ProjectId
    permissions: list[Permission] = Field(description="What one may do in all projects, of the roles and the limits.")
    project_permissions: dict[UUID, list[Permission]] = Field(
        description="What one may do in single projects, where it differs from `permissions`."
    )
    is_exposed: bool = Field(description="Whether the API has no sign-in and can be reached from other machines.")

    @classmethod
    def of(cls, caller: Caller, *, is_exposed: bool) -> Self:
        return cls(
            principal_id=caller.principal_id,
            name=caller.name,
            login=caller.login,
            method=caller.method,
            roles=sorted(caller.roles.get(None, ())),
            projects={
                project_id: sorted(roles)
                for project_id, roles in caller.roles.items()
                if project_id is not None and caller.only_project in (None, project_id)
            },
            scopes=sorted(caller.scopes),
            project_id=caller.only_project,
            permissions=caller.permissions(None),
            project_permissions=caller.permissions_in_projects,
            is_exposed=is_exposed,
        )


class SessionPublic(Shape):
    """A browser that is signed in."""

    session_id: UUID
    agent: str = Field(description="What the browser calls itself.")
    is_current: bool
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, session: Session, current: UUID | None) -> Self:
        return cls(session_id=session.id, is_current=session.id == current, **session.model_dump(exclude={"id"}))


class TokenCreate(StrictContract):
    """A token for a program. It may do at most what its owner may."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "nightly build", "scopes": ["read", "run"], "expires_in": "90d"}]}
    )

    name: Name
    scopes: Annotated[frozenset[Permission], Unique] = Field(default=ALL_PERMISSIONS, min_length=1)
    project_id: ProjectId = None
    expires_in: Duration = Field(default=timedelta(days=90), ge=timedelta(minutes=1), le=MAX_TOKEN_LIFETIME)


class TokenPublic(Shape):
    """A token without its secret."""

    token_id: UUID
    name: str
    scopes: list[Permission]
    project_id: ProjectId
    created_at: Moment
    last_used_at: Moment | None = Field(description="A minute late at most.")
    expires_at: Moment

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        return cls(**cls.fields_of(token))

    @staticmethod
    def fields_of(token: ApiToken) -> dict[str, Any]:
        return {"token_id": token.id, **token.model_dump(exclude={"id"})}


class NewToken(TokenPublic):
    """A token with its secret, which is shown once."""

    token: str


class LinkPublic(Shape):
    """A link that signs a browser in: once, within a minute. The code is in the fragment, which no server logs."""

    path: str
    code: str


class TicketPublic(Shape):
    """A ticket for one WebSocket, within 30 seconds: `new WebSocket(url, ["botarmy", "ticket." + ticket])`."""

    ticket: str


class PersonCreate(StrictContract):
    """A person or a service, with roles in all projects."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ana", "roles": ["approver"]}]})

    name: SeenName
    kind: PrincipalKind = PrincipalKind.PERSON
    roles: Annotated[frozenset[AccessRole], Unique] = frozenset()
    account: AccountUpdate | None = Field(
        default=None, description="How a person signs in with a password, if so; not for a service."
    )


class PersonUpdate(StrictContract):
    """What changes about a person or a service; what is missing stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["viewer"]}, {"is_disabled": True}]})

    roles: Annotated[frozenset[AccessRole] | None, Unique] = Field(
        default=None, description="The roles in all projects, all of them."
    )
    is_disabled: StrictBool | None = Field(default=None, description="A disabled person has no session and no token.")


class PersonPublic(Shape):
    """A person or a service."""

    principal_id: UUID
    name: str
    kind: PrincipalKind
    login: str | None = Field(description="The name to sign in with; null without a password.")
    roles: list[AccessRole] = Field(description="The roles in all projects.")
    is_disabled: bool
    groups: list[str] = Field(description="The groups that a gate may be assigned to.")

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(
            principal_id=person.id,
            name=person.name,
            kind=person.kind,
            login=person.login,
            roles=list(person.roles),
            is_disabled=person.is_disabled,
            groups=list(person.groups),
        )


class GroupsPublic(Shape):
    """The groups of a person or a service, of every source."""

    principal_id: UUID
    groups: list[str]


class MemberUpdate(StrictContract):
    """The roles of a member, all of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["operator", "approver"]}]})

    roles: Annotated[frozenset[AccessRole], Field(min_length=1), Unique] = Field(
        description=f"Of {', '.join(PROJECT_ROLES)}.", json_schema_extra={"uniqueItems": True}
    )


class MemberPublic(Shape):
    """A member of a project. Those with roles in all projects are not listed."""

    principal_id: UUID
    name: str
    kind: PrincipalKind
    roles: list[AccessRole]
    since: Moment

    @classmethod
    def of(cls, member: Member) -> Self:
        return cls(
            principal_id=member.id, name=member.name, kind=member.kind, roles=list(member.roles), since=member.since
        )
