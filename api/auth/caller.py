"""Who makes a request, and what they may do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from api.errors import ForbiddenError, NotFoundError
from models.contracts.approvals import Voter
from models.contracts.identity import ALL_PERMISSIONS, GRANTS, AccessRole, Permission
from store.identity.credentials import Credential

NO_ROLES: frozenset[AccessRole] = frozenset()
AUDITORS = frozenset({AccessRole.AUDITOR, AccessRole.ADMIN})
MAY = {
    Permission.READ: "read",
    Permission.RUN: "start and steer work",
    Permission.DECIDE: "decide reviews",
    Permission.ADMIN: "manage people, members and budgets",
}
"""What somebody without the permission may not do, in the message."""

SETTINGS_TOKEN = b"settings "
"""Before the hash of the token from the settings, in `made_with`: no statement revokes it, the settings change."""

_ADMINS = UUID("5f0d3f3a-6f3c-4d0e-9a53-1c4b1a2f7e11")
"""The namespace of the ids of administrators with a token from the settings."""


class SignInMethod(StrEnum):
    """How somebody is known."""

    NONE = "none"
    ADMIN_TOKEN = "admin_token"
    SESSION = "session"
    API_TOKEN = "api_token"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or a service that makes requests. `credential` is the hash of its cookie or token, and `made_with` are
    those of the tokens with which that was made."""

    method: SignInMethod
    name: str
    principal_id: UUID | None = None
    roles: Mapping[UUID | None, frozenset[AccessRole]] = field(default_factory=dict)
    scopes: frozenset[Permission] = ALL_PERMISSIONS
    only_project: UUID | None = None
    credential: bytes | None = None
    credential_id: UUID | None = None
    login: str | None = None
    is_service: bool = False
    made_with: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, credential: Credential, hashed: bytes) -> Caller:
        return cls(
            method=SignInMethod.SESSION if credential.is_session else SignInMethod.API_TOKEN,
            name=credential.name,
            principal_id=credential.principal_id,
            roles=credential.roles,
            scopes=credential.scopes,
            only_project=credential.project_id,
            credential=hashed,
            credential_id=credential.id,
            login=credential.login,
            is_service=credential.is_service,
            made_with=credential.made_with,
        )

    @property
    def voter(self) -> Voter | None:
        """Whom this API vouches for when it decides; nobody where people do not sign in."""
        if self.principal_id is None:
            return None
        is_administrator = self.method is SignInMethod.ADMIN_TOKEN
        return Voter(principal_id=self.principal_id, name=self.name, is_administrator=is_administrator)

    @property
    def makes_with(self) -> tuple[bytes, ...]:
        """Which tokens end what it makes for itself: those that have made it, and its own. A session's do not end with
        it: people create tokens in a browser, and close it."""
        if self.credential is None or self.method is SignInMethod.SESSION:
            return self.made_with
        if self.method is SignInMethod.ADMIN_TOKEN:
            return (SETTINGS_TOKEN + self.credential,)
        return (*self.made_with, self.credential)

    @property
    def is_limited(self) -> bool:
        """Whether it is a token that may do less than its owner."""
        return self.scopes != ALL_PERMISSIONS or self.only_project is not None

    @property
    def visible_projects(self) -> frozenset[UUID] | None:
        """The projects that it may read; None is all of them."""
        if self.only_project is not None:
            return frozenset({self.only_project} if self.may(Permission.READ, self.only_project) else ())
        if self.may(Permission.READ, None):
            return None
        return frozenset(project for project in self.roles if project and self.may(Permission.READ, project))

    def visible(self, project_ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the projects that it may read."""
        return {one for one in project_ids if self.may(Permission.READ, one)}

    def may(self, permission: Permission, project_id: UUID | None) -> bool:
        """Return whether it has a permission in a project, or in all of them if it is None."""
        if permission not in self.scopes or self.only_project not in (None, project_id):
            return False
        held = self.roles.get(None, NO_ROLES) | (self.roles.get(project_id, NO_ROLES) if project_id else NO_ROLES)
        return any(permission in GRANTS[role] for role in held)

    def permissions(self, project_id: UUID | None) -> list[Permission]:
        """Return all that it may do in a project, or in all of them if it is None."""
        return sorted(each for each in Permission if self.may(each, project_id))

    @property
    def permissions_in_projects(self) -> dict[UUID, list[Permission]]:
        """What it may do in single projects, where that differs from what it may do in all of them."""
        everywhere = self.permissions(None)
        named = {project for project in (*self.roles, self.only_project) if project is not None}
        found = {project: self.permissions(project) for project in named}
        return {project: permissions for project, permissions in found.items() if permissions != everywhere}

    def require(self, permission: Permission, project_id: UUID | None, noun: str = "", id_: object = None) -> None:
        """Check a permission.

        Raises:
            NotFoundError: it may not even see the project, or the `noun` in it.
            ForbiddenError: it may see it, and not do this.
        """
        if self.may(permission, project_id):
            return
        if project_id is not None and not self.may(Permission.READ, project_id):
            raise NotFoundError.of(noun or "project", id_ or project_id)
        where = "in this project" if project_id else "in all projects"
        raise ForbiddenError(f"{self.name} may not {MAY[permission]} {where}.")

    @property
    def may_audit(self) -> bool:
        """Whether it may read who signed in, and who changed what about whom."""
        is_whole = self.only_project is None and Permission.READ in self.scopes
        return is_whole and not AUDITORS.isdisjoint(self.roles.get(None, NO_ROLES))

    def require_audit(self) -> None:
        """Check that it may read the audit log.

        Raises:
            ForbiddenError: it is neither an auditor nor an administrator of all projects.
        """
        if not self.may_audit:
            raise ForbiddenError(f"{self.name} is neither an auditor nor an administrator of all projects.")

    def require_whole(self) -> None:
        """Refuse what would give a limited token the rights of its owner, or of somebody else.

        Raises:
            ForbiddenError: it is limited.
        """
        if self.is_limited:
            raise ForbiddenError("This token is limited, and may not do that.")

    def named(self, given: str) -> str:
        """Return the name for the records: who is signed in, or what the client says where nobody signs in."""
        return given if self.method is SignInMethod.NONE else self.name


EVERYBODY = Caller(SignInMethod.NONE, "human", roles={None: frozenset({AccessRole.ADMIN, AccessRole.APPROVER})})
"""Who calls an API without sign-in."""

ADMIN_ROLES = frozenset({AccessRole.ADMIN, AccessRole.APPROVER})
"""The roles of the administrator with the token from the settings. This one may approve, too: on a laptop, there is
nobody else."""


def administrator_id(name: str) -> UUID:
    """Return the principal of the administrator with the token from the settings."""
    return uuid.uuid5(_ADMINS, name)


def administrator(name: str, credential: bytes) -> Caller:
    """Return the administrator with the token from the settings."""
    return Caller(
        SignInMethod.ADMIN_TOKEN,
        name,
        principal_id=administrator_id(name),
        roles={None: ADMIN_ROLES},
        credential=credential,
    )
