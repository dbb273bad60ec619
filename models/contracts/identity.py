"""Who may do what: permissions, and the roles that grant them."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What a role grants, and what an API token is limited to."""

    READ = "read"
    RUN = "run"
    DECIDE = "decide"
    ADMIN = "admin"


class AccessRole(StrEnum):
    """A role in one project, or in all of them."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"


GRANTS: dict[AccessRole, frozenset[Permission]] = {
    AccessRole.VIEWER: frozenset({Permission.READ}),
    AccessRole.OPERATOR: frozenset({Permission.READ, Permission.RUN}),
    AccessRole.APPROVER: frozenset({Permission.READ, Permission.DECIDE}),
    # An administrator is not an approver: a person who configures a gate should not also pass it unnoticed.
    AccessRole.ADMIN: frozenset({Permission.READ, Permission.RUN, Permission.ADMIN}),
    AccessRole.AUDITOR: frozenset({Permission.READ}),
}

PROJECT_ROLES = (AccessRole.VIEWER, AccessRole.OPERATOR, AccessRole.APPROVER, AccessRole.ADMIN)
"""The roles that a member of a project may have. An auditor reads all projects."""

ALL_PERMISSIONS = frozenset(Permission)

PATH_SEGMENTS = frozenset({".", ".."})
"""Which no group is named: clients and proxies resolve them, and a request would name something else."""


class PrincipalKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"


class CodePurpose(StrEnum):
    """What a single-use code is for: a browser's session, or one WebSocket."""

    LINK = "link"
    TICKET = "ticket"


class AuthEventKind(StrEnum):
    """What is audited."""

    LINK_CREATED = "link_created"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_ENDED = "session_ended"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    PERSON_ADDED = "person_added"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PASSWORD_SET = "password_set"
    ROLES_CHANGED = "roles_changed"
    PROJECT_REMOVED = "project_removed"
    GROUPS_CHANGED = "groups_changed"
    GROUP_CREATED = "group_created"
    GROUP_REMOVED = "group_removed"
    GROUP_ROLES_CHANGED = "group_roles_changed"
